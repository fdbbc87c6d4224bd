import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Permission } from "@/api/types";
import { arrange, open } from "@/test/app";
import { FakeSocket } from "@/test/fakeSocket";
import { device, page, session } from "@/test/samples";
import { type FakeServer, refusal } from "@/test/server";

let server: FakeServer;
beforeEach(() => {
  server = arrange();
});

const lastAsked = () => server.calls("GET /api/devices").at(-1)?.query;
const row = async (name: string) => {
  const found = (await screen.findByRole("link", { name })).closest("tr");
  if (!found) throw new Error("not in a row");
  return within(found);
};

function announce(id: number, kind: string, data: object): void {
  const at = new Date().toISOString();
  act(() => FakeSocket.newest.say({ type: "event", id, kind, data, at, resume: `t${id}` }));
}

function permissions(change: object = {}): object {
  const withheld = ["root_access", "command_execution", "process_monitoring"];
  const others = ["filesystem_access", "network_monitoring"];
  const none = Object.fromEntries([...withheld, ...others].map((name) => [name, false]));
  const granted = { contact: true, ...none, ...change };
  return { device_id: "DEVICE-1", permissions: granted, wanted: ["root_access"] };
}

function health(change: object = {}): object {
  const learning = { is_learning: false, hours: 24, needed_hours: 24, words: "watching" };
  const thresholds = { healthy: 0.8, warning: 0.4 };
  const well = { health: "healthy", status: "healthy", score: 1, reason: null };
  const since = "2026-01-01T00:00:00Z";
  return {
    device_id: "DEVICE-1",
    ...well,
    factors: [],
    history: [],
    since,
    learning,
    thresholds,
    ...change,
  };
}

describe("the list of devices", () => {
  it("writes the order into the address and asks the server for it", async () => {
    server.on("GET /api/devices", page([device(1)]));
    const app = open("/devices");
    await userEvent.click(await screen.findByRole("button", { name: "Last heard" }));
    expect(app.address()).toBe("/devices?sort=last_seen");
    await userEvent.click(screen.getByRole("button", { name: "Last heard" }));
    expect(app.address()).toBe("/devices?sort=-last_seen");
    expect(screen.getByRole("columnheader", { name: "Last heard" })).toHaveAttribute(
      "aria-sort",
      "descending",
    );
    await waitFor(() => expect(lastAsked()?.get("sort")).toBe("-last_seen"));
    await userEvent.click(screen.getByRole("button", { name: "Last heard" }));
    expect(app.address()).toBe("/devices");
  });

  it("takes its filters from the address, and leaves out what makes no sense", async () => {
    open("/devices?q=till&site=SITE-1&connectivity=offline&provenance=invented&sort=secret");
    expect(await screen.findByRole("searchbox")).toHaveValue("till");
    expect(screen.getByRole("combobox", { name: "Connection" })).toHaveDisplayValue("Offline");
    await waitFor(() => expect(lastAsked()?.get("site_id")).toBe("SITE-1"));
    expect(lastAsked()?.get("connectivity")).toBe("offline");
    expect(lastAsked()?.has("provenance")).toBe(false);
    expect(lastAsked()?.has("sort")).toBe(false);
  });

  it("takes a number and a truth in the address as the words they are", async () => {
    open("/devices?q=12&type=true");
    expect(await screen.findByRole("searchbox")).toHaveValue("12");
    await waitFor(() => expect(lastAsked()?.get("q")).toBe("12"));
    expect(lastAsked()?.get("type")).toBe("true");
  });

  it("searches as one types, and clears everything with one press", async () => {
    const app = open("/devices?connectivity=offline");
    await userEvent.keyboard("{Tab}");
    await screen.findByRole("searchbox");
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard("/cold room");
    await waitFor(() => expect(app.address()).toBe("/devices?connectivity=offline&q=cold+room"));
    await waitFor(() => expect(lastAsked()?.get("q")).toBe("cold room"));
    expect(await screen.findByText("No device fits")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(app.address()).toBe("/devices");
    expect(screen.getByRole("searchbox")).toHaveValue("");
  });

  it("loads on by the cursor", async () => {
    server.on("GET /api/devices", ({ query }: { query: URLSearchParams }) =>
      query.get("cursor") === "second"
        ? page([device(2)], { total: 2 })
        : page([device(1)], { total: 2, next_cursor: "second" }),
    );
    open("/devices");
    expect(await screen.findByRole("link", { name: "Till 2" })).toBeVisible();
    expect(screen.getByText("2 of 2 devices loaded")).toBeVisible();
  });

  it("shows a change when the live connection tells it", async () => {
    let current = device(1, { connectivity: "offline" });
    server.on("GET /api/devices", () => page([current]));
    open("/devices");
    expect((await row("Till 1")).getAllByText("Offline")[0]).toBeInTheDocument();
    act(() => FakeSocket.newest.say({ type: "hello", resume: "t0" }));
    await waitFor(() => expect(server.calls("GET /api/devices")).toHaveLength(2));

    const before = server.calls("GET /api/devices").length;
    current = device(1, { connectivity: "online" });
    announce(1, "device.changed", { device_id: "DEVICE-1", connectivity: "online" });
    await waitFor(async () =>
      expect((await row("Till 1")).getAllByText("Online")[0]).toBeInTheDocument(),
    );
    // Counts and order are the server's: they are asked for once more, soon.
    await waitFor(() => expect(server.calls("GET /api/devices").length).toBe(before + 1));
  });

  it("walks through the rows with the arrow keys", async () => {
    server.on("GET /api/devices", page([device(1), device(2), device(3)]));
    open("/devices");
    (await screen.findByRole("link", { name: "Till 1" })).focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(screen.getByRole("link", { name: "Till 2" })).toHaveFocus();
    await userEvent.keyboard("{End}");
    expect(screen.getByRole("link", { name: "Till 3" })).toHaveFocus();
    await userEvent.keyboard("{Home}");
    expect(screen.getByRole("link", { name: "Till 1" })).toHaveFocus();
  });

  it("says where a device's data comes from", async () => {
    server.on("GET /api/devices", page([device(1, { provenance: "simulated" })]));
    open("/devices");
    expect((await row("Till 1")).getAllByText("Simulated")[0]).toBeInTheDocument();
  });

  it("says beside its name when a device is put aside", async () => {
    server.on("GET /api/devices", page([device(1), device(2, { lifecycle: "suspended" })]));
    open("/devices");
    expect((await row("Till 2")).getByText("Suspended")).toBeInTheDocument();
    expect((await row("Till 1")).queryByText("In service")).not.toBeInTheDocument();
  });

  it("begins with a site where there is none", async () => {
    server.on("GET /api/sites", { items: [], total: 0, next_cursor: null });
    open("/devices");
    expect(await screen.findByText(/Begin with a site/)).toBeVisible();
  });

  it("offers another try when the server fails", async () => {
    server.on("GET /api/devices", () => refusal(503, { request_id: "r-17" }));
    open("/devices");
    expect(await screen.findByRole("alert")).toHaveTextContent("r-17");
    server.on("GET /api/devices", page([device(1)]));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Till 1" })).toBeVisible();
  });

  it("offers nothing that a viewer may not do", async () => {
    server.on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }));
    open("/devices");
    await screen.findByText("No devices yet");
    expect(screen.queryByRole("button", { name: "Add a device" })).not.toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "People" })).not.toBeInTheDocument();
  });
});

