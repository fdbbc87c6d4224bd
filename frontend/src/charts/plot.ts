import uPlot from "uplot";
import { numberLabels, timeLabels } from "./axis";
import {
  type ChartLimit,
  type ChartMoment,
  type ChartSpan,
  drawBars,
  drawFields,
  drawLimits,
  drawMoments,
} from "./marks";
import type { Range } from "./range";
import { type Drawn, dataOf, heightIn, layersOf, seriesOf } from "./series";
import { readTheme } from "./theme";

/** The room left of every plot, so that charts and lanes stand exactly above each other. */
export const GUTTER_PX = 60;
export const RIM_PX = 12;
const AXIS_PX = 30;
const ENOUGH_PX = 4;

export interface PlotContent {
  drawn: Drawn;
  range: Range;
  spans: readonly ChartSpan[];
  limits: readonly ChartLimit[];
  moments: readonly ChartMoment[];
}

export interface PlotHandlers {
  /** A stretch was drawn with the pointer. */
  onSelect: (range: Range) => void;
  /** The pointer stands over this place of the data, or over none. */
  onPoint: (u: uPlot, index: number | null) => void;
}

/** One chart on a canvas. New values are handed to it; it is made anew only for other layers. */
export class Plot {
  private u: uPlot;
  private theme = readTheme();
  private layers: string;

  constructor(
    private readonly box: HTMLElement,
    private content: PlotContent,
    private readonly handlers: PlotHandlers,
    private readonly group: string,
    private size: { width: number; height: number },
  ) {
    this.layers = layersOf(content.drawn);
    this.u = this.make();
  }

  show(content: PlotContent): void {
    this.content = content;
    const layers = layersOf(content.drawn);
    if (layers !== this.layers) {
      this.layers = layers;
      this.u.destroy();
      this.u = this.make();
      return;
    }
    this.u.batch(() => {
      this.u.setData(dataOf(content.drawn), false);
      this.u.setScale("x", { min: content.range.fromMs, max: content.range.toMs });
    });
  }

  /** For as long as two fingers move; what they leave stands in the address. */
  preview({ fromMs, toMs }: Range): void {
    this.u.setScale("x", { min: fromMs, max: toMs });
  }

  /** The moment under a place on the screen. */
  momentAt(clientX: number): number {
    return this.u.posToVal(clientX - this.u.over.getBoundingClientRect().left, "x");
  }

  resize(width: number, height: number): void {
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    this.u.setSize(this.size);
  }

  recolour(): void {
    this.theme = readTheme();
    this.u.redraw(false, false);
  }

  destroy(): void {
    this.u.destroy();
  }

  private make(): uPlot {
    const { drawn, range } = this.content;
    const theme = () => this.theme;
    const u = new uPlot(
      {
        ...this.size,
        ...seriesOf(drawn, theme),
        ms: 1,
        legend: { show: false },
        padding: [8, RIM_PX, 0, 0],
        scales: {
          x: { time: true, auto: false, min: range.fromMs, max: range.toMs },
          y: { range: (u) => this.height(u) },
        },
        axes: this.axes(),
        cursor: {
          sync: { key: this.group, scales: ["x", null] },
          drag: { x: true, y: false, setScale: false },
          points: { show: false },
          y: false,
        },
        hooks: {
          drawClear: [(u) => drawFields(u, this.content.spans, this.theme)],
          draw: [
            (u) => drawLimits(u, this.content.limits, this.theme),
            (u) => drawMoments(u, this.content.moments, this.theme),
            (u) => drawBars(u, this.content.spans, this.theme),
          ],
          setSelect: [(u) => this.selected(u)],
          setCursor: [(u) => this.handlers.onPoint(u, u.cursor.idx ?? null)],
        },
      },
      dataOf(drawn),
      this.box,
    );
    return u;
  }

  private height(u: uPlot): [number, number] {
    const { min, max } = u.scales.x ?? {};
    const lines = this.content.limits.map(({ value }) => value);
    const { range } = this.content;
    return heightIn(u.data, min ?? range.fromMs, max ?? range.toMs, lines);
  }

  private axes(): uPlot.Axis[] {
    const paint = {
      stroke: () => this.theme.muted,
      font: this.theme.font,
      grid: { stroke: () => this.theme.line, width: 1 },
      ticks: { show: false },
    };
    return [
      {
        ...paint,
        size: AXIS_PX,
        space: 78,
        values: (_, moments, _axis, _space, step) => timeLabels(moments, step),
      },
      { ...paint, size: GUTTER_PX, space: 36, values: (_, numbers) => numberLabels(numbers) },
    ];
  }

  private selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width > ENOUGH_PX) {
      this.handlers.onSelect({
        fromMs: u.posToVal(left, "x"),
        toMs: u.posToVal(left + width, "x"),
      });
    }
    if (width > 0) u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}
