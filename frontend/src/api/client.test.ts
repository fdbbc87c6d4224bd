import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer, refusal } from "@/test/server";
import { api, setCsrfToken } from "./client";
import { ApiError, UnreachableError } from "./problem";

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  setCsrfToken("old");
});

const archive = () =>
  api.post("/api/devices/{device_id}/archive", { path: { device_id: "a/b ä" } });
const ARCHIVE = "POST /api/devices/a%2Fb%20%C3%A4/archive";

describe("the client", () => {
  it("writes names into the path and lists into the query", async () => {
    server.on("GET /api/devices", {});
    await api.get("/api/devices", { query: { site_id: ["A", "B"], q: "", sort: "-name" } });
    expect(server.asked[0]?.query.toString()).toBe("site_id=A&site_id=B&sort=-name");
    server.on(ARCHIVE, {});
    await archive();
    expect(server.calls(ARCHIVE)[0]?.headers["X-CSRF-Token"]).toBe("old");
  });

  it("fetches a token that was renewed elsewhere, once", async () => {
    server
      .on("GET /api/auth/me", { user: {}, csrf_token: "new" })
      .on(ARCHIVE, ({ headers }) =>
        headers["X-CSRF-Token"] === "new"
          ? {}
          : refusal(403, { type: "/problems/csrf-token-needed" }),
      );
    await archive();
    expect(server.calls(ARCHIVE)).toHaveLength(2);

    server.on(ARCHIVE, () => refusal(403, { type: "/problems/csrf-token-needed" }));
    await expect(archive()).rejects.toMatchObject({ status: 403, kind: "csrf-token-needed" });
    expect(server.calls(ARCHIVE)).toHaveLength(4);
  });

  it("tells a refusal by its kind, its places and how long to wait", async () => {
    const errors = [{ at: "body.name", problem: "is taken" }];
    const headers = { "Retry-After": "7" };
    server.on(ARCHIVE, () => refusal(429, { type: "/problems/too-many", errors }, headers));
    const error = await archive().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 429, kind: "too-many", retryAfterS: 7 });
    expect((error as ApiError).field("name")).toBe("is taken");
    expect((error as ApiError).field("type")).toBeUndefined();
  });

  it("survives an answer that is not what it says", async () => {
    server.on(ARCHIVE, () => new Response("<html>proxy</html>", { status: 502 }));
    await expect(archive()).rejects.toMatchObject({ status: 502, kind: "unknown" });
  });

  it("tells silence from refusal", async () => {
    await expect(archive()).rejects.toBeInstanceOf(UnreachableError);
  });
});
