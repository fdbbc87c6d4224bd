import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";
import type { Ahead, Foreseen, Term } from "./api";
import { byDay, monthBeside, weeksOf } from "./month";

const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

function foreseen(change: Partial<Foreseen> = {}): Foreseen {
  return {
    prediction: "Disk will reach its warning limit of 85 %.",
    confidence: 0.82,
    reasoning: "It has risen by 9 % since Monday.",
    recommended_action: "Free space before it is full.",
    severity: "warning",
    prediction_id: "PREDICTION-1",
    metric: "disk_percent",
    limit: 85,
    unit: "%",
    crosses_at: inDays(6),
    lower: inDays(4),
    upper: inDays(9),
    chance_7d: 0.6,
    chance_14d: 0.82,
    chance_30d: 0.9,
    level: 76,
    rate_per_day: 1.5,
    since: inDays(-6),
    first_predicted_at: inDays(-1),
    device_id: "TILL-1",
    device_name: "Till one",
    device_type: "pos_terminal",
    provenance: "real",
    site_id: "PIER",
    site_name: "Pier",
    chance: 0.82,
    ...change,
  };
}

const ahead = (change: Partial<Ahead> = {}): Ahead => ({
  within_days: 14,
  items: [foreseen()],
  less_likely: 2,
  reached: [],
  failing: [],
  over: [],
  types: [],
  coverage: { looked: 12, learning: 3, without_limits: 0, looked_at: inDays(-0.01) },
  ...change,
});

const term = (change: Partial<Term> = {}): Term => ({
  term_id: "TERM-1",
  device_id: "TILL-1",
  device_name: "Till one",
  site_id: "PIER",
  site_name: "Pier",
  prediction_id: "PREDICTION-1",
  metric: "disk_percent",
  what: "Free space",
  due_at: inDays(3),
  parts: null,
  cost: null,
  currency: null,
  cost_why: "Nobody said what a visit costs.",
  state: "planned",
  created_at: inDays(-1),
  changed_at: inDays(-1),
  changed_by: null,
  note: null,
  ...change,
});

