import { type Range, zoomed } from "./range";

interface Zoomable {
  preview: (range: Range) => void;
  momentAt: (clientX: number) => number;
}

interface Shown {
  range: Range;
  onRange: (range: Range, how: "choose" | "move") => void;
}

const WHEEL_STEP = 0.004;
const WHEEL_REST_MS = 200;

/** Two fingers, or the wheel while Ctrl is held (as a trackpad sends it), come closer or go off. */
export function followTouches(box: HTMLElement, plot: Zoomable, shown: () => Shown): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let fingers: { apart: number; about: number; from: Range } | null = null;
  let chosen: Range | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;

  const commit = (): void => {
    if (chosen) shown().onRange(chosen, "move");
    fingers = null;
    chosen = null;
  };
  const preview = (range: Range): void => {
    chosen = range;
    plot.preview(range);
  };
  box.addEventListener(
    "touchstart",
    (event) => {
      if (event.touches.length !== 2) return;
      const about = plot.momentAt(middleOf(event.touches));
      fingers = { apart: apartOf(event.touches), about, from: shown().range };
    },
    { signal, passive: true },
  );
  box.addEventListener(
    "touchmove",
    (event) => {
      if (!fingers || event.touches.length !== 2) return;
      event.preventDefault();
      const factor = fingers.apart / apartOf(event.touches);
      preview(zoomed(fingers.from, factor, fingers.about, Date.now()));
    },
    { signal, passive: false },
  );
  box.addEventListener("touchend", () => fingers && commit(), { signal, passive: true });
  box.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const range = chosen ?? shown().range;
      const factor = Math.exp(event.deltaY * WHEEL_STEP);
      preview(zoomed(range, factor, plot.momentAt(event.clientX), Date.now()));
      clearTimeout(rest);
      rest = setTimeout(commit, WHEEL_REST_MS);
    },
    { signal, passive: false },
  );
  return () => {
    clearTimeout(rest);
    ending.abort();
  };
}

const apartOf = ([one, other]: TouchList): number =>
  Math.max(20, Math.abs((one?.clientX ?? 0) - (other?.clientX ?? 0)));

const middleOf = ([one, other]: TouchList): number =>
  ((one?.clientX ?? 0) + (other?.clientX ?? 0)) / 2;
