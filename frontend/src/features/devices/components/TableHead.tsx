import type { DeviceSort } from "@/api/types";
import { m } from "@/messages";
import { cx } from "@/ui/cx";
import { ArrowDownIcon, ArrowUpIcon } from "@/ui/icons";
import { nextSort, type SortColumn, sortDirection } from "../search";

export interface SortProps {
  sort: DeviceSort | undefined;
  onSort: (sort: DeviceSort | undefined) => void;
}

interface Column {
  label: string;
  sort: SortColumn | null;
  className: string;
}

export const COLUMNS: readonly Column[] = [
  { label: m.devices.name, sort: "name", className: "sm:pl-2" },
  { label: m.devices.id, sort: "device_id", className: "hidden w-56 2xl:table-cell" },
  { label: m.devices.connection, sort: "connectivity", className: "hidden w-40 sm:table-cell" },
  { label: m.devices.type, sort: "type", className: "hidden w-32 xl:table-cell" },
  { label: m.devices.site, sort: "site", className: "hidden w-[18%] md:table-cell" },
  { label: m.devices.lastHeard, sort: "last_seen", className: "hidden w-34 sm:table-cell" },
  { label: m.devices.origin, sort: null, className: "hidden w-28 sm:table-cell" },
];

/** On a phone the columns fold into one, and the order is chosen in the filters. */
export function TableHead({ sort, onSort }: SortProps) {
  return (
    <thead className="hidden sm:table-header-group">
      <tr aria-rowindex={1}>
        {COLUMNS.map((column) => (
          <th
            key={column.label}
            scope="col"
            aria-sort={column.sort ? sortDirection(sort, column.sort) : undefined}
            className={cx(
              "sticky top-13 z-10 h-10 border-b border-line bg-surface px-1 text-left text-xs font-medium text-muted first:rounded-tl-xl last:rounded-tr-xl",
              column.className,
            )}
          >
            {column.sort ? (
              <SortButton label={column.label} column={column.sort} sort={sort} onSort={onSort} />
            ) : (
              <span className="px-2">{column.label}</span>
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface SortButtonProps extends SortProps {
  label: string;
  column: SortColumn;
}

function SortButton({ label, column, sort, onSort }: SortButtonProps) {
  const direction = sortDirection(sort, column);
  return (
    <button
      type="button"
      onClick={() => onSort(nextSort(sort, column))}
      className={cx(
        "inline-flex h-8 max-w-full items-center gap-1 rounded-md px-2 hover:bg-hover hover:text-ink",
        direction !== "none" && "text-ink",
      )}
    >
      <span className="truncate">{label}</span>
      {direction === "ascending" && <ArrowUpIcon className="size-3.5 shrink-0" />}
      {direction === "descending" && <ArrowDownIcon className="size-3.5 shrink-0" />}
    </button>
  );
}
