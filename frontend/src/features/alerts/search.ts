export const VIEWS = ["rules", "channels", "silences", "log"] as const;
export const STATES = ["waiting", "sending", "sent", "failed", "dropped"] as const;

export type View = (typeof VIEWS)[number];
export type SentState = (typeof STATES)[number];

export interface AlertSearch {
  view?: View | undefined;
  state?: SentState | undefined;
  past?: "true" | undefined;
}

/** Every name is told, also the absent ones: see the search of devices. */
export function readAlertSearch({ view, state, past }: Record<string, unknown>): AlertSearch {
  return {
    view: VIEWS.find((one) => one === view && one !== "rules"),
    state: STATES.find((one) => one === state),
    past: past === "true" ? past : undefined,
  };
}
