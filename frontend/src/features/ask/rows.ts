import type { Reply } from "@/api/types";
import { formatDateTime, formatQuantity } from "@/lib/format";

/** A row of a result, ready to be shown. */
export interface ShownRow {
  key: string;
  label: string;
  /** Where it leads: a path of ours. */
  to: string | undefined;
  value: string | undefined;
  /** How much of the largest amount this one is, of which a bar can be drawn. */
  share: number | undefined;
  more: string[];
}

type Row = NonNullable<Reply["result"]["rows"]>[number];

const LABELS = ["name", "label", "title", "what", "side"];
const MORE = ["site", "category", "severity", "state", "resolution"];
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export function shownRows({ result }: Reply): ShownRow[] {
  const { rows = [], unit = null } = result;
  const amounts = rows.map(({ value }) => (typeof value === "number" ? value : undefined));
  // Rows of a status tell of different things, each by its name.
  const isOneMeasure =
    new Set(rows.map((row) => row.unit)).size === 1 && rows.every(({ what }) => !what);
  const drawable =
    isOneMeasure &&
    amounts.length > 1 &&
    amounts.every((amount) => amount !== undefined && amount >= 0);
  const most = Math.max(...amounts.map((amount) => amount ?? 0));
  return rows.map((row, index) => ({
    key: String(index),
    label: labelOf(row),
    to: pathOf(row),
    value: amountOf(row, unit),
    share: drawable && most > 0 ? (amounts[index] ?? 0) / most : undefined,
    more: moreOf(row),
  }));
}

const textOf = (row: Row, names: readonly string[]): string[] =>
  names.map((name) => row[name]).filter((one): one is string => typeof one === "string" && !!one);

function labelOf(row: Row): string {
  return textOf(row, [...LABELS, "key", "id"])[0] ?? "";
}

/** Only ever a path of our own, whatever the row says. */
function pathOf(row: Row): string | undefined {
  const { link, device_id } = row;
  if (typeof link === "string" && /^\/(?![/\\])/.test(link)) return link;
  return typeof device_id === "string" ? `/devices/${device_id}` : undefined;
}

function amountOf(row: Row, unit: string | null): string | undefined {
  const { value } = row;
  // A record is told by its title; its value is its id, which the link carries.
  if (value === undefined || value === null || row.title) return undefined;
  return shownValue(value, typeof row.unit === "string" ? row.unit : unit);
}

function moreOf(row: Row): string[] {
  const { at, ended_at } = row;
  const moments = [at, ended_at].filter((one): one is string => typeof one === "string");
  const spans = moments.length > 0 ? [moments.map(formatDateTime).join(" – ")] : [];
  return [...textOf(row, MORE), ...spans];
}

/** A value of a result as a person reads it. */
export function shownValue(value: unknown, unit: string | null): string {
  if (typeof value === "number") return formatQuantity(value, unit);
  if (typeof value === "string" && MOMENT.test(value)) return formatDateTime(value);
  if (Array.isArray(value)) return value.map((one) => shownValue(one, unit)).join(", ");
  return String(value);
}
