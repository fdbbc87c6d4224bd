import { useNavigate, useSearch } from "@tanstack/react-router";
import type { AheadSearch } from "./search";

/** What stands in the address, and how it is changed. */
export function useView() {
  const search = useSearch({ from: "/inside/ahead" });
  const navigate = useNavigate();
  const change = (what: AheadSearch) =>
    void navigate({ to: "/ahead", search: { ...search, ...what }, replace: true });
  return { search, change };
}
