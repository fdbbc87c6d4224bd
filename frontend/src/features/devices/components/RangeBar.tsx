import { momentLabel } from "@/charts/axis";
import {
  fixedRange,
  moved,
  type Range,
  SPANS,
  type Span,
  USUAL_SPAN,
  zoomed,
} from "@/charts/range";
import { m } from "@/messages";
import { Button, buttonClass } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { ChevronLeftIcon, ChevronRightIcon, MinusIcon, PlusIcon } from "@/ui/icons";
import type { ViewSearch } from "../view";

interface RangeBarProps {
  search: ViewSearch;
  range: Range;
  onSpan: (span: Span) => void;
  onRange: (range: Range) => void;
}

/** Ready stretches of time, steps, and what is shown, in words. */
export function RangeBar({ search, range, onSpan, onRange }: RangeBarProps) {
  const isFixed = fixedRange(search) !== null;
  const span = search.span ?? USUAL_SPAN;
  const middle = (range.fromMs + range.toMs) / 2;
  const step = (share: number) => onRange(moved(range, share, Date.now()));
  const zoom = (factor: number) => onRange(zoomed(range, factor, middle, Date.now()));
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <fieldset className="flex rounded-lg border border-edge/70">
        <legend className="sr-only">{m.charts.range}</legend>
        {SPANS.map((one) => {
          const isOn = !isFixed && one === span;
          return (
            <button
              key={one}
              type="button"
              aria-pressed={isOn}
              onClick={() => onSpan(one)}
              className={cx(
                "min-h-9 border-r border-edge/70 px-2.5 text-sm whitespace-nowrap first:rounded-l-lg last:rounded-r-lg last:border-r-0 pointer-coarse:min-h-11 sm:px-3",
                isOn
                  ? "bg-accent-soft font-medium text-accent-strong"
                  : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {m.charts.spans[one]}
            </button>
          );
        })}
      </fieldset>
      <span className="flex">
        <Step label={m.charts.earlier} onClick={() => step(-0.5)} icon={<ChevronLeftIcon />} />
        <Step label={m.charts.further} onClick={() => zoom(2)} icon={<MinusIcon />} />
        <Step label={m.charts.closer} onClick={() => zoom(0.5)} icon={<PlusIcon />} />
        <Step
          label={m.charts.later}
          onClick={() => step(0.5)}
          icon={<ChevronRightIcon />}
          isOff={!isFixed}
        />
      </span>
      <span aria-live="polite" className="text-muted">
        {m.charts.from(momentLabel(range.fromMs), momentLabel(range.toMs))}
      </span>
      {isFixed && (
        <Button kind="quiet" onClick={() => onSpan(span)}>
          {m.charts.back}
        </Button>
      )}
    </div>
  );
}

interface StepProps {
  label: string;
  icon: React.ReactNode;
  isOff?: boolean;
  onClick: () => void;
}

function Step({ label, icon, isOff = false, onClick }: StepProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
      className={buttonClass("quiet", "px-2!")}
    >
      {icon}
    </button>
  );
}
