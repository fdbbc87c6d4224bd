import type { LiveEvent } from "@/features/live/connection";

export const PULSE_S = 60;

/** How many devices were heard from in each of the last seconds, the newest last. */
export class Pulse {
  private readonly counts = new Map<number, number>();
  private beaten = false;

  /** Whether anything was ever heard: before that, a still line says nothing. */
  get hasBeaten(): boolean {
    return this.beaten;
  }

  take(events: readonly LiveEvent[], nowMs: number): void {
    const heard = events.reduce((sum, event) => sum + devicesIn(event), 0);
    if (heard === 0) return;
    this.beaten = true;
    const second = Math.floor(nowMs / 1000);
    this.counts.set(second, (this.counts.get(second) ?? 0) + heard);
    for (const old of this.counts.keys()) {
      if (old <= second - 2 * PULSE_S) this.counts.delete(old);
    }
  }

  /** Up to the second before this one, which is not over. */
  at(nowMs: number): number[] {
    const end = Math.floor(nowMs / 1000);
    return Array.from({ length: PULSE_S }, (_, i) => this.counts.get(end - PULSE_S + i) ?? 0);
  }
}

function devicesIn({ kind, data }: LiveEvent): number {
  if (kind !== "readings.stored") return 0;
  return Array.isArray(data.devices) ? data.devices.length : 0;
}

export const pulse = new Pulse();
