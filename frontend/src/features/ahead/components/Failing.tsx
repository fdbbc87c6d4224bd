import { Link } from "@tanstack/react-router";
import { ProvenanceBadge } from "@/features/devices/components/badges";
import { useTypeName } from "@/features/devices/typeName";
import { formatDate, formatRatio } from "@/lib/format";
import { m } from "@/messages";
import { Badge } from "@/ui/Badge";
import { ChevronRightIcon } from "@/ui/icons";
import { Panel } from "@/ui/Panel";
import type { Ahead } from "../api";
import type { Within } from "../search";

// Nobody is sure of what is to come.
const NEARLY_SURE = 0.99;
const LINK = "font-medium wrap-anywhere hover:text-accent-strong";

export const chanceWords = (chance: number): string =>
  chance > NEARLY_SURE ? m.ahead.nearlySure : formatRatio(chance);

/** Who is likely to fail, by their own days and by how others of their type came to fail. */
export function Failing({ ahead, within }: { ahead: Ahead; within: Within }) {
  const { failing, over, types } = ahead;
  if (types.length === 0) return null;
  return (
    <Panel title={m.failing.title} lead={m.failing.lead}>
      {failing.length === 0 && (
        <p className="px-4 py-3 text-muted sm:px-5">{m.failing.none(within)}</p>
      )}
      {failing.length > 0 && (
        <ul aria-label={m.failing.listLabel}>
          {failing.map((one) => (
            <Device key={one.device_id} one={one} within={within} />
          ))}
        </ul>
      )}
      {over.length > 0 && <Over over={over} />}
      <Types types={types} />
    </Panel>
  );
}

function Device({ one, within }: { one: Ahead["failing"][number]; within: Within }) {
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 sm:grid-cols-[5.5rem_minmax(0,1fr)] sm:px-5">
      <p className="flex items-baseline gap-2 sm:block">
        <span className="num block text-xl font-semibold">{chanceWords(one.chance)}</span>
        <span className="block text-xs text-muted">{m.ahead.chanceWithin(within)}</span>
      </p>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link to="/devices/$deviceId" params={{ deviceId: one.device_id }} className={LINK}>
            {one.device_name}
          </Link>
          <span className="text-muted">{one.site_name}</span>
          {one.prediction_id !== null && <Badge tone="warn">{m.failing.likely}</Badge>}
          <ProvenanceBadge provenance={one.provenance} />
        </p>
        <p className="num text-muted">
          {m.failing.chances(
            chanceWords(one.chance_7d),
            chanceWords(one.chance_14d),
            chanceWords(one.chance_30d),
          )}{" "}
          {one.basis_words}
        </p>
        {one.reasons.length > 0 && (
          <p className="text-pretty">{m.failing.reasons(one.reasons.join(", "))}</p>
        )}
      </div>
    </li>
  );
}

function Over({ over }: { over: Ahead["over"] }) {
  return (
    <div className="border-b border-line px-4 py-3 sm:px-5">
      <h3 className="text-xs text-muted">{m.failing.over}</h3>
      <ul>
        {over.map((one) => (
          <li key={one.prediction_id} className="text-pretty">
            <Link to="/devices/$deviceId" params={{ deviceId: one.device_id }} className={LINK}>
              {one.device_name}
            </Link>{" "}
            <span className="text-muted">{formatDate(one.ended_at)}</span> {one.why}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Types({ types }: { types: Ahead["types"] }) {
  const nameOf = useTypeName();
  return (
    <details className="group px-4 py-2 sm:px-5">
      <summary className="inline-flex min-h-9 items-center gap-1 text-muted hover:text-ink pointer-coarse:min-h-11">
        <ChevronRightIcon className="transition-transform group-open:rotate-90" />
        {m.failing.types}
      </summary>
      <dl className="grid gap-x-4 gap-y-1 pb-2 sm:grid-cols-[14rem_minmax(0,1fr)]">
        {types.map((one) => (
          <div key={one.device_type} className="contents">
            <dt className="font-medium">{nameOf(one.device_type)}</dt>
            <dd className="text-pretty text-muted">{one.words}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
