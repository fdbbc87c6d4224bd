import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";
import { toHours, toSpans } from "./hours";

const rule = {
  rule_id: "RULE-1",
  name: "Night watch",
  enabled: true,
  severity_min: "critical",
  categories: ["temperature"],
  site_ids: [],
  types: [],
  tags: [],
  hours: [],
  opening: "closed",
  during_maintenance: false,
  channel_ids: ["CH-1"],
  escalate_after_min: 15,
  escalate_channel_ids: ["CH-1"],
  digest: "none",
  digest_at: "08:00",
  timezone: "UTC",
  tells_over: true,
  created_at: "2026-01-01T00:00:00Z",
};
const channel = {
  channel_id: "CH-1",
  name: "On call",
  kind: "service",
  topic: null,
  shown: "Webhook, example.test",
  length: "short",
  enabled: true,
  created_at: "2026-01-01T00:00:00Z",
  last_sent_at: null,
  failing_since: null,
  problem: null,
};
const may = (...more: string[]) => session({ permissions: ["fleet:read", ...more] as never[] });

function alerts(...permissions: string[]) {
  return arrange()
    .on("GET /api/auth/me", may(...permissions))
    .on("GET /api/alerts/rules", [rule])
    .on("GET /api/alerts/channels", [channel])
    .on("GET /api/alerts/silences", [])
    .on("GET /api/alerts/decisions", []);
}

it("tells a rule as a sentence, and offers a reader nothing that would be refused", async () => {
  alerts();
  open("/alerts");
  expect(
    await screen.findByText(/Critical incidents about temperature while closed to On call\./),
  ).toHaveTextContent("Others after 15 min without a confirmation.");
  expect(screen.queryByRole("button", { name: /Add a rule|Change|Delete/ })).toBeNull();
});

it("keeps what a rule says when it is changed", async () => {
  const server = alerts("alerts:write").on("PATCH /api/alerts/rules/RULE-1", rule);
  open("/alerts");
  await userEvent.click(await screen.findByRole("button", { name: "Change Night watch" }));
  const dialog = within(screen.getByRole("dialog"));
  await dialog.findByLabelText("On call", { selector: "[name=channel_ids]" });
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  await screen.findByText(/Critical incidents/);
  expect(server.calls("PATCH /api/alerts/rules/RULE-1")[0]?.body).toMatchObject({
    name: "Night watch",
    severity_min: "critical",
    categories: ["temperature"],
    opening: "closed",
    channel_ids: ["CH-1"],
    escalate_after_min: 15,
    escalate_channel_ids: ["CH-1"],
    hours: [],
    tells_over: true,
  });
});

it("says at the field why an address is refused", async () => {
  const problem = "This address cannot be used: nothing is called carrierpigeon.";
  alerts("alerts:write").on("POST /api/alerts/channels", () =>
    refusal(422, { errors: [{ at: "body.url", problem }] }),
  );
  open("/alerts?view=channels");
  await userEvent.click(await screen.findByRole("button", { name: "Add a channel" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.type(dialog.getByLabelText("Name"), "Pigeon");
  await userEvent.type(dialog.getByLabelText("Address"), "carrierpigeon://x");
  await userEvent.click(dialog.getByRole("button", { name: "Add a channel" }));
  expect(await dialog.findByText(problem)).toBeVisible();
  expect(dialog.getByLabelText("Address")).toHaveAccessibleDescription(
    expect.stringContaining(problem),
  );
});

it("says of a test what the service said", async () => {
  const ended = {
    delivery_id: "D-1",
    channel_id: "CH-1",
    state: "failed",
    ended_at: "2026-01-01T00:00:01Z",
    problem: "The server said 404.",
  };
  alerts("alerts:write")
    .on("POST /api/alerts/channels/CH-1/test", { delivery_id: "D-1" })
    .on("GET /api/alerts/deliveries", { items: [ended], next_cursor: null });
  open("/alerts?view=channels");
  await userEvent.click(await screen.findByRole("button", { name: "Send a test to On call" }));
  expect(await screen.findByText(/did not get through\. The server said 404\./)).toBeVisible();
});

it("puts days with the same hours together, and takes them apart again", () => {
  const day = (weekday: number, start = "08:00", end = "18:00") => ({ weekday, start, end });
  const hours = [day(0), day(1), day(5, "10:00", "14:00")];
  expect(toSpans(hours)).toEqual([
    { days: [0, 1], start: "08:00", end: "18:00" },
    { days: [5], start: "10:00", end: "14:00" },
  ]);
  expect(toHours(toSpans(hours))).toEqual(hours);
});
