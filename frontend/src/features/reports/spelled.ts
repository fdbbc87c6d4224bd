import { formatCount } from "@/lib/format";
import { m } from "@/messages";
import type { ReportContent, ReportPlot } from "./types";

type Figure = string | number | null;

/** A figure as it was written; a number with its thousands set apart. */
export function spelled(value: Figure): string {
  if (value === null) return m.report.unknown;
  return typeof value === "number" ? formatCount(value) : value;
}

export const nameOf = (name: string): string =>
  m.report.names[name] ?? name.replaceAll("_", " ").replace(/^./, (one) => one.toUpperCase());

/** From when to when, on the clock that the report is written in. */
export function spanIn({ start, end, timezone }: ReportContent["period"]): string {
  const form = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" } as const;
  const span = (zone: object) =>
    new Intl.DateTimeFormat(undefined, { ...form, ...zone }).formatRange(
      new Date(start),
      new Date(end),
    );
  try {
    return `${span({ timeZone: timezone })} (${timezone})`;
  } catch {
    return span({}); // the browser does not know the timezone
  }
}

/** The lowest and the highest of all that a plot shows. */
export function extremes({ points }: ReportPlot): [number, number] {
  return [
    Math.min(...points.map(([, low]) => low)),
    Math.max(...points.map(([, , , high]) => high)),
  ];
}
