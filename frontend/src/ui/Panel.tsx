import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  lead?: string;
  action?: ReactNode;
  children: ReactNode;
}

/** A named part of a page. */
export function Panel({ title, lead, action, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="card min-w-0">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-b sm:flex-nowrap border-line px-4 py-3 sm:px-5">
        <div className="min-w-0">
          <h2 id={id} className="text-sm font-semibold">
            {title}
          </h2>
          {lead && <p className="mt-0.5 text-pretty text-muted">{lead}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

export interface Fact {
  label: string;
  value: ReactNode;
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-4 grid-cols-2 px-4 py-4 sm:px-5">
      {facts.map(({ label, value }) => (
        <div key={label} className="min-w-0">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="mt-0.5 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
