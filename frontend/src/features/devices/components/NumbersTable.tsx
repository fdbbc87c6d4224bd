import { useState } from "react";
import type { Point } from "@/charts/columns";
import { formatQuantity, formatShortDateTime } from "@/lib/format";
import { m } from "@/messages";
import { ChevronRightIcon } from "@/ui/icons";

interface NumbersTableProps {
  name: string;
  unit: string | null;
  points: readonly Point[];
  other: { points: readonly Point[]; shiftMs: number; name: string } | undefined;
}

const ROWS_MAX = 200;
const CELL = "px-4 py-1 text-left sm:px-5";

/** The same as the picture, to be read; made only when it is opened. */
export function NumbersTable({ name, unit, points, other }: NumbersTableProps) {
  const [isOpen, setIsOpen] = useState(false);
  if (points.length === 0) return null;
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)} className="group text-xs">
      <summary className="inline-flex items-center gap-1 px-4 py-1 text-muted hover:text-ink pointer-coarse:min-h-11 sm:px-5">
        <ChevronRightIcon className="transition-transform group-open:rotate-90" /> {m.charts.table}
      </summary>
      {isOpen && <Rows name={name} unit={unit} points={points} other={other} />}
    </details>
  );
}

function Rows({ name, unit, points, other }: NumbersTableProps) {
  const newest = points.slice(-ROWS_MAX).reverse();
  const beside = new Map(other?.points.map((one) => [Date.parse(one.at) + other.shiftMs, one]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls needs the keyboard
    <section tabIndex={0} aria-label={m.charts.tableOf(name)} className="max-h-72 overflow-auto">
      <table className="num w-full">
        <caption className="sr-only">{name}</caption>
        <thead className="sticky top-0 bg-surface text-muted">
          <tr>
            <th className={CELL}>{m.charts.when}</th>
            <th className={CELL}>{m.charts.value}</th>
            <th className={CELL}>{m.charts.lowest}</th>
            <th className={CELL}>{m.charts.highest}</th>
            {other && <th className={CELL}>{other.name}</th>}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ at, mean, low, high }) => {
            const there = beside.get(Date.parse(at));
            return (
              <tr key={at} className="border-t border-line">
                <td className={CELL}>
                  <time dateTime={at}>{formatShortDateTime(at)}</time>
                </td>
                <td className={CELL}>{formatQuantity(mean, unit)}</td>
                <td className={CELL}>{formatQuantity(low, unit)}</td>
                <td className={CELL}>{formatQuantity(high, unit)}</td>
                {other && <td className={CELL}>{there && formatQuantity(there.mean, unit)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
