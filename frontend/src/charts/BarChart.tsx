import { momentLabel, numberLabels } from "./axis";
import type { Range } from "./range";

export interface Bar {
  atMs: number;
  value: number;
}

interface BarChartProps {
  /** Read instead of the picture. */
  label: string;
  bars: readonly Bar[];
  widthMs: number;
  range: Range;
}

const WIDE = 1_000;
const HIGH = 100;
const FILLED = 0.8;

/** Counts over time, few enough to be drawn as they are. */
export function BarChart({ label, bars, widthMs, range }: BarChartProps) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const length = range.toMs - range.fromMs;
  return (
    <div role="img" aria-label={label} className="mt-2">
      <div className="flex h-28 items-stretch gap-2 text-xs text-muted">
        <span aria-hidden="true" className="flex flex-col justify-between">
          {numberLabels([most, 0]).map((one) => (
            <span key={one}>{one}</span>
          ))}
        </span>
        <svg
          viewBox={`0 0 ${WIDE} ${HIGH}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          className="min-w-0 flex-1 border-b border-line"
        >
          {bars.map(({ atMs, value }) => (
            <rect
              key={atMs}
              x={((atMs - range.fromMs) / length) * WIDE}
              width={((widthMs * FILLED) / length) * WIDE}
              y={HIGH - (value / most) * HIGH}
              height={(value / most) * HIGH}
              className="fill-accent"
            />
          ))}
        </svg>
      </div>
      <p aria-hidden="true" className="mt-1 flex justify-between pl-4 text-xs text-muted">
        {[range.fromMs, range.toMs].map((at) => (
          <span key={at}>{momentLabel(at)}</span>
        ))}
      </p>
    </div>
  );
}
