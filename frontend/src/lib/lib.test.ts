import { describe, expect, it, vi } from "vitest";
import { formatAge, formatRatio, formatSpan, formatTimeAt } from "./format";
import { agentCommand, postCommand } from "./shell";
import { throttle } from "./throttle";

const NOW_MS = Date.parse("2026-01-01T12:00:00Z");

describe("ages", () => {
  it.each([
    ["2026-01-01T11:59:58Z", "just now"],
    ["2026-01-01T11:59:18Z", "42 sec. ago"],
    ["2026-01-01T11:00:30Z", "59 min. ago"],
    ["2025-12-30T12:00:00Z", "2 days ago"],
    ["2026-01-01T12:10:00Z", "in 10 min."],
  ])("of %s is %s", (at, words) => expect(formatAge(NOW_MS, at)).toBe(words));

  it("tells a span roughly or exactly", () => {
    expect(formatSpan(95)).toBe("1 min");
    expect(formatSpan(95, "exact")).toBe("1 min 35 sec");
    expect(formatSpan(120, "exact")).toBe("2 min");
    expect(formatSpan(-3)).toBe("0 sec");
  });
});

it("calls nothing 100 % that is not all of it", () => {
  expect(formatRatio(0.99996)).toBe("99.9%");
  expect(formatRatio(1)).toBe("100%");
});

it("knows no time in a timezone that does not exist", () => {
  expect(formatTimeAt("Mars/Olympus", NOW_MS)).toBeNull();
  expect(formatTimeAt("Asia/Tokyo", NOW_MS)).toContain("09:00");
});

it("quotes a command so that the shell changes nothing of it", () => {
  const command = postCommand("/api/v1/x", { key: "it's $HOME" }, "http://pot.test");
  expect(command).toContain("http://pot.test/api/v1/x");
  expect(command).toContain(`-d '{"key":"it'\\''s $HOME"}'`);
  expect(agentCommand({ site: "my shop", key: "hpb_1-2" }, "http://pot.test:8000")).toBe(
    "homepot-agent enrol --server http://pot.test:8000 --site 'my shop' --key hpb_1-2\n" +
      "homepot-agent run",
  );
});

it("runs at once, and what comes meanwhile once at the end", () => {
  vi.useFakeTimers();
  const run = vi.fn();
  const throttled = throttle(run, 100);
  throttled();
  throttled();
  throttled();
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(run).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1_000);
  expect(run).toHaveBeenCalledTimes(2);
});
