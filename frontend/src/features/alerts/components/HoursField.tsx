import { m } from "@/messages";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { PlusIcon } from "@/ui/icons";
import { type Span, WORKING_HOURS } from "../hours";

interface HoursFieldProps {
  spans: readonly Span[];
  onChange: (spans: Span[]) => void;
  error?: string | undefined;
}

/** Weekly hours: days that share them stand together. */
export function HoursField({ spans, onChange, error }: HoursFieldProps) {
  const put = (place: number, span: Span) => onChange(spans.with(place, span));
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-1 text-sm font-medium">{m.alerts.rule.hours}</legend>
      {error && <p className="text-sm text-critical">{error}</p>}
      {spans.map((span, place) => (
        <SpanField
          // biome-ignore lint/suspicious/noArrayIndexKey: a span has nothing else to be known by
          key={place}
          span={span}
          onChange={(changed) => put(place, changed)}
          onRemove={() => onChange(spans.toSpliced(place, 1))}
        />
      ))}
      <div>
        <Button onClick={() => onChange([...spans, WORKING_HOURS])}>
          <PlusIcon /> {m.alerts.rule.hoursAdd}
        </Button>
      </div>
      <p className="text-sm text-muted">{m.alerts.rule.hoursHint}</p>
    </fieldset>
  );
}

interface SpanFieldProps {
  span: Span;
  onChange: (span: Span) => void;
  onRemove: () => void;
}

function SpanField({ span, onChange, onRemove }: SpanFieldProps) {
  const turn = (day: number, on: boolean) =>
    onChange({ ...span, days: on ? [...span.days, day] : span.days.filter((one) => one !== day) });
  return (
    <div className="grid gap-3 rounded-lg border border-line bg-surface p-3">
      <div className="flex flex-wrap gap-x-3 gap-y-1">
        {m.alerts.weekdays.map((name, day) => (
          <label key={name} className="flex min-h-8 items-center gap-1.5 pointer-coarse:min-h-11">
            <input
              type="checkbox"
              checked={span.days.includes(day)}
              onChange={(event) => turn(day, event.target.checked)}
              className="size-4 accent-accent"
            />
            {name}
          </label>
        ))}
      </div>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={m.alerts.rule.from}
          type="time"
          value={span.start}
          onChange={(event) => onChange({ ...span, start: event.target.value })}
          required
        />
        <TextField
          label={m.alerts.rule.to}
          type="time"
          value={span.end}
          onChange={(event) => onChange({ ...span, end: event.target.value })}
          required
        />
      </div>
      <div>
        <Button kind="quiet" onClick={onRemove}>
          {m.alerts.rule.hoursRemove}
        </Button>
      </div>
    </div>
  );
}
