import { m } from "@/messages";
import { cx } from "@/ui/cx";
import { Panel } from "@/ui/Panel";
import type { ReportTable } from "../types";

/** Rows in words; on a phone they are moved sideways. */
export function Table({ table }: { table: ReportTable }) {
  const right = table.right ?? [];
  const side = (place: number) => (right.includes(place) ? "text-right num" : "text-left");
  return (
    <Panel title={table.heading}>
      {/* biome-ignore lint/a11y/useSemanticElements: what is moved sideways is no fieldset */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved sideways by keys
        tabIndex={0}
        aria-label={table.heading}
        className="overflow-x-auto"
      >
        <table className="w-full min-w-136">
          <thead>
            <tr className="border-b border-line text-xs text-muted">
              {table.columns.map((name, place) => (
                <th
                  key={name}
                  scope="col"
                  className={cx("px-4 py-2 font-medium sm:px-5", side(place))}
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.join("\n")} className="border-b border-line align-top last:border-b-0">
                {row.map((cell, place) => (
                  <td key={table.columns[place]} className={cx("px-4 py-2 sm:px-5", side(place))}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!!table.left_out && (
        <p className="border-t border-line px-4 py-2.5 text-muted sm:px-5">
          {m.report.more(table.left_out)}
        </p>
      )}
    </Panel>
  );
}

/** Sentences, one below the other. */
export function Lines({ lines, isList = false }: { lines: readonly string[]; isList?: boolean }) {
  if (isList) {
    return (
      <ul className="grid list-disc gap-1.5 py-4 pr-4 pl-8 text-pretty wrap-anywhere sm:pl-9">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    );
  }
  return (
    <div className="grid gap-2 px-4 py-4 text-pretty wrap-anywhere sm:px-5">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
