import { describe, expect, it } from "vitest";
import type { Anomaly } from "@/api/types";
import { newestValues, usualChoice } from "./chosen";
import { forecastOf, spansOf, within } from "./marks";
import { readViewSearch } from "./view";

describe("the charts of a device", () => {
  it("reads which metrics and what to compare from the address", () => {
    const search = readViewSearch({ metrics: "b_c,a,a,B!,", before: "day", beside: "DEVICE-2" });
    expect(search).toMatchObject({ metrics: "b_c,a", before: "day", beside: undefined });
    expect(readViewSearch({ beside: "DEVICE-2", before: "soon" })).toMatchObject({
      beside: "DEVICE-2",
      before: undefined,
    });
  });

  it("takes the newest of what a device sends apart", () => {
    const values = newestValues([
      { device_id: "D", at: "2026-01-02T00:00:00Z", values: { b: 2 } },
      { device_id: "D", at: "2026-01-01T00:00:00Z", values: { b: 1, a: 5 } },
    ]);
    expect(values.map(({ metric, value }) => [metric, value])).toEqual([
      ["a", 5],
      ["b", 2],
    ]);
  });

  it("shows at first what deviates, then what has a limit", () => {
    const reported = ["a", "b", "c", "d"];
    expect(usualChoice(reported, new Set(["d"]), new Set(["c"]), new Map())).toEqual([
      "d",
      "c",
      "a",
    ]);
  });

  it("shows of a device in no trouble what its type is there for", () => {
    const reported = ["battery_percent", "humidity_percent", "temperature_celsius", "up"];
    const limited = new Set(["battery_percent"]);
    const shown = (deviating: string[], type: string) =>
      usualChoice(reported, new Set(deviating), limited, new Map(), type);
    expect(shown([], "iot_sensor")).toEqual([
      "temperature_celsius",
      "humidity_percent",
      "battery_percent",
    ]);
    expect(shown(["up"], "iot_sensor")[0]).toBe("up");
    expect(shown([], "own_type")[0]).toBe("battery_percent");
  });

  it("marks when a metric was not as usual, and leaves open what goes on", () => {
    const metrics = [{ name: "a", kind: "step", since: "2026-01-01T00:00:00Z" }];
    const anomaly = { id: 1, severity: "warning", ended_at: null, metrics } as Anomaly;
    expect(spansOf([anomaly], "b")).toEqual([]);
    expect(spansOf([anomaly], "a")).toEqual([
      { fromMs: Date.parse("2026-01-01"), toMs: null, words: "away from the usual", tone: "warn" },
    ]);
  });

  it("keeps what reaches into the stretch that is shown", () => {
    const range = { fromMs: Date.parse("2026-01-02"), toMs: Date.parse("2026-01-03") };
    const before = { started_at: "2026-01-01T00:00:00Z", ended_at: "2026-01-01T01:00:00Z" };
    const into = { started_at: "2026-01-01T00:00:00Z", ended_at: null };
    expect(within([before, into], range)).toEqual([into]);
  });

  it("draws the way to a limit, earliest and latest", () => {
    const now = Date.parse("2026-01-01");
    const day = 86_400_000;
    const told = {
      level: 0,
      limit: 10,
      lower: new Date(now + 5 * day).toISOString(),
      crosses_at: new Date(now + 10 * day).toISOString(),
      upper: new Date(now + 20 * day).toISOString(),
    } as Parameters<typeof forecastOf>[0];
    const field = forecastOf(told, now, now + 20 * day);
    expect(field?.at).toEqual([0, 5, 10, 20].map((n) => now + n * day));
    expect(field?.high).toEqual([0, 10, 10, 10]);
    expect(field?.middle).toEqual([0, 5, 10, 10]);
    expect(field?.low).toEqual([0, 2.5, 5, 10]);
  });
});
