import { useRef, useState } from "react";
import { m } from "@/messages";
import { Button } from "./Button";
import { CheckIcon, CopyIcon } from "./icons";

/** A text to take along: shown whole, copied with one press. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const box = useRef<HTMLElement>(null);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
    } catch {
      // Over plain HTTP browsers give no clipboard: select it, so that Ctrl-C works.
      if (box.current) window.getSelection()?.selectAllChildren(box.current);
      setState("failed");
    }
  }

  return (
    <div className="grid gap-1.5">
      <div className="flex items-end justify-between gap-2">
        <span className="text-sm font-medium">{label}</span>
        <Button kind="quiet" onClick={copy} aria-label={`${m.actions.copy}: ${label}`}>
          {state === "copied" ? <CheckIcon /> : <CopyIcon />}
          {state === "copied" ? m.actions.copied : m.actions.copy}
        </Button>
      </div>
      <code
        ref={box}
        className="code block rounded-lg border border-line bg-sunken px-3 py-2.5 break-all whitespace-pre-wrap select-all"
      >
        {text}
      </code>
      <span role="status" className={state === "failed" ? "text-sm text-muted" : "sr-only"}>
        {state === "copied" && m.actions.copied}
        {state === "failed" && m.actions.copyFailed}
      </span>
    </div>
  );
}
