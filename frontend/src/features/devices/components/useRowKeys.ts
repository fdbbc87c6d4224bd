import type { Virtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";

interface RowKeys {
  body: RefObject<HTMLTableSectionElement | null>;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** Arrow keys walk from row to row; Home and End go to the first and the last. */
export function useRowKeys(rows: Virtualizer<Window, Element>, count: number): RowKeys {
  const body = useRef<HTMLTableSectionElement>(null);
  const wanted = useRef<number | null>(null);

  function reach(): void {
    if (wanted.current === null) return;
    const link = body.current?.querySelector<HTMLElement>(`tr[data-index="${wanted.current}"] a`);
    if (!link) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  }

  // A row far away is drawn only after the scroll: then the focus follows.
  useEffect(reach);

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const row = (event.target as Element).closest<HTMLElement>("tr[data-index]");
    const there = row && target(event.key, Number(row.dataset.index), count);
    if (there === null || there < 0 || there >= count) return;
    event.preventDefault();
    wanted.current = there;
    rows.scrollToIndex(there, { align: "auto" });
    reach();
  }
  return { body, onKeyDown };
}

function target(key: string, here: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return here + 1;
    case "ArrowUp":
      return here - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
