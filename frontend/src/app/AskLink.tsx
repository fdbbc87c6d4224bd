import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { m } from "@/messages";
import { SearchIcon } from "@/ui/icons";

/** The way to ask from every page: a click, or Ctrl (on a Mac: Command) and K. */
export function AskLink() {
  const navigate = useNavigate();
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      void navigate({ to: "/ask", search: { q: undefined, c: undefined } }).then(focusQuestion);
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate]);
  return (
    <Link
      to="/ask"
      search={{ q: undefined, c: undefined }}
      title={m.ask.shortcut}
      className="hidden min-h-9 w-64 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-muted hover:border-edge sm:inline-flex"
    >
      <SearchIcon />
      <span className="flex-1">{m.ask.open}</span>
      <kbd className="code rounded border border-line px-1.5 text-xs">{m.ask.key}</kbd>
    </Link>
  );
}

/** Already on the page, nothing is mounted anew that would take the cursor. */
function focusQuestion(): void {
  document.querySelector<HTMLInputElement>(`input[aria-label="${m.ask.label}"]`)?.focus();
}
