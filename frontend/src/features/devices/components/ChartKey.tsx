import { m } from "@/messages";

interface ChartKeyProps {
  compared: boolean;
  isNormalKnown: boolean;
  isAhead: boolean;
}

/** What the strokes and fields of the charts stand for. */
export function ChartKey({ compared, isNormalKnown, isAhead }: ChartKeyProps) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      <Entry words={m.charts.key.line}>
        <span className="h-0.5 w-4 bg-accent" />
      </Entry>
      <Entry words={m.charts.key.envelope}>
        <span className="h-3 w-4 bg-accent/25" />
      </Entry>
      {isNormalKnown && (
        <Entry words={m.charts.key.normal}>
          <span className="h-3 w-4 bg-ink/10" />
        </Entry>
      )}
      {isAhead && (
        <Entry words={m.charts.key.forecast}>
          <span className="w-4 border-t-2 border-dashed border-warn" />
        </Entry>
      )}
      {compared && (
        <Entry words={m.charts.key.other}>
          <span className="w-4 border-t-2 border-dashed border-muted" />
        </Entry>
      )}
    </ul>
  );
}

function Entry({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <li className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className="grid w-4 place-items-center">
        {children}
      </span>
      {words}
    </li>
  );
}
