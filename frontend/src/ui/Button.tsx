import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-strong",
  plain: "bg-surface text-ink border-edge/70 hover:bg-hover",
  quiet: "border-transparent text-muted hover:bg-hover hover:text-ink",
  danger: "bg-surface text-critical border-critical/60 hover:bg-critical-soft",
};

/** For links that look like a button. */
export function buttonClass(kind: ButtonKind = "plain", className?: string): string {
  return cx(
    "inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg border px-3 py-1.5",
    "text-sm font-medium whitespace-nowrap transition-colors pointer-coarse:min-h-11",
    "disabled:cursor-not-allowed disabled:opacity-55",
    KINDS[kind],
    className,
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A busy button stays focusable and says so; pressing it again does nothing. */
export function Button({ kind, busy = false, className, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      className={buttonClass(kind, cx(busy && "cursor-progress! opacity-85", className))}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    />
  );
}
