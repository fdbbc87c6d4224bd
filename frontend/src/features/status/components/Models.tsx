import { useQuery } from "@tanstack/react-query";
import type { AiStatus } from "@/api/types";
import { formatCount } from "@/lib/format";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { modelsQuery } from "../api";

const BECAME = ["shown", "cut_short", "refused", "too_slow", "away"] as const;

/** What became of their words for answers. */
function Narrations({ counts }: { counts: AiStatus["narrations"] }) {
  const words = m.status.narrated;
  return (
    <section className="px-4 py-3 sm:px-5" aria-label={words.title}>
      <h3 className="font-medium">{words.title}</h3>
      <p className="text-muted">{words.lead}</p>
      <dl className="mt-2 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3">
        {BECAME.map((one) => (
          <div key={one}>
            <dt className="text-xs text-muted">{words[one]}</dt>
            <dd className="num">{formatCount(counts[one])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Which models there are, and for what each answers. */
export function Models() {
  const found = useQuery(modelsQuery);
  return (
    <Panel title={m.status.modelList}>
      {found.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {found.isError && !found.data && (
        <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
      )}
      {found.data?.available_models.length === 0 && (
        <p className="px-4 py-5 text-pretty text-muted sm:px-5">{m.status.noModels}</p>
      )}
      {found.data && (
        <ul>
          {found.data.available_models.map(({ name, size, status }) => {
            const roles = Object.entries(found.data.roles)
              .filter(([, model]) => model === name)
              .map(([role]) => role);
            return (
              <li
                key={name}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5"
              >
                <span className="min-w-0 flex-1 basis-40">
                  <span className="code font-medium wrap-anywhere">{name}</span>
                  {roles.length > 0 && (
                    <span className="block text-muted">{m.status.roles(roles.join(", "))}</span>
                  )}
                </span>
                <span className="num">{size}</span>
                <Badge tone={status === "loaded" ? "ok" : "unknown"}>{m.status[status]}</Badge>
              </li>
            );
          })}
        </ul>
      )}
      {found.data && <Narrations counts={found.data.narrations} />}
    </Panel>
  );
}
