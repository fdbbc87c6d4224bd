import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { DeviceType } from "@/api/types";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";
import { changedType, fieldOf } from "./limits";

const token = {
  id: 7,
  name: "Stock system",
  public_part: "hpt_abc",
  username: "ada",
  scopes: ["fleet:read"],
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2099-01-01T00:00:00Z",
  revoked_at: null,
  last_used_at: null,
};
const tokens = (items: object[]) => ({ items, total: items.length, next_cursor: null });

it("shows a new token once, and offers only what one may oneself", async () => {
  const server = arrange()
    .on("GET /api/auth/me", session({ permissions: ["fleet:read", "tokens:own"] }))
    .on("GET /api/tokens", tokens([]))
    .on("POST /api/tokens", { ...token, token: "hpt_abc_secret" });
  open("/settings?view=tokens");
  await userEvent.click(await screen.findByRole("button", { name: "Make a token" }));
  const form = within(await screen.findByRole("dialog"));
  expect(form.getAllByRole("checkbox")).toHaveLength(2);
  await userEvent.type(form.getByLabelText("What it is for"), "Stock system");
  await userEvent.selectOptions(form.getByLabelText("Good for"), "30 days");
  await userEvent.click(form.getByRole("button", { name: "Make a token" }));
  expect(await screen.findByText("hpt_abc_secret")).toBeVisible();
  expect(server.calls("POST /api/tokens")[0]?.body).toEqual({
    name: "Stock system",
    scopes: ["fleet:read"],
    expires_in_days: 30,
  });
  await userEvent.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.queryByText("hpt_abc_secret")).toBeNull();
});

it("revokes a token only after a question", async () => {
  const server = arrange()
    .on("GET /api/tokens", tokens([token]))
    .on("DELETE /api/tokens/7", () => undefined);
  open("/settings?view=tokens");
  await userEvent.click(await screen.findByRole("button", { name: "Revoke Stock system" }));
  expect(server.calls("DELETE /api/tokens/7")).toHaveLength(0);
  await userEvent.click(
    within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }),
  );
  expect(server.calls("DELETE /api/tokens/7")).toHaveLength(1);
});

it("says at the field what is wrong with a tariff", async () => {
  const problem = 'give the three letters of the currency, such as "EUR"';
  arrange()
    .on("GET /api/auth/me", session({ permissions: ["fleet:read", "settings:write"] }))
    .on("GET /api/tariffs", { items: [] })
    .on("PUT /api/tariffs", () => refusal(422, { errors: [{ at: "body.currency", problem }] }));
  open("/settings?view=tariffs");
  await screen.findByText("No tariff");
  await userEvent.click(await screen.findByRole("button", { name: "Say what things cost" }));
  const form = within(await screen.findByRole("dialog"));
  await userEvent.type(form.getByLabelText("Currency"), "12");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(await form.findByText(problem)).toBeVisible();
});

it("sends of a type what was said before and what is changed, nothing else", () => {
  const metric = { label: "", unit: "", kind: "gauge", direction: "both" };
  const none = { critical_below: null, warning_below: null, critical_above: null };
  const type = {
    name: "till",
    label: "Till",
    shipped: true,
    metrics: [
      { ...metric, name: "load", ...none, warning_above: 80 },
      { ...metric, name: "heat", ...none, warning_above: 60 },
      { ...metric, name: "noise", ...none, warning_above: 5 },
    ],
    own: { label: null, metrics: { load: { unit: "percent" } } },
  } as unknown as DeviceType;
  const form = new FormData();
  form.set(fieldOf("load", "warning_above"), "90");
  form.set(fieldOf("heat", "warning_above"), "60");
  expect(changedType(type, form)).toEqual({
    label: null,
    metrics: { load: { unit: "percent", warning_above: 90 }, noise: { warning_above: null } },
  });
});
