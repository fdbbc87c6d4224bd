import { useQuery } from "@tanstack/react-query";
import type { DeviceCommand, DeviceEvent } from "@/api/types";
import { formatDateTime, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Badge, type Tone } from "@/ui/Badge";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { commandsQuery, eventsQuery } from "../api";
import { SendCommand } from "./SendCommand";

const SEVERITIES: Record<DeviceEvent["severity"], Tone> = {
  critical: "critical",
  warning: "warn",
  info: "unknown",
};

const STATUSES: Record<DeviceCommand["status"], Tone> = {
  pending: "accent",
  sent: "accent",
  completed: "ok",
  failed: "critical",
  expired: "unknown",
};

const ROW =
  "flex flex-wrap items-start gap-x-3 gap-y-1 sm:flex-nowrap border-b border-line px-4 py-2.5 last:border-b-0 sm:px-5";
const WHEN = "w-full shrink-0 text-muted sm:w-36";

export function DeviceEvents({ deviceId }: { deviceId: string }) {
  const events = useQuery(eventsQuery(deviceId));
  return (
    <Panel title={m.devices.events}>
      <Listing query={events} none={m.devices.noEvents}>
        {events.data?.items.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events have no id; the index tells twins apart
          <li key={`${event.at}-${event.title}-${index}`} className={ROW}>
            <When at={event.at} />
            <div className="min-w-0 flex-1 wrap-anywhere">
              <p className="font-medium">{event.title}</p>
              {event.description && event.description !== event.title && (
                <p className="text-muted">{event.description}</p>
              )}
            </div>
            <Badge tone={SEVERITIES[event.severity]}>{m.devices.severity[event.severity]}</Badge>
          </li>
        ))}
      </Listing>
    </Panel>
  );
}

export function DeviceCommands({ deviceId, name }: { deviceId: string; name: string }) {
  const commands = useQuery(commandsQuery(deviceId));
  return (
    <Panel title={m.devices.commands}>
      <SendCommand deviceId={deviceId} name={name} />
      <Listing query={commands} none={m.devices.noCommands}>
        {commands.data?.items.map((command) => (
          <li key={command.command_id} className={ROW}>
            <When at={command.created_at} />
            <p className="code min-w-0 flex-1 wrap-anywhere">{command.command_type}</p>
            <Badge tone={STATUSES[command.status]}>{m.devices.commandStatus[command.status]}</Badge>
          </li>
        ))}
      </Listing>
    </Panel>
  );
}

function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatDateTime(at)} className={WHEN}>
      {formatShortDateTime(at)}
    </time>
  );
}

interface ListingProps {
  query: {
    isPending: boolean;
    isError: boolean;
    error: unknown;
    data: { items: readonly unknown[] } | undefined;
    refetch: () => unknown;
  };
  none: string;
  children: React.ReactNode;
}

function Listing({ query, none, children }: ListingProps) {
  if (query.isPending) return <Skeleton className="m-5 h-4 w-56" />;
  if (query.isError && !query.data) {
    return <ErrorNote error={query.error} onRetry={() => query.refetch()} />;
  }
  if (query.data?.items.length === 0) {
    return <p className="px-4 py-5 text-muted sm:px-5">{none}</p>;
  }
  return (
    <ul
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
      tabIndex={0}
      aria-label={m.devices.scrollable}
      className="max-h-96 overflow-y-auto focus-visible:-outline-offset-2"
    >
      {children}
    </ul>
  );
}
