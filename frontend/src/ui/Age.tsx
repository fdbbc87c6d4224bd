import { formatAge, formatDateTime } from "@/lib/format";
import { useNow } from "@/lib/now";
import { m } from "@/messages";

/** How long ago, growing as time goes by; the exact moment is one hover away. */
export function Age({ at, className }: { at: string | null; className?: string }) {
  const nowMs = useNow();
  if (at === null) return <span className={className}>{m.time.never}</span>;
  return (
    <time dateTime={at} title={formatDateTime(at)} className={className}>
      {formatAge(nowMs, at)}
    </time>
  );
}
