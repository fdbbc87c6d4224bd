import { formatCount } from "@/lib/format";
import { cx } from "@/ui/cx";

export interface Part {
  name: string;
  count: number;
  fill: string;
}

/** A whole in its parts: drawn, and said in words. */
export function Parts({ parts }: { parts: readonly Part[] }) {
  const whole = parts.reduce((sum, { count }) => sum + count, 0);
  if (whole === 0) return null;
  let start = 0;
  const drawn = parts.map((part) => {
    const width = (100 * part.count) / whole;
    start += width;
    return { ...part, x: start - width, width };
  });
  return (
    <>
      <svg
        aria-hidden="true"
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        className="mt-2 h-1.5 w-full overflow-hidden rounded-full"
      >
        {drawn.map(({ name, x, width, fill }) => (
          <rect key={name} x={x} width={width} height="4" className={fill} />
        ))}
      </svg>
      <p className="mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
        {drawn.map(({ name, count, fill }) => (
          <span key={name} className="inline-flex items-center gap-1">
            <svg aria-hidden="true" viewBox="0 0 8 8" className="size-2">
              <circle cx="4" cy="4" r="4" className={cx(fill)} />
            </svg>
            {formatCount(count)} {name}
          </span>
        ))}
      </p>
    </>
  );
}
