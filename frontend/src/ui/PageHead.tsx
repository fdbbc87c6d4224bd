import type { ReactNode } from "react";
import { usePageTitle } from "@/lib/usePageTitle";

interface PageHeadProps {
  title: string;
  /** Stands above the title: where one is. */
  above?: ReactNode;
  /** Stands below the title: what one sees. */
  below?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, above, below, actions }: PageHeadProps) {
  usePageTitle(title);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {above}
        <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
        {below && <div className="mt-1 text-muted">{below}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
