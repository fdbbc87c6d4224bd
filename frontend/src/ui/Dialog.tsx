import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { m } from "@/messages";
import { CloseIcon } from "./icons";

interface DialogProps {
  title: string;
  lead?: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal window while it is mounted. The platform's <dialog> keeps the focus inside, closes on
 * Escape and gives the focus back.
 */
export function Dialog({ title, lead, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Closed before it leaves the page: only then the platform gives the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-1.5rem))] overflow-y-auto rounded-2xl border border-line bg-surface p-0 text-ink shadow-raised"
    >
      <div className="grid gap-5 p-5 sm:p-6">
        <header className="flex items-start justify-between gap-4">
          <div className="min-w-0">
            <h2 id={titleId} className="text-lg font-semibold tracking-tight text-balance">
              {title}
            </h2>
            {lead && <p className="mt-1 text-muted">{lead}</p>}
          </div>
          <button
            type="button"
            aria-label={m.actions.close}
            onClick={onClose}
            className="-mt-1.5 -mr-2 grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink pointer-coarse:size-11"
          >
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2 pt-1">{children}</div>;
}
