import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { FakeSocket } from "@/test/fakeSocket";
import { device, session } from "@/test/samples";
import { drawn } from "@/ui/QrCode";
import { changedDevice, changedLimits, tagsOf } from "./changed";
import { stepsOf } from "./components/DeviceLife";

const form = (fields: Record<string, string>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
};

const asShown = (one: ReturnType<typeof device>): Record<string, string> => ({
  name: one.name,
  type: one.type,
  location: one.location ?? "",
  serial: one.serial ?? "",
  firmware: one.firmware ?? "",
  installed_on: one.installed_on ?? "",
  warranty_until: one.warranty_until ?? "",
  tags: one.tags.join(", "),
});

describe("a change of a device", () => {
  it("says only what is no longer as it was, and clears what was emptied", () => {
    const one = device(1, { location: "cold room", tags: ["north"], version: 3 });
    expect(changedDevice(one, form(asShown(one)))).toEqual({ version: 3 });
    const fields = { ...asShown(one), name: "Door", location: "", tags: "north, frost,north" };
    expect(changedDevice(one, form(fields))).toEqual({
      version: 3,
      name: "Door",
      location: null,
      tags: ["north", "frost"],
    });
  });

  it("takes tags apart", () => expect(tagsOf(" a, ,b ,a")).toEqual(["a", "b"]));

  it("offers what can be done to it as it is", () => {
    expect(stepsOf(device(1, { lifecycle: "active" }))).toContain("suspend");
    expect(stepsOf(device(1, { lifecycle: "suspended" }))).toContain("activate");
    expect(stepsOf(device(1, { archived_at: "2026-01-01T00:00:00Z" }))).toEqual(["restore"]);
  });
});

describe("limits of a device", () => {
  const none = { critical_below: null, warning_below: null };
  const found = {
    device_id: "D",
    device_type: "server",
    health: { healthy: 0.8, warning: 0.4 },
    source: "type" as const,
    limits: [
      {
        metric: "cpu",
        unit: "%",
        source: "type" as const,
        ...none,
        warning_above: 80,
        critical_above: 95,
      },
    ],
    said: { limits: {}, health: null },
  };

  it("say only what was changed", () => {
    const same = form({ "cpu warning_above": "80", "cpu critical_above": "95" });
    expect(changedLimits(found, ["cpu"], same)).toEqual({ health: null, limits: {} });
    const other = form({ "cpu warning_above": "70", "cpu critical_above": "" });
    expect(changedLimits(found, ["cpu"], other)).toEqual({
      health: null,
      limits: { cpu: { warning_above: 70, critical_above: null } },
    });
  });
});

it("draws a code with a quiet edge and the three corners that readers look for", () => {
  const { size, path } = drawn("homepot-agent enrol --server http://pot.test --key hpb_1");
  const dark = new Set(path.match(/M\d+ \d+/g));
  for (const [x, y] of [
    [4, 4],
    [size - 5, 4],
    [4, size - 5],
  ] as const) {
    expect(dark).toContain(`M${x} ${y}`);
  }
  expect([...dark].some((at) => Number(at.slice(1).split(" ")[0]) < 4)).toBe(false);
});

it("shows who enrols while one waits, up to the first reading", async () => {
  const key = {
    id: "1",
    bootstrap_key: "hpb_x",
    created_at: "2026-01-01T00:00:00Z",
    expires_at: null,
  };
  const newest = {
    items: [{ device_id: "DEVICE-9", metric: "cpu_percent", at: "2026-01-01T00:00:00Z" }],
  };
  arrange()
    .on("POST /api/sites/SITE-1/bootstrap-keys", key)
    .on("GET /api/devices/DEVICE-9", device(9, { device_id: "DEVICE-9", name: "Newcomer" }))
    .on("GET /api/telemetry/latest", newest);
  open("/devices");
  await userEvent.click(
    (await screen.findAllByRole("button", { name: "Add a device" }))[0] as HTMLElement,
  );
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(await dialog.findByRole("button", { name: "New key" }));
  expect(await dialog.findByText("Waiting for the first device…")).toBeVisible();
  const said = { type: "event", id: 7, at: new Date().toISOString(), resume: "t" };
  act(() =>
    FakeSocket.newest.say({ ...said, kind: "device.enrolled", data: { device_id: "DEVICE-9" } }),
  );
  expect(await dialog.findByText("Newcomer")).toBeVisible();
  expect(dialog.getByText("First reading").closest("li")).toHaveClass("text-ok");
  expect(dialog.queryByText("Waiting for the first device…")).toBeNull();
});

it("says what a device did in the span of the charts, and what is advised", async () => {
  const analysis = {
    generated_at: new Date().toISOString(),
    analysis: {
      summary: "Door is healthy, at 1.00 of 1.",
      recommendations: ["Clean its fan."],
      anomalies_detected: 3,
      risk_score: null,
    },
    metrics: { uptime_percentage: 99.2, uptime: { outages: 2 }, readings: { values: 6092 } },
  };
  const server = arrange()
    .on("GET /api/devices/DEVICE-1", device(1, { device_id: "DEVICE-1" }))
    .on("GET /api/ai/analyze/DEVICE-1", analysis);
  open("/devices/DEVICE-1?span=7d");
  expect(await screen.findByText("Door is healthy, at 1.00 of 1.")).toBeVisible();
  expect(screen.getByText("Over the last 7 days.")).toBeVisible();
  expect(screen.getByText("Clean its fan.")).toBeVisible();
  expect(screen.getByText("99.2%, 2 outages")).toBeVisible();
  expect(screen.getByText("not known")).toBeVisible();
  expect(server.calls("GET /api/ai/analyze/DEVICE-1")[0]?.query.get("period")).toBe("7d");
});

it("is changed by those alone who may", async () => {
  const one = device(1, { device_id: "DEVICE-1" });
  arrange()
    .on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }))
    .on("GET /api/devices/DEVICE-1", one);
  open("/devices/DEVICE-1");
  expect(await screen.findByRole("heading", { name: one.name })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Edit" })).toBeNull();
  expect(screen.queryByRole("heading", { name: "Life of the device" })).toBeNull();
});
