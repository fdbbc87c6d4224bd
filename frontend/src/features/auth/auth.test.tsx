import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { arrange, open } from "@/test/app";
import { session } from "@/test/samples";
import { type FakeServer, refusal } from "@/test/server";

async function signIn(password: string): Promise<void> {
  await userEvent.type(await screen.findByLabelText("Username"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

let server: FakeServer;
beforeEach(() => {
  server = arrange().on("GET /api/auth/me", () => refusal(401));
});

describe("signing in", () => {
  it("leads somebody unknown to the door, and after it to where they wanted", async () => {
    server.on("POST /api/auth/login", session());
    const app = open("/devices?q=till");
    await signIn("seven rusty kettles");
    await screen.findByRole("heading", { name: "Devices" });
    expect(app.address()).toBe("/devices?q=till");
    expect(server.calls("POST /api/auth/login")[0]?.body).toEqual({
      username: "ada",
      password: "seven rusty kettles",
    });
  });

  it("says that name or password is wrong, not which", async () => {
    server.on("POST /api/auth/login", () => refusal(401));
    open("/sign-in");
    await signIn("wrong");
    expect(await screen.findByRole("alert")).toHaveTextContent("Username or password is wrong.");
    expect(screen.getByLabelText("Username")).toHaveValue("ada");
  });

  it("counts down how long to wait after too many attempts", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
    server.on("POST /api/auth/login", () => refusal(429, {}, { "Retry-After": "75" }));
    open("/sign-in");
    await signIn("wrong");
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 1 min 15 sec");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(server.calls("POST /api/auth/login")).toHaveLength(1);

    act(() => vi.advanceTimersByTime(70_000));
    expect(screen.getByRole("alert")).toHaveTextContent("Try again in 5 sec");
    act(() => vi.advanceTimersByTime(6_000));
    expect(screen.getByText("You can try again now.")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(server.calls("POST /api/auth/login")).toHaveLength(2);
  });

  it("says when the server does not answer", async () => {
    open("/sign-in");
    await signIn("seven rusty kettles");
    expect(await screen.findByRole("alert")).toHaveTextContent("The server does not answer");
  });

  it("goes only to pages of its own afterwards", async () => {
    server.on("POST /api/auth/login", session());
    const app = open("/sign-in?next=%2F%2Fevil.example");
    await signIn("seven rusty kettles");
    await screen.findByRole("heading", { name: "All is well" });
    expect(app.address()).toBe("/");
  });
});

describe("a one-time password", () => {
  it("must be changed before anything else, with the token of the session", async () => {
    let current = session({ must_change_password: true });
    server
      .on("GET /api/auth/me", () => current)
      .on("POST /api/auth/password", () => {
        current = { ...session(), csrf_token: "renewed" };
        return undefined;
      });
    const app = open("/sites");
    await userEvent.type(await screen.findByLabelText("One-time password"), "once");
    await userEvent.type(screen.getByLabelText("New password"), "a few words in a row");
    await userEvent.type(screen.getByLabelText("Repeat new password"), "a few words in a raw");
    await userEvent.click(screen.getByRole("button", { name: "Save password" }));
    expect(screen.getByText("The two passwords are not the same.")).toBeVisible();
    expect(server.calls("POST /api/auth/password")).toHaveLength(0);

    await userEvent.clear(screen.getByLabelText("Repeat new password"));
    await userEvent.type(screen.getByLabelText("Repeat new password"), "a few words in a row");
    await userEvent.click(screen.getByRole("button", { name: "Save password" }));
    await screen.findByRole("heading", { name: "Sites" });
    expect(app.address()).toBe("/sites");
    expect(server.calls("POST /api/auth/password")[0]?.headers["X-CSRF-Token"]).toBe(
      "token-of-ada",
    );
  });

  it("shows at the field what the server has against the new one", async () => {
    server
      .on("GET /api/auth/me", session({ must_change_password: true }))
      .on("POST /api/auth/password", () =>
        refusal(422, { errors: [{ at: "body.new_password", problem: "it is too easy" }] }),
      );
    open("/password");
    await userEvent.type(await screen.findByLabelText("One-time password"), "once");
    await userEvent.type(screen.getByLabelText("New password"), "password");
    await userEvent.type(screen.getByLabelText("Repeat new password"), "password");
    await userEvent.click(screen.getByRole("button", { name: "Save password" }));
    await waitFor(() => expect(screen.getByLabelText("New password")).toBeInvalid());
    expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(/it is too easy/);
  });
});

describe("a session that ends", () => {
  it("leads back to the door and keeps the place", async () => {
    server.on("GET /api/auth/me", session());
    const app = open("/sites");
    await screen.findByText("SITE-1");
    server.on("GET /api/auth/me", () => refusal(401)).on("GET /api/sites", () => refusal(401));
    await act(() => app.queries.invalidateQueries({ queryKey: ["sites"] }));
    await screen.findByRole("heading", { name: "Sign in" });
    expect(app.address()).toBe("/sign-in?next=%2Fsites");
  });
});
