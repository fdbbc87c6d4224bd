import { nameOf, spelled } from "../spelled";

/** The key figures, as the paper has them. */
export function Figures({ figures }: { figures: Record<string, string | number | null> }) {
  return (
    <dl className="grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-4">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name} className="min-w-0 border-t border-line px-4 py-3 sm:px-5">
          <dt className="text-xs text-muted">{nameOf(name)}</dt>
          <dd
            className={
              value === null
                ? "mt-0.5 text-muted"
                : "num mt-0.5 text-lg font-semibold wrap-anywhere"
            }
          >
            {spelled(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
