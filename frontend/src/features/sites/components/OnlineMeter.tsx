import { formatCount } from "@/lib/format";
import { m } from "@/messages";

/** How many of the devices are online: a bar for the eye, the words for everybody. The rest may be
 * offline or never heard from, so it has no colour. */
export function OnlineMeter({ online, total }: { online: number; total: number }) {
  if (total === 0) return <span className="text-muted">{m.sites.noDevices}</span>;
  return (
    <span className="grid w-full max-w-60 gap-1">
      <span className="truncate">{m.sites.onlineOf(formatCount(online), total)}</span>
      <svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none" className="h-1 w-full">
        <rect width="100" height="4" rx="2" className="fill-line" />
        <rect width={(online / total) * 100} height="4" className="fill-ok" />
      </svg>
    </span>
  );
}
