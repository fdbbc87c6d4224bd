import { useQuery } from "@tanstack/react-query";
import type { Delivery } from "@/api/types";
import { useClock } from "@/lib/clock";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { decisionsQuery, deliveriesQuery } from "../api";

const STATES: Record<Delivery["state"], Tone> = {
  waiting: "accent",
  sending: "accent",
  sent: "ok",
  failed: "critical",
  dropped: "unknown",
};

// What may be told to somebody; of the rest nobody ever is.
const TELLING = new Set(["opened", "worse", "reopened"]);

/** Each message about it, over which channel, and what came of it. */
export function Deliveries({ incidentId }: { incidentId: string }) {
  const clock = useClock();
  const deliveries = useQuery(deliveriesQuery(incidentId));
  return (
    <Panel title={m.incidents.deliveries}>
      {deliveries.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {deliveries.isError && !deliveries.data && (
        <ErrorNote error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      )}
      {deliveries.data?.items.length === 0 && <Nobody incidentId={incidentId} />}
      <ul>
        {deliveries.data?.items.map((one) => (
          <li
            key={one.delivery_id}
            className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5"
          >
            <div className="min-w-0 flex-1 wrap-anywhere">
              <p className="font-medium">{one.channel_name}</p>
              <p className="text-muted">
                <time
                  dateTime={one.ended_at ?? one.created_at}
                  title={clock.dateTime(one.ended_at ?? one.created_at)}
                >
                  {clock.shortDateTime(one.ended_at ?? one.created_at)}
                </time>
                {one.attempts > 1 && ` · ${m.incidents.tries(one.attempts)}`}
              </p>
              {one.problem && one.state !== "sent" && <p>{one.problem}</p>}
            </div>
            <Badge tone={STATES[one.state]}>{m.incidents.deliveryStates[one.state]}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Nobody was told: with the reasons, the newest first, each once. */
function Nobody({ incidentId }: { incidentId: string }) {
  const decisions = useQuery(decisionsQuery(incidentId));
  const told = decisions.data?.filter((one) => TELLING.has(one.what)) ?? [];
  const reasons = [...new Set(told.map((one) => one.outcome).filter(Boolean))];
  return (
    <div className="px-4 py-5 text-muted sm:px-5">
      <p>{m.incidents.noDeliveries}</p>
      {reasons.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
      {decisions.data && reasons.length === 0 && <p>{m.incidents.noDecisions}</p>}
    </div>
  );
}
