import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { refusal } from "@/test/server";

const ada = {
  id: 1,
  username: "ada",
  name: "Ada",
  role: "admin",
  active: true,
  must_change_password: false,
  last_sign_in_at: null,
  created_at: "2026-01-01T00:00:00Z",
};
const bo = { ...ada, id: 2, username: "bo", name: "Bo", role: "viewer" };

it("adds a person and shows the one-time password once", async () => {
  const server = arrange()
    .on("GET /api/users", { items: [ada], total: 1, next_cursor: null })
    .on("POST /api/users", { user: bo, one_time_password: "ABCD-EFGH" });
  open("/people");
  await userEvent.click(await screen.findByRole("button", { name: "Add a person" }));
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.type(dialog.getByLabelText("Name"), "Bo");
  await userEvent.type(dialog.getByLabelText("Username"), "bo");
  await userEvent.click(dialog.getByRole("radio", { name: /Installer/ }));
  await userEvent.click(dialog.getByRole("button", { name: "Add a person" }));
  expect(await screen.findByText("ABCD-EFGH")).toBeVisible();
  expect(server.calls("POST /api/users")[0]?.body).toEqual({
    name: "Bo",
    username: "bo",
    role: "installer",
  });
});

it("resets another's password after asking, never one's own here", async () => {
  arrange()
    .on("GET /api/users", { items: [ada, bo], total: 2, next_cursor: null })
    .on("POST /api/users/2/reset-password", { one_time_password: "WXYZ-2345" });
  open("/people");
  const [button, ...others] = await screen.findAllByRole("button", { name: /^Reset password/ });
  expect(others).toEqual([]);
  if (button) await userEvent.click(button);
  await userEvent.click(
    within(screen.getByRole("dialog")).getByRole("button", { name: "Reset password" }),
  );
  expect(await screen.findByText("WXYZ-2345")).toBeVisible();
});

it("says so to whom it is not allowed", async () => {
  arrange()
    .on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }))
    .on("GET /api/users", () => refusal(403, { type: "/problems/not-allowed" }));
  open("/people");
  expect(await screen.findByText("Not yours to see")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Add a person" })).not.toBeInTheDocument();
});
