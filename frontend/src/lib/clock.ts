import { createContext, useContext } from "react";
import { formatDateTime, formatShortDateTime } from "@/lib/format";

/** How moments are written on a page: all of them by one clock. */
export interface Clock {
  dateTime: (at: string) => string;
  shortDateTime: (at: string) => string;
}

/** The reader's own. */
const HERE: Clock = { dateTime: formatDateTime, shortDateTime: formatShortDateTime };

/** The clock on the wall of a site, of 24 hours as in the words of the server; the reader's own where the browser does not know the timezone. */
export function clockAt(timeZone: string): Clock {
  try {
    const whole = new Intl.DateTimeFormat(undefined, {
      dateStyle: "medium",
      timeStyle: "medium",
      hourCycle: "h23",
      timeZone,
    });
    const short = new Intl.DateTimeFormat(undefined, {
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone,
    });
    return {
      dateTime: (at) => whole.format(new Date(at)),
      shortDateTime: (at) => short.format(new Date(at)),
    };
  } catch {
    return HERE;
  }
}

export const ClockContext = createContext<Clock>(HERE);
export const useClock = (): Clock => useContext(ClockContext);
