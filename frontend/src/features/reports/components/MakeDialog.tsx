import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { siteChoicesQuery } from "@/features/sites/api";
import { formatSpan } from "@/lib/format";
import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { Dialog, DialogActions } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { textOf } from "@/ui/forms";
import { explain, Trouble } from "@/ui/states";
import { useMakeReport, type Wish } from "../api";
import type { ReportSearch } from "../search";
import type { ModeName, ReportKind } from "../types";
import { DeviceField } from "./DeviceField";

const words = m.makeReport;

/** Makes one now and opens it. Making can be given up. */
export function MakeDialog({ search, onClose }: { search: ReportSearch; onClose: () => void }) {
  const [about, setAbout] = useState<Wish["about"]>(
    search.device ? "device" : search.site ? "site" : "tenant",
  );
  const [kind, setKind] = useState<ReportKind>(search.kind ?? "daily");
  const sites = useQuery(siteChoicesQuery).data?.items ?? [];
  const { make, submit } = useSubmit(about, kind);
  return (
    <Dialog title={words.open} lead={words.lead} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {make.isError && <Trouble>{explain(make.error)}</Trouble>}
        <SelectField
          label={m.reports.about}
          value={about}
          onChange={(event) => setAbout(event.target.value as Wish["about"])}
        >
          {Object.entries(words.abouts).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        {about === "site" && (
          <SelectField
            key={sites.length}
            label={m.reports.site}
            name="id"
            defaultValue={search.site ?? ""}
            required
          >
            {sites.map((one) => (
              <option key={one.site_id} value={one.site_id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
        {about === "device" && <DeviceField name="id" value={search.device ?? ""} />}
        <SelectField
          label={m.reports.kind}
          value={kind}
          onChange={(event) => setKind(event.target.value as ReportKind)}
        >
          {Object.entries(words.kinds).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        {kind === "custom" && (
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <TextField label={words.from} name="from" type="datetime-local" required />
            <TextField label={words.to} name="to" type="datetime-local" hint={words.toHint} />
          </div>
        )}
        <SelectField label={words.mode} name="mode" defaultValue="">
          <option value="">{words.modeOwn}</option>
          {Object.entries(m.reports.modes).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <p role="status" className="text-sm text-muted empty:hidden">
          {make.isPending && <Making />}
        </p>
        <DialogActions>
          <Button onClick={onClose}>{m.actions.cancel}</Button>
          <Button type="submit" kind="primary" busy={make.isPending}>
            {words.make}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** What is under way is given up when its window closes. */
function useSubmit(about: Wish["about"], kind: ReportKind) {
  const make = useMakeReport();
  const navigate = useNavigate();
  const underway = useRef<AbortController | null>(null);
  useEffect(() => () => underway.current?.abort(), []);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (make.isPending) return;
    const abort = new AbortController();
    underway.current = abort;
    const wish = read(new FormData(event.currentTarget), about, kind);
    make.mutate(
      { wish, signal: abort.signal },
      {
        onSuccess: (made) =>
          void navigate({ to: "/reports/$reportId", params: { reportId: made.report_id } }),
      },
    );
  }
  return { make, submit };
}

function Making() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds((before) => before + 1), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return words.making(formatSpan(seconds));
}

export function read(form: FormData, about: Wish["about"], kind: ReportKind): Wish {
  return {
    about,
    id: textOf(form, "id"),
    kind,
    mode: (textOf(form, "mode") || null) as ModeName | null,
    from: momentOf(textOf(form, "from")),
    to: momentOf(textOf(form, "to")),
  };
}

/** What a person typed is on the clock of their browser. */
function momentOf(typed: string): string | null {
  const at = new Date(typed);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
