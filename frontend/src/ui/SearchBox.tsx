import { useEffect, useRef, useState } from "react";
import { SearchIcon } from "./icons";

const PAUSE_MS = 250;

interface SearchBoxProps {
  label: string;
  hint: string;
  value: string;
  onSearch: (text: string) => void;
}

/** Tells what was typed after a short pause. The key "/" leads here from anywhere on the page. */
export function SearchBox({ label, hint, value, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const input = useRef<HTMLInputElement>(null);
  useSlashKey(input);

  // The address may change by itself (back, "clear filters"): then the box follows.
  useEffect(() => {
    if (value !== told.current) {
      told.current = value;
      setText(value);
    }
  }, [value]);

  useEffect(() => {
    if (text.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = text.trim();
      onSearch(told.current);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onSearch]);

  return (
    <div className="relative min-w-60 flex-1">
      <SearchIcon className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={hint}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className="min-h-10 w-full rounded-lg border border-edge bg-surface py-2 pr-3 pl-9.5 text-base hover:border-ink/60 sm:text-sm"
      />
    </div>
  );
}

function useSlashKey(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = event.target;
      if (at instanceof Element && at.closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      input.current?.focus();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [input]);
}
