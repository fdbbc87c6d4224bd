import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";
import { whatOf } from "./describe";
import { drawnOf, within as inside, rangeOfPeriod } from "./plotted";
import { readReportSearch } from "./search";
import { spelled } from "./spelled";
import type { Report, ReportPlot } from "./types";

vi.mock("@/charts/LineChart", () => ({
  LineChart: ({ label }: { label: string }) => <div role="img" aria-label={label} />,
}));

const period = {
  start: "2026-11-05T06:00:00Z",
  end: "2026-11-06T06:00:00Z",
  words: "the last 24 hours",
  timezone: "Europe/Oslo",
};
const plot: ReportPlot = {
  name: "temperature_celsius",
  label: "Temperature",
  unit: "°C",
  width_s: 720,
  points: [
    [1_000, 18, 19, 20],
    [1_720, 18.5, 20, 23],
  ],
  bars: false,
  limits: [{ severity: "critical", value: 30 }],
  marks: [{ start: period.start, end: period.end, severity: "warning" }],
  band: { words: "usual at that hour", low: [17, 17.5], high: [21, null] },
};
const report: Report = {
  report_id: "rpt_20261106_ABCD2345",
  device_id: "DEVICE-1",
  site_id: null,
  report_type: "daily",
  mode: "maintenance",
  generated_at: period.end,
  content: {
    version: 1,
    title: "Daily Health Report - Till 1",
    summary: "Till 1 is well.",
    key_metrics: { uptime: "99.8%", events_logged: 1_234, avg_temperature: null },
    incidents: [
      {
        timestamp: "2026-11-05T22:00:00Z",
        description: "Too warm",
        resolution: null,
        impact: "None: it stayed online.",
        incident_id: "INC-7",
        severity: "warning",
        state: "closed",
        ended_at: "2026-11-05T23:00:00Z",
        device: null,
        offline_s: 0,
      },
    ],
    recommendations: ["Clean the fan."],
    cost_impact: "Downtime cost 0.00 EUR.",
    period,
    subject: { kind: "device", id: "DEVICE-1", name: "Till 1", details: ["pos terminal"] },
    status: "healthy",
    figures: { incidents: 3 },
    sections: [{ heading: "Risk", sentences: ["Nothing is foreseen."] }],
    metrics: [],
    tables: [
      {
        heading: "Metrics",
        columns: ["Metric", "Average"],
        rows: [["Temperature", "19 °C"]],
        right: [1],
        left_out: 2,
      },
    ],
    plots: [plot],
    why: { avg_temperature: "no reading in the period" },
  },
};
const listed = {
  report_id: report.report_id,
  report_type: "daily",
  mode: "maintenance",
  generated_at: period.end,
  title: report.content.title,
  start: period.start,
  end: period.end,
  site_id: "SITE-1",
  device_id: "DEVICE-1",
  by_itself: true,
};
const schedule = {
  schedule_id: "SCHEDULE-1",
  report_type: "weekly" as const,
  scope: "everything" as const,
  site_id: null,
  device_id: null,
  timezone: "Asia/Tokyo",
  enabled: false,
  mode: "executive" as const,
  channel_ids: ["CH-1"],
};
const may = (...more: string[]) => session({ permissions: ["fleet:read", ...more] as never[] });

function reports(...permissions: string[]) {
  return arrange()
    .on("GET /api/auth/me", may(...permissions))
    .on("GET /api/ai/reports", { items: [listed], next_before: null })
    .on(`GET /api/ai/reports/${report.report_id}`, report)
    .on("GET /api/ai/report-schedules", { items: [schedule] })
    .on("GET /api/alerts/channels", [{ channel_id: "CH-1", name: "On call" }]);
}

beforeEach(() => {
  vi.stubGlobal(
    "matchMedia",
    vi.fn(() => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() })),
  );
});

it("lists what was made, with its paper, and keeps the filters in the address", async () => {
  const server = reports();
  const { address } = open("/reports?kind=daily");
  const row = within(await screen.findByRole("list", { name: "Reports" }));
  expect(row.getByRole("link", { name: report.content.title })).toBeVisible();
  expect(row.getByText("By itself")).toBeVisible();
  const paper = row.getByRole("link", { name: `PDF of ${report.content.title}` });
  expect(paper).toHaveAttribute("href", `/api/ai/reports/${report.report_id}?format=pdf`);
  expect(server.calls("GET /api/ai/reports")[0]?.query.get("report_type")).toBe("daily");
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "About" }), "tenant");
  await waitFor(() => expect(address()).toBe("/reports?kind=daily&about=tenant"));
  expect(server.calls("GET /api/ai/reports").at(-1)?.query.get("about")).toBe("tenant");
});

it("says that it lists those of one device alone, and lists all again", async () => {
  const server = reports();
  const { address } = open("/reports?device=DEVICE-1");
  await userEvent.click(await screen.findByRole("button", { name: "Not only of DEVICE-1" }));
  await waitFor(() => expect(address()).toBe("/reports"));
  const asked = server.calls("GET /api/ai/reports").map(({ query }) => query.get("device_id"));
  expect([asked[0], asked.at(-1)]).toEqual(["DEVICE-1", null]);
});

