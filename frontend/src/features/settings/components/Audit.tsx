import { useInfiniteQuery } from "@tanstack/react-query";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { LoadMore } from "@/ui/LoadMore";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { type AuditEntry, auditQuery } from "../api";

const words = m.settings.audit;

export function Audit() {
  const log = useInfiniteQuery(auditQuery);
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel title={m.settings.view.audit} lead={words.lead}>
      {log.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {log.isError && entries.length === 0 && (
        <ErrorNote error={log.error} onRetry={() => void log.refetch()} />
      )}
      {log.isSuccess && entries.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">{words.none}</p>
      )}
      <ul aria-label={m.settings.view.audit}>
        {entries.map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
      </ul>
      {log.hasNextPage && (
        <LoadMore busy={log.isFetchingNextPage} onLoad={() => void log.fetchNextPage()} />
      )}
    </Panel>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const details = Object.keys(entry.details).length > 0;
  return (
    <li className="border-b border-line px-4 py-2.5 wrap-anywhere last:border-b-0 sm:px-5">
      <p>
        <span className="code">{entry.action}</span> {entry.object}
      </p>
      <p className="text-muted">
        {entry.actor.name} · <Age at={entry.at} />
        {entry.address && ` · ${entry.address}`}
      </p>
      {details && (
        <details>
          <summary className="cursor-pointer text-muted hover:text-ink">{words.details}</summary>
          <pre className="code mt-1 rounded-lg bg-sunken p-2.5 whitespace-pre-wrap">
            {JSON.stringify(entry.details, null, 2)}
          </pre>
        </details>
      )}
    </li>
  );
}
