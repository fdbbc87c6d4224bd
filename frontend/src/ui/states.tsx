import type { ReactNode } from "react";
import { ApiError, UnreachableError } from "@/api/problem";
import { formatSpan } from "@/lib/format";
import { m } from "@/messages";
import { Button } from "./Button";
import { cx } from "./cx";
import { AlertIcon, LockIcon, SearchIcon } from "./icons";

interface NoteProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: string;
  /** It stands for the whole page, so its title is the page's. */
  whole?: boolean;
}

/** What stands in the middle of a page or panel when there is nothing to list. */
export function Note({
  icon,
  title,
  children,
  action,
  tone = "text-muted",
  whole = false,
}: NoteProps) {
  const Heading = whole ? "h1" : "h2";
  return (
    <div className="mx-auto grid max-w-md justify-items-center gap-2 px-6 py-14 text-center">
      <span
        className={cx("mb-1 grid size-12 place-items-center rounded-full bg-sunken text-xl", tone)}
      >
        {icon}
      </span>
      <Heading className="text-base font-semibold text-balance">{title}</Heading>
      {children && <div className="text-pretty text-muted">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** One sentence for any failure; never a stack, never a code alone. */
export function explain(error: unknown): string {
  if (error instanceof UnreachableError) return m.errors.unreachable;
  if (!(error instanceof ApiError)) return m.errors.crashed;
  if (error.kind === "not-allowed") return m.errors.noPermission;
  if (error.status === 404) return m.errors.notFound;
  if (error.status === 429 && error.retryAfterS !== null) {
    return m.errors.tooMany(formatSpan(error.retryAfterS));
  }
  return error.message;
}

interface ErrorNoteProps {
  error: unknown;
  whole?: boolean;
  onRetry?: () => void;
}

export function ErrorNote({ error, whole = false, onRetry }: ErrorNoteProps) {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 403) {
    return (
      <Note whole={whole} icon={<LockIcon />} title={m.errors.noPermissionTitle}>
        {m.errors.noPermission}
      </Note>
    );
  }
  if (status === 404) return <NotFoundNote whole={whole} />;
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <div role="alert">
      <Note
        whole={whole}
        icon={<AlertIcon />}
        tone="text-critical"
        title={m.errors.title}
        action={onRetry && <Button onClick={onRetry}>{m.actions.retry}</Button>}
      >
        <p>{explain(error)}</p>
        {requestId && <p className="code mt-2">{m.errors.requestId(requestId)}</p>}
      </Note>
    </div>
  );
}

export function NotFoundNote({ whole = false, action }: { whole?: boolean; action?: ReactNode }) {
  return (
    <Note whole={whole} icon={<SearchIcon />} title={m.errors.notFoundTitle} action={action}>
      {m.errors.notFound}
    </Note>
  );
}

/** A line of trouble within a form or panel. */
export function Trouble({ children }: { children: ReactNode }) {
  return (
    <p
      role="alert"
      className="flex items-start gap-2 rounded-lg bg-critical-soft px-3 py-2.5 text-critical"
    >
      <AlertIcon className="mt-px shrink-0" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}

/** A grey shape where something will stand; only the first of a group speaks. */
export function Skeleton({ className }: { className?: string }) {
  return <span className={cx("block animate-pulse rounded-md bg-line/70", className)} />;
}
