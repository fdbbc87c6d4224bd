import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { arrange, open } from "@/test/app";
import { FakeSocket } from "@/test/fakeSocket";
import { session, site } from "@/test/samples";
import { type FakeServer, refusal } from "@/test/server";

const KEYS = "GET /api/sites/SITE-1/bootstrap-keys";
const key = {
  id: 7,
  label: null,
  uses: 3,
  uses_max: null,
  created_by: "ada",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  last_used_at: null,
  revoked_at: null as string | null,
};

let server: FakeServer;
beforeEach(() => {
  server = arrange()
    .on("GET /api/sites/SITE-1", site())
    .on(KEYS, { items: [key], total: 1 });
});

describe("sites", () => {
  it("are added, after saying at the field what is wrong", async () => {
    server.on("POST /api/sites", () =>
      refusal(422, { errors: [{ at: "body.timezone", problem: "there is no such timezone" }] }),
    );
    const app = open("/sites");
    await userEvent.click(await screen.findByRole("button", { name: "Add a site" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("Name"), "Harbour");
    await userEvent.clear(dialog.getByLabelText("Timezone"));
    await userEvent.type(dialog.getByLabelText("Timezone"), "Mars/Olympus");
    await userEvent.click(dialog.getByRole("button", { name: "Add a site" }));
    expect(await dialog.findByText("there is no such timezone")).toBeVisible();
    expect(dialog.getByLabelText("Timezone")).toBeInvalid();

    server.on("POST /api/sites", site());
    await userEvent.click(dialog.getByRole("button", { name: "Add a site" }));
    await waitFor(() => expect(app.address()).toBe("/sites/SITE-1"));
    expect(server.calls("POST /api/sites").at(-1)?.headers["X-CSRF-Token"]).toBe("token-of-ada");
  });

  it("count anew when a device comes online", async () => {
    open("/sites");
    expect(await screen.findByText("1 of 1 device online")).toBeVisible();
    const changed = site({ device_count: 2, online_count: 1 });
    server.on("GET /api/sites", { items: [changed], total: 1, next_cursor: null });
    const at = new Date().toISOString();
    const data = { device_id: "DEVICE-2" };
    act(() =>
      FakeSocket.newest.say({
        type: "event",
        id: 1,
        kind: "device.enrolled",
        data,
        at,
        resume: "t",
      }),
    );
    expect(await screen.findByText("1 of 2 devices online")).toBeVisible();
  });

  it("say in the list and on their page that their devices are simulated", async () => {
    const all = site({ device_count: 2, simulated_count: 2 });
    const some = site({ site_id: "SITE-2", name: "Mill", device_count: 5, simulated_count: 1 });
    const none = site({ site_id: "SITE-3", name: "North" });
    server.on("GET /api/sites", { items: [all, some, none], total: 3, next_cursor: null });
    server.on("GET /api/sites/SITE-1", all);
    const app = open("/sites");
    const list = within(await screen.findByRole("list", { name: "Sites" }));
    const rows = list.getAllByRole("listitem");
    expect(within(rows[0] as HTMLElement).getByText("Simulated")).toBeVisible();
    expect(within(rows[1] as HTMLElement).getByText("1 device simulated")).toBeVisible();
    expect(within(rows[2] as HTMLElement).queryByText(/simulated/i)).toBeNull();
    await userEvent.click(screen.getByRole("link", { name: "Harbour" }));
    await waitFor(() => expect(app.address()).toBe("/sites/SITE-1"));
    expect(await screen.findByRole("heading", { name: "Harbour" })).toBeVisible();
    expect(screen.getByText("Simulated")).toBeVisible();
  });

  it("keep in the address what is searched and whether archived ones show", async () => {
    const app = open("/sites?archived=maybe");
    await userEvent.type(await screen.findByRole("searchbox"), "har");
    await waitFor(() => expect(app.address()).toBe("/sites?q=har"));
    await userEvent.click(screen.getByRole("checkbox", { name: "Show archived" }));
    expect(app.address()).toBe("/sites?q=har&archived=true");
    await waitFor(() =>
      expect(server.calls("GET /api/sites").at(-1)?.query.get("archived")).toBe("true"),
    );
  });
});

describe("bootstrap keys", () => {
  it("are shown once, with the command that uses them", async () => {
    const made = { ...key, id: 8, bootstrap_key: "hpb_secret-of-the-shop" };
    server.on("POST /api/sites/SITE-1/bootstrap-keys", made);
    open("/sites/SITE-1");
    await userEvent.click(await screen.findByRole("button", { name: "New key" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText("hpb_secret-of-the-shop")).toBeVisible();
    expect(dialog.getByText(/homepot-agent enrol --server .* --site SITE-1/)).toBeVisible();

    const user = userEvent.setup();
    await user.click(dialog.getByRole("button", { name: "Copy: Key" }));
    expect(await navigator.clipboard.readText()).toBe("hpb_secret-of-the-shop");
    await user.click(dialog.getByRole("button", { name: "Done" }));
    expect(screen.queryByText("hpb_secret-of-the-shop")).not.toBeInTheDocument();
  });

  it("are revoked only after asking", async () => {
    server.on("DELETE /api/sites/SITE-1/bootstrap-keys/7", () => undefined);
    open("/sites/SITE-1");
    await userEvent.click(await screen.findByRole("button", { name: /Revoke the key of/ }));
    expect(server.calls("DELETE /api/sites/SITE-1/bootstrap-keys/7")).toHaveLength(0);
    server.on(KEYS, { items: [{ ...key, revoked_at: "2026-01-02T00:00:00Z" }], total: 1 });
    await userEvent.click(
      within(screen.getByRole("dialog")).getByRole("button", { name: "Revoke" }),
    );
    expect(await screen.findByText("Revoked")).toBeVisible();
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("are not offered to a viewer", async () => {
    server.on("GET /api/auth/me", session({ role: "viewer", permissions: ["fleet:read"] }));
    open("/sites/SITE-1");
    await screen.findByRole("heading", { name: "Harbour" });
    expect(screen.queryByText("Bootstrap keys")).not.toBeInTheDocument();
    expect(server.calls(KEYS)).toHaveLength(0);
  });
});
