import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Overview } from "@/api/types";
import type { Ahead } from "@/features/ahead/api";
import { formatDate } from "@/lib/format";
import { arrange, open } from "@/test/app";
import { ahead, incident, overview, session } from "@/test/samples";
import type { FakeServer } from "@/test/server";
import { Pulse, pulse } from "./pulse";
import { verdictOf } from "./verdict";

const WELL = overview();
const ILL: Overview = {
  ...WELL,
  trouble: { critical: 1, warning: 1, info: 0, confirmed: 0 },
  urgent: [
    incident({ incident_id: "INC-1", title: "Cold store: too warm", state: "open" }),
    incident({ incident_id: "INC-2", title: "Till 4: offline", state: "confirmed" }),
  ],
};

let server: FakeServer;

beforeEach(() => {
  server = arrange();
});

describe("the overview", () => {
  it("says in one line that all is well", async () => {
    server.on("GET /api/overview", WELL);
    open("/");
    expect(await screen.findByRole("heading", { name: "All is well" })).toBeVisible();
    expect(screen.getByText(/^12 devices/)).toBeVisible();
  });

  it("lets one confirm with one tap what nobody has seen yet", async () => {
    server.on("GET /api/overview", ILL).on("POST /api/incidents/INC-1/confirm", {});
    open("/");
    const confirm = await screen.findByRole("button", { name: "Confirm: Cold store: too warm" });
    expect(screen.queryByRole("button", { name: "Confirm: Till 4: offline" })).toBeNull();
    await userEvent.click(confirm);
    await waitFor(() => expect(confirm).not.toBeInTheDocument());
    expect(server.calls("POST /api/incidents/INC-1/confirm")).toHaveLength(1);
  });

  it("offers no button to whom the server would refuse", async () => {
    server.on("GET /api/auth/me", session({ permissions: ["fleet:read"] }));
    server.on("GET /api/overview", ILL);
    open("/");
    await screen.findByText("Cold store: too warm");
    expect(screen.queryByRole("button", { name: /^Confirm/ })).toBeNull();
  });

  it("waits for the first reports, and counts them once they come", async () => {
    server.on("GET /api/overview", WELL);
    open("/");
    expect(await screen.findByText("waiting for the next reports")).toBeVisible();
    const data = { devices: ["a"] };
    act(() => pulse.take([{ id: 1, kind: "readings.stored", data, at: "" }], Date.now()));
    expect(await screen.findByText(/in the last 10 s/)).toBeVisible();
    expect(screen.queryByText("waiting for the next reports")).toBeNull();
  });

  it("tells what is coming, where, and before when", async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    const limit = {
      prediction_id: "PREDICTION-1",
      device_id: "TILL-1",
      device_name: "Till one",
      site_name: "Pier",
      prediction: "Disk will reach its warning limit of 85 %.",
      metric: "disk_percent",
      crosses_at: day(6.1),
      lower: day(4),
      chance: 0.82,
    } as Ahead["items"][number];
    const failing = [
      { device_id: "PUMP-1", device_name: "Pump", site_name: "Plant", chance_14d: 0.31 },
    ] as Ahead["failing"];
    server
      .on("GET /api/overview", WELL)
      .on("GET /api/ai/predictions", ahead({ items: [limit], failing }));
    open("/");
    const list = within(await screen.findByRole("list", { name: "What is coming" }));
    expect(list.getByText("Disk will reach its warning limit of 85 %.")).toBeVisible();
    expect(list.getByText(`before ${formatDate(limit.lower)}`)).toBeVisible();
    expect(list.getByText(/82% probable/)).toHaveTextContent("expected in 6 days");
    expect(list.getByText("Likely to fail within 14 days")).toBeVisible();
    expect(list.getByRole("link", { name: "Till one" })).toHaveAttribute(
      "href",
      "/devices/TILL-1?metrics=disk_percent&span=30d&ahead=true",
    );
  });

  it("says that nothing is coming only where somebody looked", async () => {
    const nobody = { looked: 0, learning: 0, without_limits: 0, looked_at: null };
    server.on("GET /api/overview", WELL).on("GET /api/ai/predictions", ahead({ coverage: nobody }));
    open("/");
    expect(await screen.findByText(/Nobody has looked ahead yet/)).toBeVisible();
    expect(screen.queryByText(/Nothing is foreseen/)).toBeNull();
  });

  it("shows a wall screen without what is for the hand", async () => {
    server.on("GET /api/overview", ILL);
    open("/?wall=true");
    await screen.findByText("Cold store: too warm");
    expect(screen.queryByRole("button", { name: /^Confirm/ })).toBeNull();
    expect(screen.getByText(/^\d{1,2}:\d\d/)).toBeVisible();
  });

  it("tells a first visitor where to begin", async () => {
    server.on("GET /api/overview", { ...WELL, numbers: { ...WELL.numbers, devices: 0 } });
    open("/");
    expect(await screen.findByRole("link", { name: "To the devices" })).toBeVisible();
  });
});

describe("the verdict", () => {
  const change = (part: Partial<Overview>) => verdictOf({ ...WELL, ...part });

  it("is of the worst that nobody has seen", () => {
    expect(change({})).toEqual({ tone: "ok", words: "All is well" });
    const both = { critical: 1, warning: 2, info: 0, confirmed: 1 };
    expect(change({ trouble: both })).toEqual({ tone: "critical", words: "2 things need you" });
    const seen = { critical: 0, warning: 1, info: 0, confirmed: 1 };
    expect(change({ trouble: seen }).words).toBe("Somebody looks after what is wrong");
  });

  it("calls nothing well that has not been judged", () => {
    const judged = (healthy: number, unknown: number) =>
      change({
        numbers: {
          ...WELL.numbers,
          health: { healthy, unknown, warning: 0, critical: 0, maintenance: 0 },
        },
      });
    expect(judged(11, 1).words).toBe("Nothing is wrong so far, one device is not judged yet");
    expect(judged(0, 12)).toEqual({ tone: "unknown", words: "No device can be judged yet" });
  });

  it("does not call well what is offline without an incident", () => {
    const numbers = { ...WELL.numbers, connectivity: { online: 11, offline: 1, unknown: 0 } };
    expect(change({ numbers })).toEqual({
      tone: "warn",
      words: "Nothing is urgent, not all is well",
    });
  });
});

describe("the pulse", () => {
  const stored = (...devices: string[]) => ({
    id: 1,
    kind: "readings.stored",
    data: { devices },
    at: "2026-11-05T12:00:00Z",
  });

  it("counts devices by the second, without the one that is not over", () => {
    const pulse = new Pulse();
    pulse.take([stored("a", "b"), stored("c")], 100_400);
    pulse.take([stored("d")], 101_200);
    expect(pulse.at(101_900).slice(-2)).toEqual([0, 3]);
    expect(pulse.at(102_000).slice(-2)).toEqual([3, 1]);
    expect(pulse.at(300_000).every((count) => count === 0)).toBe(true);
  });

  it("forgets, however long it beats", () => {
    const pulse = new Pulse();
    for (let second = 0; second < 10_000; second += 1) pulse.take([stored("a")], second * 1000);
    expect(Reflect.get(pulse, "counts").size).toBeLessThanOrEqual(120);
  });
});
