import type { ReactNode } from "react";
import { m } from "@/messages";
import { PotIcon } from "@/ui/icons";

interface EntryFrameProps {
  title: string;
  lead: string;
  children: ReactNode;
}

/** The quiet page in front of the product: signing in, choosing a password. */
export function EntryFrame({ title, lead, children }: EntryFrameProps) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <p className="mb-6 flex items-center justify-center gap-2 text-accent">
          <PotIcon className="size-7" />
          <span className="text-base font-semibold tracking-[0.14em] text-ink">{m.app.name}</span>
        </p>
        <div className="card grid gap-6 p-6 shadow-raised sm:p-8">
          <header>
            <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
            <p className="mt-1 text-pretty text-muted">{lead}</p>
          </header>
          {children}
        </div>
      </div>
    </main>
  );
}
