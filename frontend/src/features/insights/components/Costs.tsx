import { formatQuantity } from "@/lib/format";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";
import type { SiteInsights } from "../types";
import { Figure } from "./Standing";

const words = m.insights;
const NAMES = [
  "current_month_downtime_cost",
  "prevented_issues_value",
  "recommended_maintenance_budget",
] as const;
const LABELS: Record<(typeof NAMES)[number], string> = {
  current_month_downtime_cost: words.downtime,
  prevented_issues_value: words.prevented,
  recommended_maintenance_budget: words.budget,
};

interface CostsProps {
  costs: SiteInsights["cost_analysis"];
  why: Record<string, string>;
}

/** Only what rests on a declared tariff and measured downtime; else why there is none. */
export function Costs({ costs, why }: CostsProps) {
  const hours = costs.month_offline_hours;
  return (
    <Panel title={words.costs}>
      <dl className="-mt-px grid">
        {NAMES.map((name) => (
          <Figure key={name} label={LABELS[name]} value={costs[name]} under={why[name]} />
        ))}
      </dl>
      {hours !== null && (
        <p className="border-t border-line px-4 py-2.5 text-muted sm:px-5">
          {words.hours(formatQuantity(hours, null))}
        </p>
      )}
    </Panel>
  );
}
