import { expect, it } from "vitest";
import { stretchesOf } from "./stretches";

const start = "2026-01-01T00:00:00Z";
const end = "2026-01-02T00:00:00Z";

function change(at: string, state: "online" | "offline", previous: "unknown" | "online") {
  return { at, state, previous, recorded_at: at };
}

it("is one stretch where nothing changed", () => {
  expect(stretchesOf({ start, end, items: [], connectivity: "online" })).toEqual([
    { from: 0, to: 1, state: "online" },
  ]);
});

it("begins with what was before the first change, in whatever order they come", () => {
  const items = [
    change("2026-01-01T18:00:00Z", "offline", "online"),
    change("2026-01-01T06:00:00Z", "online", "unknown"),
  ];
  expect(stretchesOf({ start, end, items, connectivity: "offline" })).toEqual([
    { from: 0, to: 0.25, state: "unknown" },
    { from: 0.25, to: 0.75, state: "online" },
    { from: 0.75, to: 1, state: "offline" },
  ]);
});

it("cuts off what lies before the window", () => {
  const items = [change("2025-12-31T00:00:00Z", "online", "unknown")];
  expect(stretchesOf({ start, end, items, connectivity: "online" })).toEqual([
    { from: 0, to: 1, state: "online" },
  ]);
});
