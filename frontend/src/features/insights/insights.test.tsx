import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";
import { byChance, hourOf, momentOf } from "./describe";
import type { Insights } from "./types";

const todo = {
  recommendation_id: "incident:DEVICE-1:power",
  kind: "incident",
  text: "Till 1: check its plug.",
  device_ids: ["DEVICE-1"],
  category: "power",
  metric: null,
  evidence: {},
  estimated_cost: "90.00 EUR",
  taken: false,
};
const found: Insights = {
  site_id: "SITE-1",
  site_name: "Harbour",
  start: "2026-10-07T00:00:00Z",
  end: "2026-11-06T00:00:00Z",
  mode: "maintenance",
  generated_at: "2026-11-06T00:00:00Z",
  why: { current_month_downtime_cost: "nobody said what an hour costs" },
  insights: {
    overall_health: "Fair",
    health_score: 0.71,
    total_devices: 12,
    devices_healthy: 10,
    devices_warning: 2,
    devices_critical: 0,
    devices_maintenance: 0,
    devices_unknown: 0,
    key_findings: ["Till 1 gets warmer."],
    predicted_issues: [
      {
        description: "Disk used reaches 95 %",
        confidence: 0.82,
        estimated_cost: null,
        device_id: "DEVICE-2",
        metric: "disk_percent",
        severity: "critical",
        crosses_at: "2026-11-16T00:00:00Z",
        lower: "2026-11-14T00:00:00Z",
        upper: "2026-11-18T00:00:00Z",
        recommendation_id: "foreseen:DEVICE-2:disk_percent",
      },
    ],
    cost_analysis: {
      current_month_downtime_cost: null,
      prevented_issues_value: "120.00 EUR",
      recommended_maintenance_budget: null,
      currency: null,
      month_start: "2026-11-01T00:00:00Z",
      month_offline_hours: 3.5,
      downtime_amount: null,
      prevented_amount: 120,
      budget_low: null,
      budget_high: null,
    },
    summary: "Fair.",
    summary_by: "template",
    model_used: null,
    uptime: {
      percentage: 99.84,
      online_s: 1,
      offline_s: 1,
      unknown_s: 0,
      outages: 3,
      devices_watched: 12,
    },
    incidents: 4,
    incidents_open: 1,
    trends: [
      {
        device_id: "DEVICE-1",
        metric: "temperature_celsius",
        unit: "°C",
        way: "worse",
        per_day: 0.2,
        first_week: 20,
        last_week: 24.5,
        days: 30,
        p: 0.00001,
      },
    ],
    metrics_tested: 40,
    metrics_too_short: 2,
    worsening: ["DEVICE-1"],
    improving: [],
    anomaly_changes: [],
    recurring: [],
    common_causes: [
      {
        trait: "firmware",
        value: "2.4.0",
        category: "power",
        struck: 5,
        of: 6,
        others_struck: 1,
        of_others: 6,
        p: 0.012,
        device_ids: ["DEVICE-1"],
      },
    ],
    causes_tested: 9,
    same_hour: { hour: 7, times: 4, of: 5, p: 0.003 },
    warranties: [{ device_id: "DEVICE-3", device_name: "Till 3", warranty_until: "2026-12-01" }],
    warranties_over: 0,
    recommendations: [todo],
    actions: [],
  },
};
const action = {
  action_id: "ACTION-1",
  recommendation_id: todo.recommendation_id,
  kind: "incident",
  recommendation: todo.text,
  device_ids: ["DEVICE-1"],
  category: "power",
  metric: null,
  taken_at: "2026-11-05T00:00:00Z",
  note: "plugged in",
  taken_by: "Ada",
  effect: [
    {
      what: "incidents",
      unit: "a day",
      before: 0.5,
      after: 0.1,
      low: 0.1,
      high: 0.6,
      verdict: "less" as const,
      words: "Incidents came a fifth as often.",
    },
  ],
  incidents_prevented: 2,
  hours_prevented: null,
  caveat: "Other things may have changed too.",
};

function insights(...permissions: string[]) {
  return arrange()
    .on("GET /api/auth/me", session({ permissions: ["fleet:read", ...permissions] as never[] }))
    .on("GET /api/ai/insights/SITE-1", found);
}

it("shows what the first site amounts to, with its evidence and what has no value", async () => {
  insights();
  open("/insights");
  expect(await screen.findByText("Till 1 gets warmer.")).toBeVisible();
  expect(screen.getByText("99.8%")).toBeVisible();
  expect(screen.getByText("10 healthy, 2 warning")).toBeVisible();
  expect(screen.getByText("nobody said what an hour costs")).toBeVisible();
  expect(screen.getByText("120.00 EUR")).toBeVisible();
  expect(screen.getByText("82% within 30 days")).toBeVisible();
  expect(screen.getByText(/first week 20 °C, last week 24.5 °C/)).toBeVisible();
  expect(screen.getByText("5 of 6 with it, against 1 of 6 without")).toBeVisible();
  expect(screen.getByText(/began at 07:00 on the site's clock/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Till 3" })).toBeVisible();
  expect(screen.queryByRole("button", { name: /Mark as done/ })).toBeNull();
});

it("marks what was recommended as done, and shows by whom and what came of it", async () => {
  const server = insights("incidents:write").on("POST /api/ai/insights/SITE-1/actions", () => {
    const { insights: known } = found;
    const taken = { recommendations: [{ ...todo, taken: true }], actions: [action] };
    server.on("GET /api/ai/insights/SITE-1", { ...found, insights: { ...known, ...taken } });
    return Response.json(action, { status: 201 });
  });
  open("/insights?site=SITE-1");
  await userEvent.click(await screen.findByRole("button", { name: `Mark as done: ${todo.text}` }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.type(dialog.getByRole("textbox", { name: /Note/ }), "plugged in");
  await userEvent.click(dialog.getByRole("button", { name: "Mark as done" }));
  expect(await screen.findByText(/by Ada · plugged in/)).toBeVisible();
  expect(screen.getByText("Less than before")).toBeVisible();
  expect(screen.getByText("Incidents came a fifth as often.")).toBeVisible();
  expect(screen.getByText("Other things may have changed too.")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Mark as done/ })).toBeNull();
  const [asked] = server.calls("POST /api/ai/insights/SITE-1/actions");
  expect(asked?.body).toEqual({
    recommendation_id: todo.recommendation_id,
    taken_at: null,
    note: "plugged in",
  });
});

it("says of a site that is not there that it is so", async () => {
  insights().on("GET /api/ai/insights/NOWHERE", () => refusal(404));
  open("/insights?site=NOWHERE");
  expect(await screen.findByRole("heading", { name: "Nothing here" })).toBeVisible();
});

it("asks for devices where there are none", async () => {
  insights().on("GET /api/ai/insights/SITE-1", {
    ...found,
    insights: { ...found.insights, total_devices: 0 },
  });
  open("/insights");
  await waitFor(() => expect(screen.getByText("No device at this site")).toBeVisible());
});

it("puts chance, hours and moments into words", () => {
  expect([byChance(0.00001), byChance(0.012)]).toEqual(["< 0.01%", "1.2%"]);
  expect(hourOf(7)).toBe("07:00");
  expect(momentOf("")).toBeNull();
  expect(momentOf("2026-11-05T10:00")).toBe(new Date("2026-11-05T10:00").toISOString());
});
