import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { IncidentStory } from "@/api/types";
import { arrange, open } from "@/test/app";
import { FakeSocket } from "@/test/fakeSocket";
import { incident, session } from "@/test/samples";
import { type FakeServer, refusal } from "@/test/server";

let server: FakeServer;

const PATH = "/api/incidents/INC-1";

function shows(change: Partial<IncidentStory> = {}): void {
  server.on(`GET ${PATH}`, incident(change));
}

type Course = NonNullable<IncidentStory["course"]>[number];

function course(label: string, change: Partial<Course> = {}): Course {
  return {
    device_id: "DEVICE-1",
    device_name: "Till 1",
    metric: label.toLowerCase(),
    label,
    kind: "step",
    unit: "°C",
    since: "2026-07-05T02:00:00Z",
    ended_at: null,
    // biome-ignore lint/suspicious/noThenProperty: it is how the metric was then
    then: 30,
    usual: 21,
    low: 20,
    high: 22,
    worst: 33.5,
    worst_at: "2026-07-05T02:20:00Z",
    now: 25,
    now_at: "2026-07-05T02:40:00Z",
    same_since: null,
    usually_moves: null,
    ...change,
  };
}

const likeness: NonNullable<IncidentStory["likeness"]> = {
  at: "2026-11-05T02:10:01Z",
  words: "Resembles INC-7 (temperature, 14 May 2026), fixed by “a new fan”, which worked.",
  similar_past_incidents: [
    {
      incident_id: "INC-7",
      device_id: "DEVICE-7",
      date: "2026-05-14T10:00:00Z",
      ended_at: null,
      category: "temperature",
      severity: "critical",
      description: "Cold store warming up",
      resolution: "Fitted a new fan",
      effective: true,
      similarity_score: 0.92,
    },
  ],
  recommendation: null,
};

beforeEach(() => {
  server = arrange();
  server.on("GET /api/alerts/deliveries", { items: [], next_cursor: null });
  server.on("GET /api/alerts/decisions", []);
  server.on("GET /api/incidents", { items: [incident()], next_cursor: null });
});

