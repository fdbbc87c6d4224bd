import { formatCount } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import { Panel } from "@/ui/Panel";
import { PULSE_S, pulse } from "../pulse";

const RECENT_S = 10;
const HEIGHT = 24;

/** That readings arrive, seen from the feed itself: a still line means that nothing comes. */
export function PulseLine() {
  const beats = pulse.at(useNow());
  const sum = (counts: number[]) => formatCount(counts.reduce((one, other) => one + other, 0));
  return (
    <Panel
      title={m.overview.pulse}
      lead={m.overview.pulseLead}
      action={
        <span className="text-muted whitespace-nowrap">
          {pulse.hasBeaten
            ? m.overview.pulseNow(sum(beats.slice(-RECENT_S)))
            : m.overview.pulseWaiting}
        </span>
      }
    >
      <svg
        role="img"
        aria-label={m.overview.pulseLabel(sum(beats))}
        viewBox={`0 0 ${PULSE_S} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-16 w-full px-4 py-4 sm:px-5"
      >
        <rect y={HEIGHT - 0.4} width={PULSE_S} height="0.4" className="fill-line" />
        <path d={bars(beats)} className="fill-accent" />
      </svg>
    </Panel>
  );
}

/** One path for all: a bar for each second, as high as its share of the highest. */
function bars(beats: readonly number[]): string {
  const most = Math.max(1, ...beats);
  return beats
    .map((count, second) => {
      const height = (HEIGHT * count) / most;
      return `M${second + 0.15} ${HEIGHT - height}h0.7v${height}h-0.7z`;
    })
    .join("");
}
