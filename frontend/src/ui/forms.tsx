import type { ReactNode } from "react";
import { ApiError } from "@/api/problem";

/** The problem of each field of a form, and whether one belongs to no field of it. */
export function refusals(error: unknown, names: readonly string[]) {
  const fields = error instanceof ApiError ? error.fields : [];
  const at = (name: string) =>
    fields.find((one) => one.at === `body.${name}` || one.at.startsWith(`body.${name}.`))?.problem;
  return { at, loose: error != null && !names.some((name) => at(name) !== undefined) };
}

export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? "").trim();

export const textsOf = (form: FormData, name: string): string[] => form.getAll(name).map(String);

interface CheckProps {
  name: string;
  label: string;
  value?: string;
  checked?: boolean;
}

export function Check({ name, label, value = "on", checked = false }: CheckProps) {
  return (
    <label className="flex min-h-8 min-w-0 items-center gap-2 pointer-coarse:min-h-11">
      <input
        type="checkbox"
        name={name}
        value={value}
        defaultChecked={checked}
        className="size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 wrap-anywhere">{label}</span>
    </label>
  );
}

interface CheckListProps {
  legend: string;
  name: string;
  hint?: string;
  error?: string | undefined;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
}

/** Any of some. */
export function CheckList({ legend, name, hint, error, options, chosen }: CheckListProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {error && <p className="text-sm text-critical">{error}</p>}
      <div className="grid max-h-44 grid-cols-1 gap-x-4 overflow-y-auto sm:grid-cols-2">
        {options.map((one) => (
          <Check
            key={one.value}
            name={name}
            value={one.value}
            label={one.label}
            checked={chosen.includes(one.value)}
          />
        ))}
      </div>
      {hint && <p className="mt-1 text-sm text-muted">{hint}</p>}
    </fieldset>
  );
}

/** The parts of a page, each with an address of its own. */
export function SubLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="mb-4 overflow-x-auto border-b border-line">
      <ul className="flex gap-1">{children}</ul>
    </nav>
  );
}

export const SUB_LINK =
  "inline-flex min-h-10 items-center border-b-2 border-transparent px-3 text-sm font-medium " +
  "whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-accent " +
  "aria-[current=page]:text-ink pointer-coarse:min-h-11";

/** The part that is named, also where that is none. */
export const ACTIVE = { exact: false, includeSearch: true, explicitUndefined: true };
