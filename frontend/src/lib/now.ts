import { useSyncExternalStore } from "react";

/** One ticking clock for the whole page, however many ages it shows. */
class Clock {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private nowMs = Date.now();

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) {
      this.nowMs = Date.now();
      this.timer = setInterval(this.tick, 1_000);
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearInterval(this.timer);
    };
  };

  readonly read = (): number => this.nowMs;

  private readonly tick = (): void => {
    this.nowMs = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const clock = new Clock();

/** The present moment in milliseconds, once a second. */
export function useNow(): number {
  return useSyncExternalStore(clock.subscribe, clock.read);
}