describe("the page of an incident", () => {
  it("tells what led, in order: then, at worst and now, by the clock of the site", async () => {
    const silent = course("Flow", { kind: "joint", worst: null, worst_at: null, usual: null });
    shows({
      course: [course("Fan speed"), { ...silent, low: null, high: null }],
      course_words: "At worst so far: Fan speed 33.5 °C at 03:20.",
    });
    open("/incidents/INC-1");
    const table = await screen.findByRole("table");
    const rows = within(table).getAllByRole("row").slice(1);
    const cells = rows.map((row) => within(row).getAllByRole("cell"));
    const said = cells.map((row) => row.map((cell) => cell.textContent));
    expect(said[0]).toEqual([
      "Fan speedaway from the usual",
      expect.stringMatching(/^30 °CJul 5, 03:00/),
      expect.stringMatching(/^33.5 °CJul 5, 03:20/),
      expect.stringMatching(/^25 °CJul 5, 03:40/),
      "21 °C20 °C – 22 °C",
    ]);
    expect(said[1]?.[0]).toBe("Flowout of step with the others");
    expect([said[1]?.[2], said[1]?.[4]]).toEqual(["–", "–"]);
    expect(screen.getByText(/Fan speed 33.5 °C at 03:20/)).toBeVisible();
    expect(screen.getByText("Europe/Lisbon")).toBeVisible();
  });

  it("tells what it resembles, with the cases, and what to do", async () => {
    shows({ likeness });
    open("/incidents/INC-1");
    expect(await screen.findByText(/fixed by “a new fan”/)).toBeVisible();
    const cases = within(screen.getByRole("list", { name: "Similar incidents" }));
    expect(cases.getByRole("link", { name: "INC-7" })).toHaveAttribute("href", "/incidents/INC-7");
    expect(cases.getByText("Fitted a new fan (helped)")).toBeVisible();
    expect(cases.getByText(/92% alike/)).toBeVisible();
    expect(screen.getByText(/Check that its fans turn/)).toBeVisible();
  });

  it("tells who was told, and what came of it", async () => {
    const delivery = {
      delivery_id: "ALERT-1",
      channel_id: "CHANNEL-1",
      channel_name: "Night desk",
      kind: "alert",
      state: "failed",
      created_at: "2026-11-05T02:10:00Z",
      due_at: "2026-11-05T02:10:00Z",
      ended_at: null,
      attempts: 3,
      problem: "The service answered 503.",
      title: "x",
      incident_ids: ["INC-1"],
      log: [],
    };
    server.on("GET /api/alerts/deliveries", ({ query }: { query: URLSearchParams }) => ({
      items: query.get("incident_id") === "INC-1" ? [delivery] : [],
      next_cursor: null,
    }));
    shows();
    open("/incidents/INC-1");
    expect(await screen.findByText("Night desk")).toBeVisible();
    expect(screen.getByText("The service answered 503.")).toBeVisible();
    expect(screen.getByText(/3 attempts/)).toBeVisible();
  });

  it("says why nobody was told", async () => {
    const decision = (what: string, outcome: string) => {
      return { incident_id: "INC-1", at: "2026-11-05T02:10:00Z", what, outcome };
    };
    server.on("GET /api/alerts/decisions", ({ query }: { query: URLSearchParams }) =>
      query.get("incident_id") === "INC-1"
        ? [
            decision("more", "Nobody is told of this."),
            decision("worse", "The rule is about critical incidents and worse alone."),
            decision("opened", "The rule is about critical incidents and worse alone."),
          ]
        : [],
    );
    shows();
    open("/incidents/INC-1");
    expect(await screen.findByText(/about critical incidents/)).toBeVisible();
    expect(screen.getByText("Nobody was told of this incident.")).toBeVisible();
    expect(screen.queryByText("Nobody is told of this.")).toBeNull();
  });

  it("is resolved with what was done and whether it worked", async () => {
    shows();
    server.on(`POST ${PATH}/resolve`, () => {
      shows({ state: "resolved", resolution: "Cleaned the filter", worked: true });
      return incident({ state: "resolved" });
    });
    open("/incidents/INC-1");
    await userEvent.click(await screen.findByRole("button", { name: "Resolve" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("What was done?"), "Cleaned the filter");
    await userEvent.click(dialog.getByRole("radio", { name: "Yes" }));
    await userEvent.click(dialog.getByRole("button", { name: "Resolve" }));
    await waitFor(() =>
      expect(server.calls(`POST ${PATH}/resolve`)[0]?.body).toEqual({
        note: "Cleaned the filter",
        worked: true,
      }),
    );
    expect(await screen.findByText("Resolved")).toBeVisible();
    expect(screen.getByRole("button", { name: "Correct the note" })).toBeVisible();
  });

  it("is called normal, and a refusal says why", async () => {
    shows();
    server.on(`POST ${PATH}/normal`, () => refusal(409, { detail: "The incident is merged." }));
    open("/incidents/INC-1");
    await userEvent.click(await screen.findByRole("button", { name: "This is normal" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "This is normal" }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("The incident is merged.");
    expect(server.calls(`POST ${PATH}/normal`)[0]?.body).toEqual({});
  });

  it("corrects what was written, from what is there", async () => {
    shows({ state: "resolved", resolution: "Cleaned", worked: false });
    server.on(`PATCH ${PATH}`, incident({ state: "resolved" }));
    open("/incidents/INC-1");
    await userEvent.click(await screen.findByRole("button", { name: "Correct the note" }));
    const dialog = within(screen.getByRole("dialog"));
    expect(dialog.getByRole("radio", { name: "No" })).toBeChecked();
    await userEvent.type(dialog.getByLabelText("What was done?"), " the filter");
    await userEvent.click(dialog.getByRole("button", { name: "Correct the note" }));
    await waitFor(() =>
      expect(server.calls(`PATCH ${PATH}`)[0]?.body).toEqual({
        resolution: "Cleaned the filter",
        worked: false,
      }),
    );
  });

  it("is deleted only after a question", async () => {
    shows({ state: "closed" });
    server.on(`DELETE ${PATH}`, () => undefined);
    const app = open("/incidents/INC-1");
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    expect(server.calls(`DELETE ${PATH}`)).toHaveLength(0);
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(app.address()).toBe("/incidents"));
    expect(server.calls(`DELETE ${PATH}`)).toHaveLength(1);
  });

  it("offers nothing to who may only look", async () => {
    server.on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }));
    shows();
    open("/incidents/INC-1");
    expect(await screen.findByText("What happened")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Confirm" })).not.toBeInTheDocument();
  });
});

describe("the list of incidents", () => {
  const asked = () => server.calls("GET /api/incidents").at(-1)?.query;

  it("shows what is wrong now, and everything where it is asked for", async () => {
    const app = open("/incidents");
    const link = await screen.findByRole("link", { name: /Temperature above usual/ });
    expect(link).toHaveAttribute("href", "/incidents/INC-1");
    expect(asked()?.getAll("state")).toEqual(["open", "confirmed"]);
    await userEvent.selectOptions(screen.getByLabelText("State"), "All");
    await waitFor(() => expect(asked()?.getAll("state")).toEqual([]));
    expect(app.address()).toBe("/incidents?all=true");
  });

  it("says since when what waits to be closed is back", async () => {
    const at = "2026-11-05T03:01:00Z";
    const back = incident({ ended_at: at, back_since: at });
    server.on("GET /api/incidents", { items: [back], next_cursor: null });
    open("/incidents");
    const list = await screen.findByRole("list", { name: "Incidents" });
    expect(within(list).getByText(/^Back since Nov 5, 03:01/)).toBeVisible();
    expect(within(list).queryByText("Open")).not.toBeInTheDocument();
  });

  it("shows what opened when the live connection tells it", async () => {
    server.on("GET /api/incidents", { items: [], next_cursor: null });
    open("/incidents");
    await screen.findByText("No incident");
    server.on("GET /api/incidents", { items: [incident()], next_cursor: null });
    const data = { incident_id: "INC-1", what: "opened", state: "open", severity: "critical" };
    const event = { type: "event", id: 1, kind: "incident.changed", data, resume: "t1" };
    act(() => FakeSocket.newest.say({ ...event, at: "2026-11-05T02:10:00Z" }));
    expect(await screen.findByRole("link", { name: /Temperature above usual/ })).toBeVisible();
  });

  it("says so when nothing is wrong", async () => {
    server.on("GET /api/incidents", { items: [], next_cursor: null });
    open("/incidents");
    expect(await screen.findByText("No incident")).toBeVisible();
  });
});
