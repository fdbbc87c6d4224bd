import { Link } from "@tanstack/react-router";
import type { IncidentStory } from "@/api/types";
import { useClock } from "@/lib/clock";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";

const ROW =
  "flex flex-wrap items-start gap-x-3 gap-y-1 sm:flex-nowrap border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5";
const WHEN = "w-full shrink-0 text-muted sm:w-28";

/** Everything that happened with it, in the order of time. */
export function Story({ history }: { history: NonNullable<IncidentStory["history"]> }) {
  return (
    <Panel title={m.incidents.story}>
      <ol>
        {history.map((past, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what happened has no id and only grows
          <li key={`${past.at}-${index}`} className={ROW}>
            <When at={past.at} />
            <div className="min-w-0 flex-1 wrap-anywhere">
              <p>
                <span className="font-medium">{m.incidents.what[past.what]}</span>
                {past.actor_kind !== "system" && (
                  <span className="text-muted"> {m.incidents.noteBy(past.actor_name)}</span>
                )}
              </p>
              {past.note && <p>{past.note}</p>}
              {past.worked !== null && (
                <p className="text-muted">
                  {m.incidents.say.worked} {past.worked ? m.incidents.say.yes : m.incidents.say.no}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** Of a site's incident: whom it struck, the first first. */
export function Members({ members }: { members: NonNullable<IncidentStory["members"]> }) {
  if (members.length < 2) return null;
  return (
    <Panel title={m.incidents.members}>
      <ul>
        {members.map((member) => (
          <li key={member.device_id} className={ROW}>
            <When at={member.started_at} />
            <Link
              to="/devices/$deviceId"
              params={{ deviceId: member.device_id }}
              className="min-w-0 flex-1 wrap-anywhere text-accent underline underline-offset-2 hover:text-accent-strong"
            >
              {member.name}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function When({ at }: { at: string }) {
  const clock = useClock();
  return (
    <time dateTime={at} title={clock.dateTime(at)} className={WHEN}>
      {clock.shortDateTime(at)}
    </time>
  );
}
