import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { NewPerson, Person } from "@/api/types";

export const peopleQuery = queryOptions({
  queryKey: ["users"],
  queryFn: ({ signal }) => api.get("/api/users", { signal }),
});

export function useAddPerson() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewPerson) => api.post("/api/users", { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
}

export function useResetPassword(person: Person) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      api.post("/api/users/{user_id}/reset-password", {
        path: { user_id: person.id },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  });
}
