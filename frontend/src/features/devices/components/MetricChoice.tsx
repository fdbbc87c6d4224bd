import { useState } from "react";
import { formatQuantity } from "@/lib/format";
import { m } from "@/messages";
import { cx } from "@/ui/cx";
import { AlertIcon, CheckIcon } from "@/ui/icons";
import type { NewestValue, Registered } from "../chosen";
import { METRICS_MAX } from "../view";

interface MetricChoiceProps {
  newest: readonly NewestValue[];
  chosen: readonly string[];
  deviating: ReadonlySet<string>;
  registry: ReadonlyMap<string, Registered>;
  onChoose: (metrics: string[]) => void;
}

const FEW = 12;

/** Every metric with its newest value; pressing one shows or hides its chart. */
export function MetricChoice(props: MetricChoiceProps) {
  const { newest, chosen, deviating, registry, onChoose } = props;
  const [isAll, setIsAll] = useState(false);
  const isFull = chosen.length >= METRICS_MAX;
  const shown = isAll
    ? newest
    : newest.filter(({ metric }, index) => index < FEW || chosen.includes(metric));
  const toggle = (metric: string) =>
    onChoose(
      chosen.includes(metric) ? chosen.filter((one) => one !== metric) : [...chosen, metric],
    );
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">{m.charts.choose}</legend>
      {shown.map(({ metric, value }) => {
        const isOn = chosen.includes(metric);
        const { label, unit } = registry.get(metric) ?? { label: metric, unit: null };
        return (
          <button
            key={metric}
            type="button"
            aria-pressed={isOn}
            disabled={!isOn && isFull}
            title={!isOn && isFull ? m.charts.most(METRICS_MAX) : metric}
            onClick={() => toggle(metric)}
            className={cx(
              "inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-lg border px-2.5 py-1 text-left disabled:opacity-55 pointer-coarse:min-h-11",
              isOn
                ? "border-accent bg-accent-soft text-accent-strong"
                : "border-line text-muted hover:bg-hover hover:text-ink",
            )}
          >
            {isOn && <CheckIcon className="shrink-0" />}
            {deviating.has(metric) && (
              <>
                <AlertIcon className="shrink-0 text-critical" />
                <span className="sr-only">{m.charts.lane.deviations}: </span>
              </>
            )}
            <span className="truncate">{label}</span>
            <span className="num shrink-0 font-medium">{formatQuantity(value, unit)}</span>
          </button>
        );
      })}
      {!isAll && shown.length < newest.length && (
        <button
          type="button"
          onClick={() => setIsAll(true)}
          className="min-h-8 px-2 text-accent underline underline-offset-2 pointer-coarse:min-h-11"
        >
          {m.charts.happenedMore(newest.length - shown.length)}
        </button>
      )}
    </fieldset>
  );
}
