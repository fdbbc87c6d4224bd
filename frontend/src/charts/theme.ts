/** The design tokens as a canvas needs them: read anew whenever light becomes dark. */

export type Role =
  | "ink"
  | "muted"
  | "line"
  | "surface"
  | "accent"
  | "warn"
  | "critical"
  | "unknown";

const ROLES: readonly Role[] = [
  "ink",
  "muted",
  "line",
  "surface",
  "accent",
  "warn",
  "critical",
  "unknown",
];

export type Theme = Readonly<Record<Role, string>> & { readonly font: string };

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(
    ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim() || "gray"]),
  ) as Record<Role, string>;
  const size = Number.parseFloat(style.fontSize) || 16;
  return { ...colours, font: `${size * 0.75}px ${style.fontFamily || "sans-serif"}` };
}

/** The same colour, to be seen through. */
export const faint = (colour: string, percent: number): string =>
  `color-mix(in oklch, ${colour} ${percent}%, transparent)`;
