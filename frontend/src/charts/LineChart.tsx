import { type KeyboardEvent, useEffect, useRef } from "react";
import type uPlot from "uplot";
import { cx } from "@/ui/cx";
import "./charts.css";
import { Plot, type PlotContent } from "./plot";
import { moved, type Range, zoomed } from "./range";
import { followTouches } from "./touch";

const STEP = 0.25;
const CLOSER = 0.5;

interface LineChartProps extends PlotContent {
  /** Read instead of the picture. */
  label: string;
  describedBy: string;
  /** Charts of one group show the same moment under the pointer. */
  group: string;
  className?: string;
  onRange: (range: Range, how: "choose" | "move") => void;
  onReset: () => void;
  onPoint: (u: uPlot, index: number | null) => void;
}

/** Values over time: drag, keys or two fingers choose the stretch. */
export function LineChart(props: LineChartProps) {
  const { label, describedBy, className } = props;
  const box = useRef<HTMLDivElement>(null);
  usePlot(box, props);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart that is moved by keys is no fieldset
    <div
      ref={box}
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard moves and zooms it
      tabIndex={0}
      aria-label={label}
      aria-describedby={describedBy}
      aria-keyshortcuts="ArrowLeft ArrowRight + - 0"
      onKeyDown={(event) => onKey(event, props)}
      className={cx("min-w-0 rounded-md", className)}
    />
  );
}

function onKey(event: KeyboardEvent, { range, onRange, onReset }: LineChartProps): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const nowMs = Date.now();
  const middle = (range.fromMs + range.toMs) / 2;
  if (event.key === "ArrowLeft") onRange(moved(range, -STEP, nowMs), "move");
  else if (event.key === "ArrowRight") onRange(moved(range, STEP, nowMs), "move");
  else if (event.key === "+" || event.key === "=") {
    onRange(zoomed(range, CLOSER, middle, nowMs), "move");
  } else if (event.key === "-") onRange(zoomed(range, 1 / CLOSER, middle, nowMs), "move");
  else if (event.key === "0" || event.key === "Escape") onReset();
  else return;
  event.preventDefault();
}

function usePlot(box: React.RefObject<HTMLDivElement | null>, props: LineChartProps): void {
  const { drawn, range, spans, limits, moments, group } = props;
  const plot = useRef<Plot | null>(null);
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new Plot(
      element,
      newest.current,
      {
        onSelect: (chosen) => newest.current.onRange(chosen, "choose"),
        onPoint: (u, index) => newest.current.onPoint(u, index),
      },
      group,
      { width: element.clientWidth || 600, height: element.clientHeight || 200 },
    );
    plot.current = made;
    const size = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
    size.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => made.recolour();
    dark.addEventListener("change", recolour);
    const unfollow = followTouches(element, made, () => newest.current);
    return () => {
      size.disconnect();
      dark.removeEventListener("change", recolour);
      unfollow();
      plot.current = null;
      made.destroy();
    };
  }, [box, group]);

  useEffect(() => {
    plot.current?.show({ drawn, range, spans, limits, moments });
  }, [drawn, range, spans, limits, moments]);
}
