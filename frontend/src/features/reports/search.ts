export const KINDS = ["daily", "weekly", "monthly", "incident", "custom"] as const;
export const ABOUTS = ["device", "site", "tenant"] as const;

export type About = (typeof ABOUTS)[number];

export interface ReportSearch {
  view?: "schedules" | undefined;
  kind?: (typeof KINDS)[number] | undefined;
  about?: About | undefined;
  site?: string | undefined;
  device?: string | undefined;
}

const ID_LENGTH_MAX = 64;

/** Every name is told, also the absent ones: see the search of devices. */
export function readReportSearch(raw: Record<string, unknown>): ReportSearch {
  return {
    view: raw.view === "schedules" ? raw.view : undefined,
    kind: KINDS.find((one) => one === raw.kind),
    about: ABOUTS.find((one) => one === raw.about),
    site: idOf(raw.site),
    device: idOf(raw.device),
  };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= ID_LENGTH_MAX ? value : undefined;
