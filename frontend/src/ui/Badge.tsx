import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "ok" | "warn" | "critical" | "unknown" | "accent";

const TONES: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  critical: "bg-critical-soft text-critical",
  unknown: "bg-unknown-soft text-unknown",
  accent: "bg-accent-soft text-accent-strong",
};

interface BadgeProps {
  tone: Tone;
  icon?: ReactNode;
  title?: string;
  children: ReactNode;
}

export function Badge({ tone, icon, title, children }: BadgeProps) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex max-w-full items-center gap-1 rounded-md px-1.5 py-0.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {icon}
      {children}
    </span>
  );
}
