import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Reply } from "@/api/types";
import { useTypeName } from "@/features/devices/typeName";
import { siteChoicesQuery } from "@/features/sites/api";
import { m } from "@/messages";
import { CloseIcon } from "@/ui/icons";
import {
  AGGREGATES,
  type Aggregate,
  conditionWords,
  isAggregate,
  type MachinePlan,
  type ScopeName,
  scopeNames,
  turnedRound,
  WINDOWS,
  type WindowName,
  windowName,
  withAggregate,
  withLimit,
  withoutCondition,
  withoutScope,
  withWindow,
} from "../plan";

interface PlanChipsProps {
  reply: Reply;
  onPlan: (plan: MachinePlan) => void;
}

const LIMITS = [1, 3, 5, 10, 20, 50];

/** How the question was understood, in pieces that can be changed: each change asks again. */
export function PlanChips({ reply, onPlan }: PlanChipsProps) {
  const plan = reply.plan.machine as unknown as MachinePlan;
  const nameOf = useNames(reply);
  const aggregate = plan.measure?.aggregate;
  return (
    <section aria-label={m.ask.planLabel} className="border-t border-line px-4 py-3 sm:px-5">
      <p className="text-muted wrap-anywhere">
        {m.ask.understood}: <span className="text-ink">{reply.plan.readable}</span>
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        {isAggregate(aggregate) && (
          <Choice
            label={m.ask.aggregateLabel}
            value={aggregate}
            options={AGGREGATES.map((name) => [name, m.ask.aggregate[name]])}
            onChange={(name) => onPlan(withAggregate(plan, name as Aggregate))}
          />
        )}
        {(plan.window || plan.measure?.kind === "metric") && (
          <WindowChoice plan={plan} onPlan={onPlan} />
        )}
        {plan.limit !== undefined && (
          <Choice
            label={m.ask.limitLabel}
            value={String(plan.limit)}
            options={[...new Set([...LIMITS, plan.limit])]
              .sort((one, other) => one - other)
              .map((limit) => [String(limit), String(limit)])}
            onChange={(limit) => onPlan(withLimit(plan, Number(limit)))}
          />
        )}
        {plan.order && (
          <button
            type="button"
            aria-label={m.ask.orderLabel}
            className={CHIP}
            onClick={() => onPlan(turnedRound(plan))}
          >
            {m.ask.order[plan.order]}
          </button>
        )}
        {scopeNames(plan).map(({ name, value }) => (
          <Removable
            key={`${name} ${value}`}
            what={nameOf(name, value)}
            onRemove={() => onPlan(withoutScope(plan, name, value))}
          />
        ))}
        {plan.where?.map((condition, index) => (
          <Removable
            key={conditionWords(condition)}
            what={conditionWords(condition)}
            onRemove={() => onPlan(withoutCondition(plan, index))}
          />
        ))}
      </div>
    </section>
  );
}

const CHIP =
  "inline-flex min-h-8 items-center gap-1.5 rounded-full border border-edge/60 bg-surface px-3 text-sm hover:bg-hover pointer-coarse:min-h-11";

function WindowChoice({ plan, onPlan }: { plan: MachinePlan; onPlan: PlanChipsProps["onPlan"] }) {
  const name = windowName(plan.window);
  const offered = Object.keys(WINDOWS) as WindowName[];
  const asAsked: [string, string][] = name ? [] : [["", m.ask.windowAsAsked]];
  return (
    <Choice
      label={m.ask.windowLabel}
      value={name ?? ""}
      options={[...asAsked, ...offered.map((one) => [one, m.ask.window[one]] as [string, string])]}
      onChange={(chosen) => chosen && onPlan(withWindow(plan, chosen as WindowName))}
    />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className={CHIP}
    >
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Removable({ what, onRemove }: { what: string; onRemove: () => void }): ReactNode {
  return (
    <button type="button" aria-label={m.ask.remove(what)} className={CHIP} onClick={onRemove}>
      {what} <CloseIcon className="text-muted" />
    </button>
  );
}

/** The names behind the identities of a plan, as far as this page knows them. */
function useNames(reply: Reply): (name: ScopeName, value: string) => string {
  const typeName = useTypeName();
  const { data: sites } = useQuery(siteChoicesQuery);
  const devices = new Map(reply.relevant_devices.map(({ id, name }) => [id, name]));
  return (name, value) => {
    if (name === "types") return typeName(value);
    if (name === "sites") {
      return sites?.items.find(({ site_id }) => site_id === value)?.name ?? value;
    }
    return devices.get(value) ?? value;
  };
}
