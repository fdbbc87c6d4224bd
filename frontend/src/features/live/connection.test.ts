import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket } from "@/test/fakeSocket";
import { LiveConnection, type LiveEvent, OFFLINE_AFTER_MS, SILENCE_MAX_MS } from "./connection";

const START_MS = Date.parse("2026-01-01T00:00:00Z");

function event(id: number, resume = `token-${id}`) {
  const at = "2026-01-01T00:00:00Z";
  return { type: "event", id, kind: "device.changed", data: { device_id: "D" }, at, resume };
}

let heard: LiveEvent[];
const onReset = vi.fn();
const onRefused = vi.fn();
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  heard = [];
  connection = new LiveConnection({
    onEvents: (events) => heard.push(...events),
    onReset,
    onRefused,
  });
  connection.start();
});

afterEach(() => connection.stop());

function begin(): void {
  FakeSocket.newest.say({ type: "hello", resume: "first" });
}

describe("a live connection", () => {
  it("is live from the first word on, and has everything loaded anew once", () => {
    expect(connection.read()).toEqual({ state: "connecting" });
    expect(FakeSocket.newest.resume).toBeNull();
    begin();
    expect(connection.read()).toEqual({ state: "live" });
    expect(onReset).toHaveBeenCalledTimes(1);
  });

  it("hands events over in batches, each one once", () => {
    begin();
    FakeSocket.newest.say(event(1));
    FakeSocket.newest.say(event(2));
    FakeSocket.newest.say(event(1));
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(heard.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("comes back with the token of the last event", () => {
    begin();
    FakeSocket.newest.say(event(7, "after-seven"));
    FakeSocket.newest.break();
    expect(connection.read()).toEqual({ state: "stale", sinceMs: START_MS });
    vi.advanceTimersByTime(500);
    expect(FakeSocket.opened).toHaveLength(2);
    expect(FakeSocket.newest.resume).toBe("after-seven");
    FakeSocket.newest.say({ type: "hello", resume: "later" });
    expect(connection.read()).toEqual({ state: "live" });
    expect(onReset).toHaveBeenCalledTimes(1);
  });

  it("waits longer each time the server is not there", () => {
    begin();
    const waits: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      FakeSocket.newest.break();
      const before = Date.now();
      const opened = FakeSocket.opened.length;
      while (FakeSocket.opened.length === opened) vi.advanceTimersByTime(50);
      waits.push(Date.now() - before);
    }
    expect(waits).toEqual([500, 1_000, 2_000]);
  });

  it("does not trust a line on which nothing is heard", () => {
    begin();
    const silent = FakeSocket.newest;
    vi.advanceTimersByTime(SILENCE_MAX_MS);
    expect(connection.read()).toEqual({ state: "live" });
    vi.advanceTimersByTime(1_000);
    expect(connection.read()).toEqual({ state: "stale", sinceMs: START_MS });
    expect(silent.closed).toBe(true);
    expect(FakeSocket.newest.resume).toBe("first");
  });

  it("stays live while the server beats", () => {
    begin();
    for (let beat = 0; beat < 6; beat += 1) {
      vi.advanceTimersByTime(10_000);
      FakeSocket.newest.say({ type: "beat" });
    }
    expect(connection.read()).toEqual({ state: "live" });
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it("calls it offline after a minute without a word", () => {
    begin();
    FakeSocket.newest.break();
    vi.advanceTimersByTime(OFFLINE_AFTER_MS);
    expect(connection.read()).toEqual({ state: "offline", sinceMs: START_MS });
  });

  it("looks at once when the machine wakes up", () => {
    begin();
    // Asleep: time goes by and no timer runs.
    vi.setSystemTime(START_MS + 3_600_000);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(connection.read().state).toBe("offline");
    expect(FakeSocket.opened).toHaveLength(2);
    expect(FakeSocket.newest.resume).toBe("first");
  });

  it("has all loaded anew when too much was missed", () => {
    begin();
    FakeSocket.newest.say(event(1));
    FakeSocket.newest.say({ type: "reset" });
    vi.advanceTimersByTime(1_000);
    expect(onReset).toHaveBeenCalledTimes(2);
    expect(heard).toEqual([]);
  });

  it("says when its session is over, and comes back with the one that follows", () => {
    begin();
    FakeSocket.newest.break(4401);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(connection.read().state).toBe("stale");
    vi.advanceTimersByTime(500);
    expect(FakeSocket.opened).toHaveLength(2);
    FakeSocket.newest.say({ type: "hello", resume: "later" });
    expect(connection.read()).toEqual({ state: "live" });
  });

  it("is silent for ever once it was stopped", () => {
    begin();
    FakeSocket.newest.break(4401);
    connection.stop();
    vi.advanceTimersByTime(600_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });
});
