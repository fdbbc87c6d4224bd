import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, setCsrfToken } from "@/api/client";
import { ApiError } from "@/api/problem";
import type { Session } from "@/api/types";

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return keepToken(await api.get("/api/auth/me", { signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return keepToken(null);
      throw error;
    }
  },
});

function keepToken<S extends Session | null>(session: S): S {
  setCsrfToken(session?.csrf_token ?? null);
  return session;
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) =>
      api.post("/api/auth/login", { body }),
    onSuccess: (session) => {
      // Whatever another person saw in this window is forgotten.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      queries.setQueryData(sessionQuery.queryKey, keepToken(session));
    },
  });
}

/** A whole new page load afterwards forgets everything this person saw. */
export function useSignOut(leave: () => void = () => location.replace("/sign-in")) {
  return useMutation({
    mutationFn: () => api.post("/api/auth/logout"),
    onSuccess: leave,
  });
}

export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      api.post("/api/auth/password", { body }),
    // The session was renewed: its token too.
    onSuccess: () => queries.fetchQuery({ ...sessionQuery, staleTime: 0 }),
  });
}
