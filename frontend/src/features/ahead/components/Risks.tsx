import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ProvenanceBadge } from "@/features/devices/components/badges";
import { m } from "@/messages";
import { Age } from "@/ui/Age";
import { Badge } from "@/ui/Badge";
import { buttonClass } from "@/ui/Button";
import { ACTIVE } from "@/ui/forms";
import { CheckIcon, ChevronRightIcon, SignalIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import { ErrorNote, Note, Skeleton } from "@/ui/states";
import { type Ahead, aheadQuery, type Foreseen } from "../api";
import { USUAL_WITHIN, WITHIN, type Within } from "../search";
import { useView } from "../useView";
import { chanceWords, Failing } from "./Failing";
import { WhenBar } from "./WhenBar";

/** The most probable first, each with when, why and what to do. */
export function Risks() {
  const { within = USUAL_WITHIN, site } = useView().search;
  const found = useQuery(aheadQuery(within, site));
  if (found.isPending) return <Skeleton className="h-64" />;
  if (found.isError && !found.data) {
    return <ErrorNote error={found.error} onRetry={() => void found.refetch()} />;
  }
  const { items, reached, less_likely, coverage } = found.data;
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <WithinChoice />
        <Covered coverage={coverage} />
      </div>
      <Beyond reached={reached} />
      {items.length === 0 && <Nothing ahead={found.data} within={within} />}
      {items.length > 0 && (
        <ul aria-label={m.ahead.listLabel} className="grid gap-3">
          {items.map((one) => (
            <Risk key={one.prediction_id} one={one} within={within} />
          ))}
        </ul>
      )}
      <Failing ahead={found.data} within={within} />
      {less_likely > 0 && <p className="text-muted">{m.ahead.lessLikely(less_likely)}</p>}
    </div>
  );
}

function WithinChoice() {
  const { search } = useView();
  return (
    <nav aria-label={m.ahead.within} className="flex rounded-lg border border-line bg-sunken p-0.5">
      {WITHIN.map((days) => (
        <Link
          key={days}
          to="/ahead"
          search={{ ...search, within: days === USUAL_WITHIN ? undefined : days }}
          replace
          activeOptions={ACTIVE}
          className="inline-flex min-h-8 items-center rounded-md px-3 font-medium text-muted hover:text-ink aria-[current=page]:bg-surface aria-[current=page]:text-ink aria-[current=page]:shadow-raised pointer-coarse:min-h-11"
        >
          {m.ahead.days(days)}
        </Link>
      ))}
    </nav>
  );
}

function Covered({ coverage }: { coverage: Ahead["coverage"] }) {
  const { looked, learning, without_limits, looked_at } = coverage;
  if (looked_at === null) return null;
  return (
    <p className="text-muted">
      {m.ahead.looked(looked)} <Age at={looked_at} />
      {learning > 0 && ` · ${m.ahead.learning(learning)}`}
      {without_limits > 0 && ` · ${m.ahead.withoutLimits(without_limits)}`}
    </p>
  );
}

function Risk({ one, within }: { one: Foreseen; within: Within }) {
  return (
    <li className="card grid gap-x-6 gap-y-3 px-4 py-4 sm:grid-cols-[5.5rem_minmax(0,1fr)] sm:px-5">
      <p className="flex items-baseline gap-2 sm:block">
        <span className="num block text-2xl font-semibold tracking-tight">
          {chanceWords(one.chance)}
        </span>
        <span className="block text-xs text-muted">{m.ahead.chanceWithin(within)}</span>
      </p>
      <div className="grid min-w-0 gap-2.5">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0 flex-1 basis-60">
            <Link
              to="/devices/$deviceId"
              params={{ deviceId: one.device_id }}
              className="font-semibold wrap-anywhere hover:text-accent-strong"
            >
              {one.device_name}
            </Link>
            <span className="text-muted"> · {one.site_name}</span>
            <p className="text-pretty">{one.prediction}</p>
          </div>
          <span className="flex flex-wrap gap-1.5">
            <Badge tone={one.severity === "critical" ? "critical" : "warn"}>
              {m.ahead.severity[one.severity]}
            </Badge>
            <ProvenanceBadge provenance={one.provenance} />
          </span>
        </div>
        <WhenBar one={one} />
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <details className="group min-w-0 flex-1 basis-60">
            <summary className="inline-flex min-h-9 items-center gap-1 text-muted hover:text-ink pointer-coarse:min-h-11">
              <ChevronRightIcon className="transition-transform group-open:rotate-90" />
              {m.ahead.whyAndWhat}
            </summary>
            <div className="mt-1 grid gap-2 text-pretty">
              <p>{one.reasoning}</p>
              <p className="font-medium">{one.recommended_action}</p>
            </div>
          </details>
          <Link
            to="/devices/$deviceId"
            params={{ deviceId: one.device_id }}
            search={{ metrics: one.metric, span: "30d", ahead: "true" }}
            className={buttonClass()}
          >
            {m.ahead.chart}
          </Link>
        </div>
      </div>
    </li>
  );
}

function Beyond({ reached }: { reached: Ahead["reached"] }) {
  if (reached.length === 0) return null;
  return (
    <Panel title={m.ahead.reached} lead={m.ahead.reachedLead}>
      <ul>
        {reached.map((device) => (
          <li
            key={device.device_id}
            className="grid gap-x-4 border-b border-line px-4 py-2.5 last:border-b-0 sm:grid-cols-[14rem_minmax(0,1fr)] sm:px-5"
          >
            <Link
              to="/devices/$deviceId"
              params={{ deviceId: device.device_id }}
              className="font-medium wrap-anywhere hover:text-accent-strong"
            >
              {device.device_name}
              <span className="block text-sm font-normal text-muted">{device.site_name}</span>
            </Link>
            <div className="text-pretty">
              {device.limits.map((one) => (
                <p key={`${one.metric} ${one.limit}`}>{one.words}</p>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Nothing({ ahead, within }: { ahead: Ahead; within: Within }) {
  if (ahead.coverage.looked_at === null) {
    return (
      <div className="card">
        <Note icon={<SignalIcon />} title={m.ahead.notLooked}>
          {m.ahead.notLookedLead}
        </Note>
      </div>
    );
  }
  return (
    <div className="card">
      <Note icon={<CheckIcon />} tone="text-ok" title={m.ahead.none(within)}>
        {m.ahead.noneLead}
      </Note>
    </div>
  );
}