it("shows all that a report says, and says what it does not know", async () => {
  reports();
  open(`/reports/${report.report_id}`);
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("Till 1");
  expect(screen.getByText("99.8%")).toBeVisible();
  expect(screen.getByText("1,234")).toBeVisible();
  expect(screen.getByText("not known")).toBeVisible();
  expect(screen.getByText("Avg temperature: no reading in the period")).toBeVisible();
  expect(screen.getByText("Clean the fan.")).toBeVisible();
  expect(screen.getByRole("img", { name: "Temperature: 18 °C to 23 °C" })).toBeVisible();
  expect(screen.getByText("Grey: usual at that hour.")).toBeVisible();
  const struck = within(screen.getByRole("list", { name: "Incidents" }));
  // 22:00 UTC on the clock of the site
  expect(struck.getByText(/Nov 5, 23:00|5 Nov, 23:00/)).toBeVisible();
  expect(screen.getAllByText("and 2 more")).toHaveLength(2);
  expect(screen.getByRole("link", { name: "PDF" })).toHaveAttribute("download");
});

it("makes one of a device and opens it; what is refused is said", async () => {
  const server = reports().on("GET /api/ai/report/DEVICE-1", () =>
    refusal(422, { detail: "`from` must be before `to`." }),
  );
  const { address } = open("/reports?device=DEVICE-1");
  await userEvent.click(await screen.findByRole("button", { name: "Make a report" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "Kind" }), "weekly");
  await userEvent.click(dialog.getByRole("button", { name: "Make it" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("`from` must be before `to`.");
  server.on("GET /api/ai/report/DEVICE-1", report);
  await userEvent.click(dialog.getByRole("button", { name: "Make it" }));
  await waitFor(() => expect(address()).toBe(`/reports/${report.report_id}`));
  const asked = server.calls("GET /api/ai/report/DEVICE-1").at(-1)?.query;
  expect(asked?.get("report_type")).toBe("weekly");
  expect(asked?.has("mode")).toBe(false);
});

it("tells who gets what by itself, and offers a reader nothing that would be refused", async () => {
  reports();
  open("/reports?view=schedules");
  const list = within(await screen.findByRole("list", { name: "By themselves" }));
  expect(list.getByText(/Each Monday at 7:00/)).toBeVisible();
  expect(list.getByText("Off")).toBeVisible();
  expect(await list.findByText(/sent to On call/)).toBeVisible();
  expect(list.getByText("All sites together · clock of Asia/Tokyo")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Add a schedule" })).toBeNull();
  expect(list.queryByRole("button")).toBeNull();
});

it("adds a schedule, and takes one away", async () => {
  const server = reports("alerts:write")
    .on("POST /api/ai/report-schedules", schedule)
    .on("DELETE /api/ai/report-schedules/SCHEDULE-1", () => new Response(null, { status: 204 }));
  open("/reports?view=schedules");
  await userEvent.click(await screen.findByRole("button", { name: "Add a schedule" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "When" }), "incident");
  await userEvent.selectOptions(dialog.getByRole("combobox", { name: "Of what" }), "site");
  await userEvent.click(dialog.getByRole("checkbox", { name: "On call" }));
  await userEvent.click(dialog.getByRole("button", { name: "Add a schedule" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(server.calls("POST /api/ai/report-schedules")[0]?.body).toEqual({
    report_type: "incident",
    scope: "site",
    site_id: "SITE-1",
    device_id: null,
    timezone: null,
    mode: "maintenance",
    channel_ids: ["CH-1"],
    enabled: true,
  });
  await userEvent.click(screen.getByRole("button", { name: /^Remove:/ }));
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove" }));
  await waitFor(() =>
    expect(server.calls("DELETE /api/ai/report-schedules/SCHEDULE-1")).toHaveLength(1),
  );
});

it("draws a point in the middle of its span, with a gap where nothing was heard", () => {
  const drawn = drawnOf({ ...plot, points: [...plot.points, [10_000, 1, 2, 3]], band: null });
  expect(drawn.own.at).toEqual([1_360_000, 2_080_000, 2_440_000, 10_360_000]);
  expect(drawn.own.mean).toEqual([19, 20, null, 2]);
  expect(drawn.normal).toBeUndefined();
  expect(drawnOf(plot).normal).toEqual({
    at: [1_360_000, 2_080_000],
    low: [17, 17.5],
    high: [21, null],
  });
  const whole = rangeOfPeriod(period);
  expect(inside({ fromMs: 0, toMs: whole.fromMs + 5 }, whole)).toEqual({
    fromMs: whole.fromMs,
    toMs: whole.fromMs + 5,
  });
  expect(inside({ fromMs: 0, toMs: 1 }, whole)).toBe(whole);
});

it("puts into words what a schedule is about, and what an address asks for", () => {
  const sites = [{ site_id: "SITE-1", name: "Harbour" }];
  const daily = { ...schedule, report_type: "daily" as const, timezone: "Europe/Oslo" };
  expect(whatOf({ ...daily, scope: "site", site_id: "SITE-1" }, sites)).toBe(
    "Harbour · clock of Europe/Oslo",
  );
  expect(whatOf({ ...daily, scope: "each_site" }, sites)).toMatch(/on each site's clock/);
  expect(whatOf({ ...daily, report_type: "incident" }, sites)).toBe("Wherever it happens");
  expect(readReportSearch({ view: "loud", kind: "yearly", about: "site", site: 7 })).toEqual({
    view: undefined,
    kind: undefined,
    about: "site",
    site: undefined,
    device: undefined,
  });
  expect([spelled(null), spelled(4_600), spelled("99.8%")]).toEqual([
    "not known",
    "4,600",
    "99.8%",
  ]);
});
