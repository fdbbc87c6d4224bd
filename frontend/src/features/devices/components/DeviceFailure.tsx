import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { chanceWords } from "@/features/ahead/components/Failing";
import { formatDateTime } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Skeleton } from "@/ui/states";
import { predictionsQuery } from "../chartApi";

type Failure = components["schemas"]["FailureOut"];

/** How probable it is that the device fails, what that rests on, and what was told of it. */
export function DeviceFailure({ deviceId }: { deviceId: string }) {
  const outlook = useQuery(predictionsQuery(deviceId));
  return (
    <Panel title={m.failing.ofDevice}>
      {outlook.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {outlook.isError && !outlook.data && (
        <ErrorNote error={outlook.error} onRetry={() => void outlook.refetch()} />
      )}
      {outlook.data && <Told failure={outlook.data.failure} />}
    </Panel>
  );
}

function Told({ failure }: { failure: Failure }) {
  const { forewarning, reasons, words } = failure;
  return (
    <div className="grid gap-3 px-4 py-4 text-pretty wrap-anywhere sm:px-5">
      <Chances failure={failure} />
      <p>{words}</p>
      {reasons.length > 0 && <p>{m.failing.reasons(reasons.join(", "))}</p>}
      {forewarning && (
        <p>
          <span className="text-muted">
            {forewarning.ended_at === null
              ? m.failing.since(formatDateTime(forewarning.first_at))
              : m.failing.until(
                  formatDateTime(forewarning.first_at),
                  formatDateTime(forewarning.ended_at),
                )}
          </span>{" "}
          <span className="font-medium">
            {forewarning.recommended_action ?? forewarning.ended_why}
          </span>
        </p>
      )}
    </div>
  );
}

function Chances({ failure }: { failure: Failure }) {
  const { chance_7d, chance_14d, chance_30d } = failure;
  if (chance_7d === null || chance_14d === null || chance_30d === null) return null;
  const all = [
    [7, chance_7d],
    [14, chance_14d],
    [30, chance_30d],
  ] as const;
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2">
      {all.map(([days, chance]) => (
        <div key={days}>
          <dt className="text-xs text-muted">{m.ahead.chanceWithin(days)}</dt>
          <dd className="num text-xl font-semibold">{chanceWords(chance)}</dd>
        </div>
      ))}
    </dl>
  );
}
