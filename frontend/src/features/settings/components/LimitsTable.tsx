import { m } from "@/messages";
import { fieldOf, LIMITS, type Limit } from "../limits";

export { LIMITS };

const words = m.settings.limit;
const LABELS: Record<Limit, string> = {
  critical_below: words.criticalBelow,
  warning_below: words.warningBelow,
  warning_above: words.warningAbove,
  critical_above: words.criticalAbove,
};

interface LimitsTableProps {
  metrics: readonly ({ name: string; label: string; unit: string } & Record<
    Limit,
    number | null
  >)[];
  disabled: boolean;
  errorAt: (metric: string, limit: Limit) => string | undefined;
}

/** The limits of each metric; on a phone each metric is a block of its own. */
export function LimitsTable({ metrics, disabled, errorAt }: LimitsTableProps) {
  return (
    <ul>
      {metrics.map((metric) => (
        <li
          key={metric.name}
          className="grid gap-2 border-b border-line px-4 py-3 sm:px-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,5fr)] lg:items-center"
        >
          <p className="min-w-0 wrap-anywhere">
            <span className="font-medium">{metric.label}</span>{" "}
            {metric.unit && metric.unit !== "1" && (
              <span className="text-muted">in {metric.unit}</span>
            )}
          </p>
          <div className="grid grid-cols-2 gap-2 sm:grid-cols-4">
            {LIMITS.map((limit) => (
              <LimitField
                key={limit}
                name={fieldOf(metric.name, limit)}
                metric={metric.label}
                label={LABELS[limit]}
                value={metric[limit]}
                disabled={disabled}
                error={errorAt(metric.name, limit)}
              />
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

interface LimitFieldProps {
  name: string;
  metric: string;
  label: string;
  value: number | null;
  disabled: boolean;
  error: string | undefined;
}

function LimitField({ name, metric, label, value, disabled, error }: LimitFieldProps) {
  return (
    <label className="grid gap-1">
      <span className="text-xs text-muted">
        <span className="sr-only">{metric}: </span>
        {label}
      </span>
      <input
        type="number"
        step="any"
        name={name}
        defaultValue={value ?? ""}
        placeholder={words.none}
        disabled={disabled}
        aria-invalid={error ? true : undefined}
        className="num min-h-9 w-full rounded-lg border border-edge bg-surface px-2 py-1 text-base text-ink hover:border-ink/60 disabled:opacity-60 aria-invalid:border-critical sm:text-sm pointer-coarse:min-h-11"
      />
      {error && <span className="text-sm text-critical">{error}</span>}
    </label>
  );
}
