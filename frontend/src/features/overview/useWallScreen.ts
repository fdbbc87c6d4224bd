import { useEffect } from "react";

/** Larger letters, and a screen that does not go dark: where the browser cannot help it, it may. */
export function useWallScreen(): void {
  useEffect(() => {
    document.documentElement.classList.add("wall");
    return () => document.documentElement.classList.remove("wall");
  }, []);
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let isOver = false;
    const ask = async (): Promise<void> => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (isOver) await lock.release();
      } catch {
        // Refused, as by a battery that is low: the screen does as it always does.
      }
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}
