import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { serverEvents } from "@/api/serverEvents";
import type { Reply } from "@/api/types";
import { arrange, open } from "@/test/app";
import type { FakeServer } from "@/test/server";
import { conditionWords, type MachinePlan, WINDOWS, windowName, withoutScope } from "./plan";
import { shownRows } from "./rows";

const PLAN: MachinePlan = {
  ask: "value",
  scope: { sites: ["SITE-1"], types: ["gateway"] },
  measure: { kind: "metric", metrics: ["temperature_celsius"], aggregate: "average" },
  window: { kind: "rolling", length_s: 86_400, before_s: 0 },
};

function reply(change: Partial<Reply> = {}): Reply {
  return {
    question_id: "Q-1",
    conversation_id: "C-1",
    question: "average temperature",
    answer: "The average temperature was 21.5 °C.",
    result: { kind: "number", value: 21.5, unit: "°C", rows: [], total: null },
    relevant_devices: [],
    plan: { readable: "average temperature, past 24 hours", machine: { ...PLAN } },
    evidence: [
      {
        kind: "readings",
        what: "144 readings",
        link: "/devices",
        count: 144,
        start: null,
        end: null,
      },
    ],
    assumptions: ["temperature = temperature_celsius"],
    reason: null,
    suggestions: [],
    as_of: "2026-11-05T12:00:00Z",
    mode: "maintenance",
    model_used: null,
    narration: { state: "not_asked", reasons: [], model: null },
    response_time_ms: 42,
    ...change,
  };
}

function stream(...messages: [string, object][]): Response {
  const text = messages
    .map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    .join("");
  return new Response(text, { headers: { "Content-Type": "text/event-stream" } });
}

let server: FakeServer;

beforeEach(() => {
  server = arrange();
  server.on("GET /api/ai/questions", { items: [], next_before: null });
  server.on("GET /api/ai/modes", { mode: "maintenance", modes: [{ name: "maintenance" }] });
  server.on("POST /api/ai/query", () => stream(["result", reply()], ["done", {}]));
});

async function put(question: string): Promise<void> {
  await userEvent.type(await screen.findByLabelText("Your question"), `${question}{Enter}`);
}