describe("adding a device", () => {
  it("registers one by hand, and says at the field what is wrong", async () => {
    server.on("POST /api/devices", () =>
      refusal(409, { errors: [{ at: "body.device_id", problem: "is taken" }] }),
    );
    open("/devices");
    await screen.findByText("No devices yet");
    const [button] = screen.getAllByRole("button", { name: "Add a device" });
    if (button) await userEvent.click(button);
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.click(await dialog.findByRole("radio", { name: /By hand/ }));
    await userEvent.type(dialog.getByLabelText("Name"), "Till 9");
    await userEvent.type(dialog.getByLabelText(/Device id/), "till_9");
    await userEvent.click(dialog.getByRole("button", { name: "Add device" }));
    expect(await dialog.findByText("is taken")).toBeVisible();
    expect(server.calls("POST /api/devices")[0]?.body).toMatchObject({
      site_id: "SITE-1",
      device_id: "till_9",
      name: "Till 9",
    });
  });
});

describe("one device", () => {
  const none = { items: [], next_cursor: null };
  const history = {
    device_id: "DEVICE-1",
    connectivity: "offline",
    start: "2026-01-01T00:00:00Z",
    end: "2026-01-02T00:00:00Z",
    uptime: { online_s: 82_800, offline_s: 3_600, unknown_s: 0, online_ratio: 0.9583 },
    server_gaps: [],
    items: [],
  };

  beforeEach(() => {
    server
      .on("GET /api/devices/DEVICE-1", device(1, { last_seen_at: "2026-01-01T00:00:00Z" }))
      .on("GET /api/devices/DEVICE-1/health", health())
      .on("GET /api/devices/DEVICE-1/events", none)
      .on("GET /api/devices/DEVICE-1/commands", none)
      .on("GET /api/devices/DEVICE-1/permissions", permissions())
      .on("GET /api/telemetry/latest", { items: [] })
      .on("GET /api/incidents", none)
      .on("GET /api/devices/DEVICE-1/connectivity", history);
  });

  it("tells what is known of it, and where nothing is", async () => {
    open("/devices/DEVICE-1");
    expect(await screen.findByRole("heading", { name: "Till 1" })).toBeVisible();
    expect(await screen.findByText("Online 95.8% of the 1 day that is known.")).toBeVisible();
    expect(screen.getByText("Nothing happened here yet.")).toBeVisible();
    expect(screen.getByText("No command was sent to this device.")).toBeVisible();
    expect(screen.getAllByText("not stated").length).toBeGreaterThan(3);
    expect(document.title).toBe("Till 1 · HOMEPOT");
  });

  it("says how far it has learned while it claims nothing", async () => {
    const words = "learning, 9 of 24 h";
    const learning = { is_learning: true, hours: 9.2, needed_hours: 24, words };
    const unknown = { health: "unknown", status: "unknown", score: null, reason: words, learning };
    server.on("GET /api/devices/DEVICE-1/health", health(unknown));
    open("/devices/DEVICE-1");
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.getByText("Not known yet")).toBeVisible();
    expect(screen.queryByText("Nothing speaks against it.")).toBeNull();
  });

  it("explains every point of its health", async () => {
    open("/devices/DEVICE-1");
    expect(await screen.findByText("1.00 of 1")).toBeVisible();
    expect(screen.getByText("Nothing speaks against it.")).toBeVisible();
    const factor = { name: "deviation", weight: 0.65, evidence: 1, lost: 0.65 };
    const factors = [{ ...factor, reason: "Processor load off the usual" }];
    const ill = { health: "critical", status: "critical", score: 0.35, factors };
    server.on("GET /api/devices/DEVICE-1/health", health(ill));
    announce(1, "device.changed", { device_id: "DEVICE-1", health: "critical" });
    expect(await screen.findByText("0.35 of 1")).toBeVisible();
    expect(screen.getByText("−0.65")).toBeVisible();
    expect(screen.getByText(/Processor load off the usual/)).toBeVisible();
    expect(screen.getByText("Healthy from 0.8 on, critical below 0.4.")).toBeVisible();
  });

  it("is sent a command after a question, and none that was not granted", async () => {
    const may = ["fleet:read", "commands:issue", "settings:write"];
    server
      .on("GET /api/auth/me", session({ permissions: may as Permission[] }))
      .on("POST /api/devices/DEVICE-1/commands", {})
      .on("PUT /api/devices/DEVICE-1/permissions", permissions({ root_access: true }));
    open("/devices/DEVICE-1");
    const restart = await screen.findByRole("option", { name: /^Restart the device/ });
    expect(restart).toBeDisabled();
    expect(screen.getByText("asked for by the device")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: /^Grant: Restart/ }));
    await waitFor(() => expect(restart).toBeEnabled());
    await userEvent.selectOptions(screen.getByLabelText("Command"), "restart");
    await userEvent.click(screen.getByRole("button", { name: "Send a command" }));
    expect(server.calls("POST /api/devices/DEVICE-1/commands")).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() =>
      expect(server.calls("POST /api/devices/DEVICE-1/commands")[0]?.body).toEqual({
        command_type: "restart",
      }),
    );
  });

  it("follows the live connection", async () => {
    open("/devices/DEVICE-1");
    await screen.findByRole("heading", { name: "Till 1" });
    server.on("GET /api/devices/DEVICE-1", device(1, { connectivity: "online" }));
    announce(1, "device.changed", { device_id: "DEVICE-1", connectivity: "online" });
    expect(await screen.findByText("Online")).toBeVisible();
  });

  it("says when its clock is wrong, and not where it is right", async () => {
    open("/devices/DEVICE-1");
    await screen.findByRole("heading", { name: "Till 1" });
    expect(screen.queryByText(/^Clock .+(ahead|behind)$/)).toBeNull();
    const wrong = { clock_skew_s: 3720, clock_wrong_since: "2026-01-01T00:00:00Z" };
    server.on("GET /api/devices/DEVICE-1", device(1, wrong));
    announce(1, "device.changed", { device_id: "DEVICE-1", ...wrong });
    expect(await screen.findByText("Clock 1 hr 2 min ahead")).toBeVisible();
    const right = { clock_skew_s: 0.2, clock_wrong_since: null };
    server.on("GET /api/devices/DEVICE-1", device(1, right));
    announce(2, "device.changed", { device_id: "DEVICE-1", ...right });
    expect(await screen.findByText("Agrees with the server's")).toBeVisible();
    expect(screen.queryByText("Clock 1 hr 2 min ahead")).toBeNull();
  });

  it("asks for its events again when something was stored", async () => {
    open("/devices/DEVICE-1");
    await screen.findByText("Nothing happened here yet.");
    const said = {
      kind: "log",
      at: "2026-01-01T00:00:00Z",
      severity: "warning",
      title: "Paper low",
    };
    server.on("GET /api/devices/DEVICE-1/events", { items: [said], next_cursor: null });
    announce(1, "event.stored", { device_id: "DEVICE-1", kind: "log" });
    expect(await screen.findByText("Paper low")).toBeVisible();
  });

  it("says when there is no such device", async () => {
    server.on("GET /api/devices/DEVICE-1", () => refusal(404));
    open("/devices/DEVICE-1");
    expect(await screen.findByRole("heading", { name: "Nothing here" })).toBeVisible();
  });
});
