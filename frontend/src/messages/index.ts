import { en } from "./en";

/** Every sentence a person reads. A translation is one more object of this type. */
export type Messages = typeof en;

export const m: Messages = en;