describe("asking", () => {
  it("shows the answer, the figure, how it was understood and what it rests on", async () => {
    open("/ask");
    await put("average temperature");
    expect(await screen.findByText("The average temperature was 21.5 °C.")).toBeVisible();
    expect(screen.getByText("21.5 °C")).toBeVisible();
    expect(screen.getByText("average temperature, past 24 hours")).toBeVisible();
    expect(screen.getByText("temperature = temperature_celsius")).toBeInTheDocument();
    expect(server.calls("POST /api/ai/query")[0]?.body).toEqual({
      question: "average temperature",
      stream: true,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  it("goes on in the same conversation", async () => {
    open("/ask");
    await put("average temperature");
    await screen.findByText("21.5 °C");
    await put("and last week?");
    await waitFor(() => expect(server.calls("POST /api/ai/query")).toHaveLength(2));
    expect(server.calls("POST /api/ai/query")[1]?.body).toMatchObject({ conversation_id: "C-1" });
  });

  it("asks what a link holds, once", async () => {
    open("/ask?q=average+temperature");
    await screen.findByText("21.5 °C");
    expect(server.calls("POST /api/ai/query")).toHaveLength(1);
  });

  it("goes on in the conversation that a link holds", async () => {
    open("/ask?q=and+last+week%3F&c=C-7");
    await screen.findByText("21.5 °C");
    expect(server.calls("POST /api/ai/query")[0]?.body).toMatchObject({ conversation_id: "C-7" });
  });

  it("names the conversation in the address", async () => {
    const { address } = open("/ask");
    await put("average temperature");
    await waitFor(() => expect(address()).toBe("/ask?q=average+temperature&c=C-1"));
    expect(server.calls("POST /api/ai/query")).toHaveLength(1);
  });

  it("asks again with a plan that was changed by hand", async () => {
    open("/ask");
    await put("average temperature");
    await userEvent.selectOptions(await screen.findByLabelText("Which value"), "highest");
    await waitFor(() => expect(server.calls("POST /api/ai/query")).toHaveLength(2));
    expect(server.calls("POST /api/ai/query")[1]?.body).toMatchObject({
      plan: { ...PLAN, measure: { ...PLAN.measure, aggregate: "maximum" } },
    });
  });

  it("keeps what a model says apart from the answer", async () => {
    const words = { text: "It was about 21.5 °C.", model_used: "smollm2" };
    server.on("POST /api/ai/query", () => stream(["result", reply()], ["words", words]));
    open("/ask");
    await put("average temperature");
    expect(await screen.findByText("It was about 21.5 °C.")).toBeVisible();
    expect(screen.getByText(/In the words of smollm2/)).toBeVisible();
    expect(screen.getByText("The average temperature was 21.5 °C.")).toBeVisible();
  });

  it("says why a model's words are not shown", async () => {
    const underWay = { state: "under_way" as const, reasons: [], model: null };
    const refused = { state: "refused", reasons: ["22 °C is not in the facts"], model: "smollm2" };
    server.on("POST /api/ai/query", () =>
      stream(["result", reply({ narration: underWay })], ["narration", refused]),
    );
    open("/ask");
    await put("average temperature");
    const why = await screen.findByText(/smollm2 said something that the result does not say/);
    await userEvent.click(why);
    expect(screen.getByText("22 °C is not in the facts")).toBeVisible();
  });

  it("says that it does not know, and offers what it does", async () => {
    const none = reply({
      answer: "I do not know a device of that name.",
      result: { kind: "none", value: null, unit: null, rows: [], total: null },
      reason: { why: "unknown_device", detail: "No device is called that." },
      suggestions: ["which devices are offline"],
    });
    server.on("POST /api/ai/query", () => stream(["result", none]));
    open("/ask");
    await put("how is gw_9");
    const offered = await screen.findByRole("button", { name: "which devices are offline" });
    await userEvent.click(offered);
    await waitFor(() => expect(server.calls("POST /api/ai/query")).toHaveLength(2));
    expect(server.calls("POST /api/ai/query")[1]?.body).toMatchObject({
      question: "which devices are offline",
    });
  });

  it("takes an opinion with how it should have been", async () => {
    server.on("POST /api/ai/questions/Q-1/feedback", {});
    open("/ask");
    await put("average temperature");
    await userEvent.click(await screen.findByRole("button", { name: "Wrong" }));
    await userEvent.type(await screen.findByLabelText("How should it have been?"), "22{Enter}");
    await screen.findByText("Noted.");
    const said = server.calls("POST /api/ai/questions/Q-1/feedback").map(({ body }) => body);
    expect(said).toEqual([{ rating: "down" }, { rating: "down", correction: "22" }]);
  });

  it("is one key away on every page", async () => {
    const { address } = open("/sites");
    await screen.findByRole("heading", { name: "Sites" });
    await userEvent.keyboard("{Control>}k{/Control}");
    await waitFor(() => expect(address()).toBe("/ask"));
    await waitFor(() => expect(screen.getByLabelText("Your question")).toHaveFocus());
    await userEvent.keyboard("a/b");
    expect(screen.getByLabelText("Your question")).toHaveValue("a/b");
  });
});

describe("rows of a result", () => {
  const rows = (...given: NonNullable<Reply["result"]["rows"]>) =>
    shownRows(
      reply({ result: { kind: "table", value: null, unit: "°C", rows: given, total: null } }),
    );

  it("are drawn beside each other where they are of one measure", () => {
    const [first, second] = rows({ label: "North", value: 10 }, { label: "South", value: 5 });
    expect(first).toMatchObject({ label: "North", value: "10 °C", share: 1 });
    expect(second?.share).toBe(0.5);
  });

  it("are not drawn where an amount is missing, below zero or of another unit", () => {
    expect(rows({ label: "a", value: 1 }, { label: "b" })[0]?.share).toBeUndefined();
    expect(rows({ label: "a", value: 1 }, { label: "b", value: -1 })[0]?.share).toBeUndefined();
    const mixed = rows({ label: "a", value: 1, unit: "%" }, { label: "b", value: 2, unit: "s" });
    expect(mixed[0]?.share).toBeUndefined();
  });

  it("lead to pages of ours only", () => {
    const [ours, theirs, device] = rows(
      { title: "a", link: "/incidents/INC-1" },
      { title: "b", link: "//elsewhere.example" },
      { name: "c", device_id: "D-1" },
    );
    expect(ours?.to).toBe("/incidents/INC-1");
    expect(theirs?.to).toBeUndefined();
    expect(device?.to).toBe("/devices/D-1");
  });
});

describe("a plan", () => {
  it("knows its window by name, also where what is unsaid is said", () => {
    expect(windowName(PLAN.window)).toBe("day");
    expect(windowName(WINDOWS.lastWeek)).toBe("lastWeek");
    expect(windowName({ ...WINDOWS.day, before_s: 60 })).toBeUndefined();
    expect(windowName({ kind: "rolling", length_s: 5_400 })).toBeUndefined();
  });

  it("loses one name of its scope and keeps the others", () => {
    expect(withoutScope(PLAN, "sites", "SITE-1").scope).toEqual({ sites: [], types: ["gateway"] });
  });

  it("tells a condition in words", () => {
    const measure = { kind: "metric", metrics: ["cpu_percent"], aggregate: "newest" };
    expect(conditionWords({ measure, compare: ">", value: 90 })).toBe("cpu_percent > 90");
    const link = { kind: "link", aspect: "is_offline" };
    expect(conditionWords({ measure: link, compare: "=", value: true })).toBe("is offline");
  });
});

describe("server-sent events", () => {
  it("are read wherever the network cut them", async () => {
    const bytes = new TextEncoder().encode('event: a\ndata: {"n":"ü"}\n\nevent: b\ndata: {}\n\n');
    const cut = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const events = [];
    for await (const event of serverEvents(cut)) events.push(event);
    expect(events).toEqual([
      { name: "a", data: { n: "ü" } },
      { name: "b", data: {} },
    ]);
  });
});
