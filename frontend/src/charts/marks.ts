import type uPlot from "uplot";
import { faint, type Theme } from "./theme";

export type MarkTone = "warn" | "critical" | "unknown";

/** A stretch of time that is told of: a bar along the top with its words, and a soft field. */
export interface ChartSpan {
  fromMs: number;
  /** null: it goes on */
  toMs: number | null;
  words: string;
  tone: MarkTone;
}

/** A value that must not be passed. */
export interface ChartLimit {
  value: number;
  words: string;
  tone: MarkTone;
}

/** A moment, as a line from top to bottom with a small flag. */
export interface ChartMoment {
  atMs: number;
  tone: MarkTone;
}

const BAR_PX = 4;
const LINE_PX = 14;

interface Plot {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const plotOf = ({ bbox }: uPlot): Plot => ({
  left: bbox.left,
  top: bbox.top,
  right: bbox.left + bbox.width,
  bottom: bbox.top + bbox.height,
});

/** Where a span stands in the plot, or null where it is out of sight. */
function sightOf(u: uPlot, { fromMs, toMs }: ChartSpan): { from: number; width: number } | null {
  const plot = plotOf(u);
  const from = Math.max(plot.left, u.valToPos(fromMs, "x", true));
  const to = toMs === null ? plot.right : Math.min(plot.right, u.valToPos(toMs, "x", true));
  if (to < plot.left || from > plot.right) return null;
  return { from, width: Math.max(2 * devicePixelRatio, to - from) };
}

/** Below everything else. */
export function drawFields(u: uPlot, spans: readonly ChartSpan[], theme: Theme): void {
  const { ctx } = u;
  const plot = plotOf(u);
  for (const span of spans) {
    const sight = sightOf(u, span);
    if (!sight) continue;
    ctx.fillStyle = faint(theme[span.tone], 12);
    ctx.fillRect(sight.from, plot.top, sight.width, plot.bottom - plot.top);
  }
}

/** Above everything else; words only where those before leave room. */
export function drawBars(u: uPlot, spans: readonly ChartSpan[], theme: Theme): void {
  const { ctx } = u;
  const plot = plotOf(u);
  const ratio = devicePixelRatio;
  let written = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    const sight = sightOf(u, span);
    if (!sight) continue;
    ctx.fillStyle = theme[span.tone];
    ctx.fillRect(sight.from, plot.top, sight.width, BAR_PX * ratio);
    if (sight.from < written) continue;
    const y = plot.top + 16 * ratio;
    written = sight.from + write(u, span.words, sight.from + 3 * ratio, y, theme[span.tone], theme);
  }
}

/** The width it took; nothing is written where it would reach beyond the edge. */
function write(u: uPlot, words: string, x: number, y: number, colour: string, theme: Theme) {
  const { ctx } = u;
  ctx.font = scaledFont(theme);
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const width = ctx.measureText(words).width;
  const at = Math.min(x, plotOf(u).right - width - 3 * devicePixelRatio);
  if (at < plotOf(u).left) return 0;
  ctx.lineWidth = 3 * devicePixelRatio;
  ctx.strokeStyle = theme.surface;
  ctx.lineJoin = "round";
  ctx.strokeText(words, at, y);
  ctx.fillStyle = colour;
  ctx.fillText(words, at, y);
  return width + 8 * devicePixelRatio;
}

const scaledFont = ({ font }: Theme): string =>
  font.replace(/^[\d.]+px/, (size) => `${Number.parseFloat(size) * 0.92 * devicePixelRatio}px`);

export function drawLimits(u: uPlot, limits: readonly ChartLimit[], theme: Theme): void {
  const { ctx } = u;
  const plot = plotOf(u);
  const ratio = devicePixelRatio;
  let [besideX, besideY] = [plot.left, Number.NEGATIVE_INFINITY];
  for (const { value, words, tone } of limits) {
    const y = u.valToPos(value, "y", true);
    if (y < plot.top || y > plot.bottom) continue;
    line(ctx, [plot.left, y, plot.right, y], theme[tone], [7 * ratio, 4 * ratio]);
    // Where two lines lie close together their words stand side by side.
    const x = Math.abs(y - besideY) < LINE_PX * ratio ? besideX : plot.left;
    const above = y - 4 * ratio > plot.top + LINE_PX * ratio;
    const at = above ? y - 4 * ratio : y + 12 * ratio;
    besideX = x + write(u, words, x + 4 * ratio, at, theme[tone], theme);
    besideY = y;
  }
}

export function drawMoments(u: uPlot, moments: readonly ChartMoment[], theme: Theme): void {
  const { ctx } = u;
  const plot = plotOf(u);
  const ratio = devicePixelRatio;
  for (const { atMs, tone } of moments) {
    const x = u.valToPos(atMs, "x", true);
    if (x < plot.left || x > plot.right) continue;
    line(ctx, [x, plot.top, x, plot.bottom], theme[tone], [2 * ratio, 3 * ratio]);
    ctx.fillStyle = theme[tone];
    ctx.beginPath();
    ctx.moveTo(x, plot.bottom - 9 * ratio);
    ctx.lineTo(x + 5 * ratio, plot.bottom);
    ctx.lineTo(x - 5 * ratio, plot.bottom);
    ctx.fill();
  }
}

function line(
  ctx: CanvasRenderingContext2D,
  [x0, y0, x1, y1]: [number, number, number, number],
  colour: string,
  dash: number[],
): void {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.25 * devicePixelRatio;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
  ctx.restore();
}
