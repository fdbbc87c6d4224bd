import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Ahead, aheadQuery, type Foreseen } from "@/features/ahead/api";
import { formatDate, formatRatio } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { CalendarIcon, CheckIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { explain, Skeleton } from "@/ui/states";

const SHOWN_MAX = 4;
// Nobody is sure of what is to come.
const NEARLY_SURE = 0.99;

/** What will need somebody within a fortnight, the most probable first: what, where, before when. */
export function Coming() {
  const found = useQuery(aheadQuery());
  return (
    <Panel
      title={m.overview.coming}
      lead={m.overview.comingLead}
      action={
        <Link
          to="/ahead"
          search={{}}
          className="whitespace-nowrap text-accent underline underline-offset-2 hover:text-accent-strong"
        >
          {m.overview.comingAll}
        </Link>
      }
    >
      {found.isPending && <Skeleton className="m-5 h-4 w-56" />}
      {found.isError && !found.data && (
        <p role="alert" className="px-4 py-5 text-critical sm:px-5">
          {explain(found.error)}
        </p>
      )}
      {found.data && <List ahead={found.data} />}
    </Panel>
  );
}

function List({ ahead: { items, failing, coverage } }: { ahead: Ahead }) {
  const whole = items.length + failing.length;
  if (whole === 0) return <Nothing coverage={coverage} />;
  const limits = items.slice(0, Math.max(SHOWN_MAX - failing.length, SHOWN_MAX / 2));
  const failures = failing.slice(0, SHOWN_MAX - limits.length);
  const more = whole - limits.length - failures.length;
  return (
    <>
      <ul aria-label={m.overview.coming}>
        {failures.map((one) => (
          <Row key={one.device_id} device={one} chance={one.chance_14d}>
            {m.overview.comingFailure}
          </Row>
        ))}
        {limits.map((one) => (
          <Row key={one.prediction_id} device={one} chance={one.chance} limit={one}>
            {one.prediction}
          </Row>
        ))}
      </ul>
      {more > 0 && (
        <p className="border-t border-line px-4 py-3 text-muted sm:px-5">
          {m.overview.comingMore(more)}
        </p>
      )}
    </>
  );
}

function Nothing({ coverage: { looked, looked_at } }: Pick<Ahead, "coverage">) {
  const Mark = looked_at === null ? CalendarIcon : CheckIcon;
  return (
    <p className="flex items-center gap-2 px-4 py-5 text-muted sm:px-5">
      <Mark className={looked_at === null ? "shrink-0" : "shrink-0 text-ok"} />
      {looked_at === null ? m.overview.comingNotLooked : m.overview.comingNone(looked)}
    </p>
  );
}

interface RowProps {
  device: Pick<Foreseen, "device_id" | "device_name" | "site_name">;
  chance: number;
  /** Where it is a limit that will be reached, and not a failure. */
  limit?: Foreseen;
  children: string;
}

function Row({ device, chance, limit, children }: RowProps) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-56">
        <Link
          to="/devices/$deviceId"
          params={{ deviceId: device.device_id }}
          search={limit ? { metrics: limit.metric, span: "30d", ahead: "true" } : {}}
          className="font-medium wrap-anywhere hover:text-accent-strong"
        >
          {device.device_name}
        </Link>
        <span className="text-muted"> · {device.site_name}</span>
        <p className="text-pretty wrap-anywhere">{children}</p>
      </div>
      <p className="text-muted sm:text-right">
        {limit && <Before limit={limit} />}
        {m.overview.comingChance(chance > NEARLY_SURE ? m.ahead.nearlySure : formatRatio(chance))}
      </p>
    </li>
  );
}

/** Before when: the earliest that the forecast holds for possible. */
function Before({ limit: { lower, crosses_at } }: { limit: Foreseen }) {
  const isNear = Date.parse(lower) <= useNow();
  return (
    <>
      <span className="block font-medium text-ink">
        {isNear ? m.overview.comingAnyDay : m.overview.comingBefore(formatDate(lower))}
      </span>
      {m.overview.comingExpected} <Age at={crosses_at} /> ·{" "}
    </>
  );
}
