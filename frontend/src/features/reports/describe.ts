import type { Site } from "@/api/types";
import { m } from "@/messages";
import type { Schedule } from "./types";

/** Of what such reports are, and on whose clock they come. */
export function whatOf(
  { report_type, scope, site_id, device_id, timezone }: Schedule,
  sites: readonly Pick<Site, "site_id" | "name">[],
): string {
  const isClocked = report_type !== "incident";
  const clock = m.schedule.clock(timezone);
  if (scope === "device") return isClocked ? `${device_id} · ${clock}` : `${device_id}`;
  if (scope === "site") {
    const name = sites.find((one) => one.site_id === site_id)?.name ?? `${site_id}`;
    return isClocked ? `${name} · ${clock}` : name;
  }
  if (!isClocked) return m.schedule.incidentScopes.everything;
  return scope === "each_site"
    ? `${m.schedule.scopes.each_site} · ${m.schedule.siteClock}`
    : `${m.schedule.scopes.everything} · ${clock}`;
}
