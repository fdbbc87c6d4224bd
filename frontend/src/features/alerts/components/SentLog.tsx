import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Delivery } from "@/api/types";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge, type Tone } from "@/ui/Badge";
import { SelectField } from "@/ui/Field";
import { InfoIcon } from "@/ui/icons";
import { LoadMore } from "@/ui/LoadMore";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { allDecisionsQuery, sentQuery } from "../api";
import { type SentState, STATES } from "../search";

const words = m.alerts.sent;
const LINK = "text-accent underline underline-offset-2 hover:text-accent-strong";
const TONES: Record<Delivery["state"], Tone> = {
  waiting: "accent",
  sending: "accent",
  sent: "ok",
  failed: "critical",
  dropped: "unknown",
};

/** Each message and what came of it; beside it, why each was sent or was not. */
export function SentLog() {
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Sent />
      <Decisions />
    </div>
  );
}

function Sent() {
  const { state } = useSearch({ from: "/inside/alerts" });
  const list = useInfiniteQuery(sentQuery(state));
  const sent = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="grid min-w-0 gap-3">
      <StateChoice state={state} />
      <Panel title={m.alerts.log}>
        {list.isPending && <Skeleton className="m-5 h-4 w-56" />}
        {list.isError && sent.length === 0 && (
          <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
        )}
        {list.isSuccess && sent.length === 0 && (
          <Note icon={<InfoIcon />} title={state ? words.noneFits : words.none}>
            {words.noneLead}
          </Note>
        )}
        <ul aria-label={m.alerts.log}>
          {sent.map((one) => (
            <Message key={one.delivery_id} message={one} />
          ))}
        </ul>
        {list.hasNextPage && (
          <LoadMore busy={list.isFetchingNextPage} onLoad={() => void list.fetchNextPage()} />
        )}
      </Panel>
    </div>
  );
}

function StateChoice({ state }: { state: SentState | undefined }) {
  const navigate = useNavigate();
  return (
    <div className="max-w-60">
      <SelectField
        label={words.state}
        value={state ?? ""}
        onChange={(event) =>
          void navigate({
            to: "/alerts",
            search: { view: "log", state: STATES.find((one) => one === event.target.value) },
            replace: true,
          })
        }
      >
        <option value="">{words.all}</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {m.incidents.deliveryStates[one]}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

function Message({ message }: { message: Delivery }) {
  const at = message.ended_at ?? message.created_at;
  return (
    <li className="border-b border-line px-4 py-3 wrap-anywhere last:border-b-0 sm:px-5">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium">{message.title ?? words.untitled}</p>
          <p className="text-muted">
            {words.kinds[message.kind]} · {message.channel_name} · <Age at={at} />
          </p>
        </div>
        <Badge tone={TONES[message.state]}>{m.incidents.deliveryStates[message.state]}</Badge>
      </div>
      {message.problem && message.state !== "sent" && <p className="mt-1">{message.problem}</p>}
      {message.incident_ids.length > 0 && (
        <p className="mt-1 flex flex-wrap gap-x-3">
          {message.incident_ids.slice(0, 5).map((id) => (
            <IncidentLink key={id} id={id} />
          ))}
        </p>
      )}
      {message.log.length > 1 && <Attempts log={message.log} />}
    </li>
  );
}

function IncidentLink({ id }: { id: string }) {
  return (
    <Link to="/incidents/$incidentId" params={{ incidentId: id }} className={LINK}>
      {id}
    </Link>
  );
}

function Attempts({ log }: { log: Delivery["log"] }) {
  return (
    <details className="mt-1">
      <summary className="min-h-6 cursor-pointer py-1 text-muted hover:text-ink">
        {m.incidents.tries(log.length)}
      </summary>
      <ol className="mt-1 grid gap-1 text-muted">
        {log.map((one) => (
          <li key={one.number}>
            {one.number}.{" "}
            <time dateTime={one.started_at} title={formatDateTime(one.started_at)}>
              {formatShortDateTime(one.started_at)}
            </time>
            : {one.result ? words.results[one.result] : words.running}
            {one.problem && ` (${one.problem})`}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Decisions() {
  const decisions = useQuery(allDecisionsQuery);
  return (
    <Panel title={words.why} lead={words.whyLead}>
      {decisions.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {decisions.isError && !decisions.data && (
        <ErrorNote error={decisions.error} onRetry={() => void decisions.refetch()} />
      )}
      {decisions.data?.length === 0 && (
        <p className="px-4 py-5 text-muted sm:px-5">{words.noDecisions}</p>
      )}
      <ul>
        {decisions.data?.map((one) => (
          <li
            key={`${one.incident_id} ${one.at} ${one.what}`}
            className="border-b border-line px-4 py-2.5 wrap-anywhere last:border-b-0 sm:px-5"
          >
            <p>{one.outcome}</p>
            <p className="text-muted">
              {words.whats[one.what] ?? one.what} · <Age at={one.at} /> ·{" "}
              <IncidentLink id={one.incident_id} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
