import { formatDate } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";
import type { Foreseen } from "../api";

const DAY_MS = 86_400_000;
const DAYS = 45;
const WIDTH = 900;
const TICKS = [0, 7, 14, 30] as const;

/** Today at the left; the field is where the moment lies nine times in ten. */
export function WhenBar({ one }: { one: Foreseen }) {
  const nowMs = useNow();
  const place = (at: string) => {
    const days = (Date.parse(at) - nowMs) / DAY_MS;
    return (Math.min(Math.max(days, 0), DAYS) / DAYS) * WIDTH;
  };
  const from = place(one.lower);
  const to = Math.max(place(one.upper), from + 6);
  const said = m.ahead.interval(formatDate(one.lower), formatDate(one.upper));
  return (
    <figure className="m-0">
      <svg
        viewBox={`0 0 ${WIDTH} 20`}
        preserveAspectRatio="none"
        role="img"
        aria-label={said}
        className="h-5 w-full"
      >
        <rect y={8} width={WIDTH} height={4} rx={2} className="fill-line" />
        {TICKS.map((days) => (
          <rect
            key={days}
            x={(days / DAYS) * WIDTH}
            y={4}
            width={1.5}
            height={12}
            className="fill-edge"
          />
        ))}
        <rect
          x={from}
          y={4}
          width={to - from}
          height={12}
          rx={3}
          className="fill-warn opacity-35"
        />
        <rect x={place(one.crosses_at) - 2} y={1} width={4} height={18} className="fill-warn" />
      </svg>
      <p
        aria-hidden="true"
        className="num grid grid-cols-[7fr_7fr_16fr_15fr] text-xs text-muted max-sm:hidden"
      >
        {TICKS.map((days) => (
          <span key={days}>{days === 0 ? m.ahead.today : m.ahead.inDays(days)}</span>
        ))}
      </p>
      <figcaption className="mt-1">{said}</figcaption>
    </figure>
  );
}
