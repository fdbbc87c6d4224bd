import { useQuery } from "@tanstack/react-query";
import { m } from "@/messages";
import { Select } from "@/ui/Field";
import { CheckIcon } from "@/ui/icons";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { isToDo, termsQuery } from "../api";
import { useView } from "../useView";
import { TermRow } from "./TermRow";

/** What is to be done, the nearest first. */
export function Schedule() {
  const { search, change } = useView();
  const { site, all } = search;
  const found = useQuery(termsQuery(site));
  const terms = (found.data?.items ?? []).filter((one) => all === "true" || isToDo(one));
  return (
    <>
      <div className="mb-3 w-60">
        <Select
          aria-label={m.upkeep.states}
          value={all ?? ""}
          onChange={({ target }) => change({ all: target.value === "true" ? "true" : undefined })}
        >
          <option value="">{m.upkeep.living}</option>
          <option value="true">{m.upkeep.all}</option>
        </Select>
      </div>
      <div className="card" aria-busy={found.isPending}>
        {found.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {found.isError && !found.data && (
          <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
        )}
        {found.isSuccess && terms.length === 0 && (
          <Note icon={<CheckIcon />} title={m.upkeep.none}>
            {m.upkeep.noneLead}
          </Note>
        )}
        {terms.length > 0 && (
          <ul aria-label={m.upkeep.listLabel}>
            {terms.map((term) => (
              <TermRow key={term.term_id} term={term} />
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
