import { useState } from "react";
import { ApiError } from "@/api/problem";
import { useNow } from "@/lib/now";

/** Seconds still to wait after a 429, counting down; null when there is nothing to wait for. */
export function useWait(error: unknown): number | null {
  const nowMs = useNow();
  const [until, setUntil] = useState<{ error: unknown; untilMs: number } | null>(null);
  const waits = error instanceof ApiError && error.status === 429 ? error.retryAfterS : null;
  if (waits !== null && until?.error !== error) {
    setUntil({ error, untilMs: Date.now() + waits * 1000 });
  }
  if (waits === null) return null;
  if (!until || until.error !== error) return waits;
  // The shared clock may be up to a second behind.
  return Math.min(waits, Math.max(0, Math.ceil((until.untilMs - nowMs) / 1000)));
}
