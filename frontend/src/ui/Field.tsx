import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";
import { m } from "@/messages";
import { cx } from "./cx";
import { AlertIcon, ChevronDownIcon } from "./icons";

const CONTROL =
  "w-full min-h-10 rounded-lg border border-edge bg-surface px-3 py-2 text-base sm:text-sm text-ink " +
  "transition-colors hover:border-ink/60 aria-invalid:border-critical disabled:opacity-60";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  optional?: boolean;
}

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

function Frame({
  label,
  hint,
  error,
  optional,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="ml-1.5 font-normal text-muted">{m.addDevice.optional}</span>}
      </label>
      {children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-sm text-critical">
          <AlertIcon className="mt-px shrink-0" /> {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = FieldProps & InputHTMLAttributes<HTMLInputElement>;

export function TextField({ label, hint, error, optional = false, ...input }: TextFieldProps) {
  return (
    <Frame label={label} hint={hint} error={error} optional={optional}>
      {(wiring) => <input className={CONTROL} {...input} {...wiring} />}
    </Frame>
  );
}

type SelectFieldProps = FieldProps & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField({ label, hint, error, optional = false, ...select }: SelectFieldProps) {
  return (
    <Frame label={label} hint={hint} error={error} optional={optional}>
      {(wiring) => <Select {...select} {...wiring} />}
    </Frame>
  );
}

/** The platform's own list: it is best with keyboards, screen readers and phones. */
export function Select({ className, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className="relative grid min-w-0">
      <select className={cx(CONTROL, "appearance-none truncate pr-9", className)} {...rest} />
      <ChevronDownIcon className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-muted" />
    </span>
  );
}
