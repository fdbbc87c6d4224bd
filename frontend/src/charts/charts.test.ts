import { describe, expect, it } from "vitest";
import { columnsOf, heightOf, joined } from "./columns";
import { fixedRange, moved, rangeOf, readRangeSearch, zoomed } from "./range";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-05T12:00:00Z");

const point = (minute: number, mean = 1) => ({
  at: new Date(NOON + minute * 60_000).toISOString(),
  low: mean - 1,
  high: mean + 1,
  mean,
});

describe("the stretch of time in the address", () => {
  it("follows the present unless two moments are named", () => {
    expect(rangeOf(readRangeSearch({ span: "1h" }), NOON)).toEqual({
      fromMs: NOON - HOUR,
      toMs: NOON,
    });
    const named = { from: "2026-11-05T10:00:00Z", to: "2026-11-05T11:00:00Z" };
    expect(fixedRange(readRangeSearch(named))).toEqual({
      fromMs: NOON - 2 * HOUR,
      toMs: NOON - HOUR,
    });
  });

  it("leaves out what makes no sense", () => {
    const nothing = { span: undefined, from: undefined, to: undefined };
    expect(readRangeSearch({ span: "a year", from: "noon", to: "7" })).toEqual(nothing);
    const backwards = { from: "2026-11-05T11:00:00Z", to: "2026-11-05T10:00:00Z" };
    expect(readRangeSearch(backwards)).toEqual(nothing);
  });

  it("moves and zooms, but not into the future", () => {
    const range = { fromMs: NOON - 4 * HOUR, toMs: NOON - HOUR };
    expect(moved(range, 1, NOON)).toEqual({ fromMs: NOON - 3 * HOUR, toMs: NOON });
    expect(moved(range, -1, NOON).toMs).toBe(NOON - 4 * HOUR);
    const middle = (range.fromMs + range.toMs) / 2;
    const closer = zoomed(range, 0.5, middle, NOON);
    expect((closer.fromMs + closer.toMs) / 2).toBe(middle);
    expect(closer.toMs - closer.fromMs).toBe(1.5 * HOUR);
    const off = zoomed(range, 4, middle, NOON);
    expect(off.toMs).toBe(NOON);
    expect(off.toMs - off.fromMs).toBe(12 * HOUR);
  });
});

describe("what is drawn", () => {
  it("shows a gap where nothing was heard, and none between buckets", () => {
    const points = [0, 1, 2, 30, 31].map((minute) => point(minute));
    expect(columnsOf(points, 60_000).mean).toEqual([1, 1, 1, null, 1, 1]);
    expect(columnsOf(points, 600_000).mean).toEqual([1, 1, 1, 1, 1]);
  });

  it("moves an earlier time onto this one", () => {
    expect(columnsOf([point(0)], 0, HOUR).at).toEqual([NOON + HOUR]);
  });

  it("joins two time axes without making gaps", () => {
    const { at, values } = joined([
      [
        [1, 3],
        [10, null],
      ],
      [
        [2, 3],
        [20, 30],
      ],
    ]);
    expect(at).toEqual([1, 2, 3]);
    expect(values[0]?.[1]).toBeUndefined();
    expect(values[0]?.[2]).toBeNull();
    expect(values[1]).toEqual([undefined, 20, 30]);
  });

  it("shows limits that are near, not those far away, and nothing below nothing", () => {
    const [bottom, top] = heightOf(1, 10, [12, 500]);
    expect(bottom).toBeGreaterThanOrEqual(0);
    expect(top).toBeGreaterThan(12);
    expect(top).toBeLessThan(20);
  });
});