describe("a month", () => {
  it("is whole weeks from Monday on", () => {
    const weeks = weeksOf("2026-02");
    expect(weeks.map((week) => week[0]?.key)).toEqual([
      "2026-01-26",
      "2026-02-02",
      "2026-02-09",
      "2026-02-16",
      "2026-02-23",
    ]);
    expect(weeks.flat().filter(({ isOfMonth }) => isOfMonth)).toHaveLength(28);
    expect(
      weeksOf("2024-02")
        .flat()
        .filter(({ isOfMonth }) => isOfMonth),
    ).toHaveLength(29);
  });

  it("has others beside it, over the end of a year too", () => {
    expect([monthBeside("2026-12", 1), monthBeside("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  });

  it("takes each line on its day", () => {
    const at = new Date(2026, 3, 9, 23, 30).toISOString();
    expect([...byDay([term({ due_at: at })]).keys()]).toEqual(["2026-04-09"]);
  });
});

describe("predictions", () => {
  it("say what, when, how probable, why, and lead to the chart with the forecast", async () => {
    const server = arrange().on("GET /api/ai/predictions", ahead());
    open("/ahead");
    expect(await screen.findByText("82%")).toBeVisible();
    expect(screen.getByText("Disk will reach its warning limit of 85 %.")).toBeVisible();
    expect(screen.getByRole("img", { name: /nine times in ten/ })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Chart with forecast" })).toHaveAttribute(
      "href",
      "/devices/TILL-1?metrics=disk_percent&span=30d&ahead=true",
    );
    expect(screen.getByText(/3 with too little history yet/)).toBeVisible();
    expect(screen.getByText(/2 more are foreseen/)).toBeVisible();
    await userEvent.click(screen.getByRole("link", { name: "30 days" }));
    expect(server.calls("GET /api/ai/predictions").at(-1)?.query.get("within_days")).toBe("30");
  });

  it("say who is likely to fail, from how many failures, and what is withdrawn and why", async () => {
    const failing: Ahead["failing"][number] = {
      device_id: "PUMP",
      device_name: "Pump",
      device_type: "industrial_controller",
      provenance: "real",
      site_id: "PIER",
      site_name: "Pier",
      chance: 0.61,
      chance_7d: 0.34,
      chance_14d: 0.61,
      chance_30d: 0.995,
      reasons: ["how near Vibration is to its limit"],
      failures: 34,
      error: 0.021,
      basis_words: "from 34 failures of this type, calibrated to ±2.1 %",
      prediction_id: "PREDICTION-2",
      first_predicted_at: inDays(-1),
    };
    const gone: Ahead["over"][number] = {
      device_id: "FAN",
      device_name: "Fan",
      site_id: "PIER",
      site_name: "Pier",
      prediction_id: "PREDICTION-3",
      state: "gone",
      first_at: inDays(-3),
      ended_at: inDays(-1),
      why: "The chance of a failure within 14 days has fallen to 12 %.",
    };
    const few: Ahead["types"][number] = {
      device_type: "gateway",
      devices: 4,
      basis: "few",
      failures: 3,
      failures_needed: 20,
      words: "3 of 20 failures of this type: until then only limits are foreseen.",
    };
    arrange().on(
      "GET /api/ai/predictions",
      ahead({ items: [], failing: [failing], over: [gone], types: [few] }),
    );
    open("/ahead");
    const list = await screen.findByRole("list", { name: /likely to fail, the likeliest first/ });
    expect(within(list).getByText("61%")).toBeVisible();
    expect(
      within(list).getByText(
        "34% in 7 days, 61% in 14, > 99% in 30, from 34 failures of this type, calibrated to ±2.1 %",
      ),
    ).toBeVisible();
    expect(within(list).getByRole("link", { name: "Pump" })).toHaveAttribute(
      "href",
      "/devices/PUMP",
    );
    expect(screen.getByText(/has fallen to 12 %/)).toBeVisible();
    expect(screen.getByText(/3 of 20 failures of this type/)).toBeInTheDocument();
  });

  it("never call anything sure", async () => {
    arrange().on("GET /api/ai/predictions", ahead({ items: [foreseen({ chance: 1 })] }));
    open("/ahead");
    expect(await screen.findByText("> 99%")).toBeVisible();
  });

  it("say whether nobody looked, or nothing is foreseen", async () => {
    const none = { looked: 0, learning: 0, without_limits: 0, looked_at: null };
    arrange().on("GET /api/ai/predictions", ahead({ items: [], less_likely: 0, coverage: none }));
    open("/ahead");
    expect(await screen.findByText("Nobody has looked ahead yet")).toBeVisible();
  });

  it("say what went wrong", async () => {
    arrange().on("GET /api/ai/predictions", () => refusal(403));
    open("/ahead");
    expect(await screen.findByText("Not yours to see")).toBeVisible();
  });
});

describe("the schedule", () => {
  it("is changed with one press, and tells what is late", async () => {
    const late = term({ due_at: inDays(-2) });
    const server = arrange()
      .on("GET /api/ai/maintenance", { items: [late, term({ term_id: "TERM-2", state: "done" })] })
      .on("PATCH /api/ai/maintenance/TERM-1", { ...late, state: "ordered" });
    open("/ahead?view=schedule");
    expect(await screen.findByText("2 days late")).toBeVisible();
    expect(
      within(screen.getByRole("list", { name: /nearest first/ })).getAllByRole("listitem"),
    ).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Ordered" }));
    expect(server.calls("PATCH /api/ai/maintenance/TERM-1")[0]?.body).toEqual({ state: "ordered" });
  });

  it("leaves out what a viewer may not do", async () => {
    arrange()
      .on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }))
      .on("GET /api/ai/maintenance", { items: [term()] });
    open("/ahead?view=schedule");
    expect(await screen.findByText("Free space")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Done" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Plan upkeep" })).toBeNull();
  });

  it("stands in the calendar on its day", async () => {
    arrange().on("GET /api/ai/maintenance", {
      items: [term({ due_at: new Date(2026, 3, 9, 12).toISOString() })],
    });
    open("/ahead?view=month&month=2026-04");
    expect(await screen.findByRole("table", { name: "April 2026" })).toBeVisible();
    const day = screen.getByText("9").closest("td") as HTMLElement;
    expect(within(day).getByRole("button", { name: /Till one: Free space/ })).toBeInTheDocument();
  });
});
