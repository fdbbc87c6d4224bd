export const VIEWS = ["account", "tokens", "limits", "tariffs", "audit"] as const;

export type View = (typeof VIEWS)[number];

export interface SettingsSearch {
  view?: View | undefined;
  type?: string | undefined;
}

/** Every name is told, also the absent ones: see the search of devices. */
export function readSettingsSearch({ view, type }: Record<string, unknown>): SettingsSearch {
  const isType = typeof type === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(type);
  return {
    view: VIEWS.find((one) => one === view && one !== "account"),
    type: isType ? type : undefined,
  };
}
