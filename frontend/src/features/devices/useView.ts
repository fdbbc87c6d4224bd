import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Range, type Span, searchOf, USUAL_SPAN } from "@/charts/range";
import type { ViewSearch } from "./view";

export interface View {
  search: ViewSearch;
  change: (change: Partial<ViewSearch>, how?: "choose" | "move") => void;
  showRange: (range: Range, how?: "choose" | "move") => void;
  showSpan: (span: Span) => void;
}

/** What is shown stands in the address; a choice can be undone by "back", a small step cannot. */
export function useView(): View {
  const search = useSearch({ from: "/inside/devices/$deviceId" });
  const navigate = useNavigate({ from: "/devices/$deviceId" });
  return useMemo(() => {
    const change: View["change"] = (wanted, how = "choose") =>
      void navigate({
        search: (now) => ({ ...now, ...wanted }),
        replace: how === "move",
        resetScroll: false,
      });
    return {
      search,
      change,
      showRange: (range, how) => change({ span: undefined, ...searchOf(range) }, how),
      showSpan: (span) =>
        change({
          span: span === USUAL_SPAN ? undefined : span,
          from: undefined,
          to: undefined,
        }),
    };
  }, [search, navigate]);
}
