import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { createQueryClient } from "@/app/queryClient";
import { createAppRouter } from "@/app/router";
import { ahead, overview, page, session, site } from "./samples";
import { FakeServer } from "./server";

/** A server that has one site, no device, and Ada signed in. */
export function arrange(): FakeServer {
  return new FakeServer()
    .on("GET /api/auth/me", session())
    .on("GET /api/overview", overview())
    .on("GET /api/ai/predictions", ahead())
    .on("GET /api/devices", page([]))
    .on("GET /api/device-types", { items: [], total: 0 })
    .on("GET /api/sites", { items: [site()], total: 1, next_cursor: null });
}

/** The whole application at an address; `address()` tells where it is by now. */
export function open(path: string) {
  const queries = createQueryClient();
  queries.setDefaultOptions({
    ...queries.getDefaultOptions(),
    queries: { ...queries.getDefaultOptions().queries, retryDelay: 0 },
  });
  const router = createAppRouter(queries, createMemoryHistory({ initialEntries: [path] }));
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { queries, address: () => router.state.location.href };
}
