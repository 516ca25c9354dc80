import {
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
  symbolWye,
} from "d3-shape";
import type { Axis } from "./axis.js";
import { type Html, html } from "./html.js";

/**
 * Charts without a script that fit any width: places are per cent of the frame, text keeps its size, and lines are
 * stretched to the frame but not in their thickness. What stands outside the frame lies in the padding around it.
 */
export interface ChartOptions {
  x: Axis;
  y: Axis;
  /** What a reader who cannot see the chart should know. */
  description: string;
  marks: Html | readonly Html[];
  /** CSS pixels, or the width to height ratio. */
  size: { height: number } | { ratio: number };
  /** Room beside the frame for labels of lines, CSS pixels. */
  right?: number;
  grid?: "across" | "both";
}

/** CSS pixels of a figure in the charts' font. */
export const LETTER = 7;

export function chart({ x, y, description, marks, size, right = 18, grid = "across" }: ChartOptions): Html {
  const left = 16 + LETTER * Math.max(2, ...y.ticks.map(({ text }) => text.length));
  const shape = "height" in size ? `height: ${size.height}px` : `aspect-ratio: ${size.ratio}`;
  const across = y.ticks.map(({ value, text }) => {
    const at = percent(1 - y.place(value));
    return html`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="tick end" x="0" y="${at}" dx="-8" dy="0.32em">${text}</text>`;
  });
  const along = x.ticks.map(({ value, text }) => {
    const at = percent(x.place(value));
    return html`${grid === "both" && html`<line class="grid" x1="${at}" x2="${at}" y1="0" y2="100%"/>`}<text class="tick middle" x="${at}" y="100%" dy="1.5em">${text}</text>`;
  });
  return html`<div class="chart" style="padding-left: ${left}px; padding-right: ${right}px"><svg style="${shape}" role="img" aria-label="${description}"><text class="axis" x="0" y="0" dx="${4 - left}" dy="-0.9em">${y.label}</text>${across}${along}<line class="foot" x1="0" x2="100%" y1="100%" y2="100%"/><text class="axis end" x="100%" y="100%" dy="3.1em">${x.label}</text>${marks}</svg></div>`;
}

/** A share of 1 as a place. */
export function percent(share: number): string {
  return `${Math.round(share * 1e4) / 100}%`;
}

/** A line through points; null breaks it. */
export function curve(points: readonly (readonly [number, number] | null)[], x: Axis, y: Axis, css: string): Html {
  const path = line<readonly [number, number] | null>()
    .defined((point) => point !== null && Number.isFinite(point[0]) && Number.isFinite(point[1]))
    .x((point) => 1000 * x.place(point![0]))
    .y((point) => 1000 * (1 - y.place(point![1])))
    .digits(1)(points as never);
  return html`<svg class="stretch" viewBox="0 0 1000 1000" preserveAspectRatio="none" x="0" y="0" width="100%" height="100%"><path class="${css}" d="${path ?? ""}"/></svg>`;
}

/** Text at a place in the frame, with a rim of paper so that it can be read on top of marks. */
export function label(
  text: string,
  at: readonly [number, number],
  x: Axis,
  y: Axis,
  css = "",
  dx = 0,
  dy = "0.32em",
): Html {
  return html`<text class="label ${css}" x="${percent(x.place(at[0]))}" y="${percent(1 - y.place(at[1]))}" dx="${dx}" dy="${dy}">${text}</text>`;
}

/** A round mark. */
export function dot(at: readonly [number, number], x: Axis, y: Axis, css: string, radius = 4): Html {
  return html`<circle class="${css}" cx="${percent(x.place(at[0]))}" cy="${percent(1 - y.place(at[1]))}" r="${radius}"/>`;
}

const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolWye];
/** 8 colours and 6 shapes: 24 pairs before one comes again, 48 with the shift. */
const COLOURS = 8;

/** The look of a class: its colour and the shape of its mark. */
export function lookOf(c: number): { colour: string; symbol: string } {
  return { colour: `class-${c % COLOURS}`, symbol: `mark-${(c + Math.floor(c / 24)) % SYMBOLS.length}` };
}

/** The shapes that `<use>` refers to, once a page. */
export function symbols(): Html {
  const paths = SYMBOLS.map((type, k) => html`<path id="mark-${k}" d="${symbol(type, 34).digits(2)() ?? ""}"/>`);
  return html`<svg class="away" aria-hidden="true" focusable="false" width="0" height="0"><defs>${paths}</defs></svg>`;
}

/** Moves labels, given as heights in a frame of `height` pixels, apart so that each has `gap`; order is kept. */
export function spread(heights: readonly number[], gap: number, height: number): number[] {
  const order = heights.map((_, k) => k).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  for (let k = 1; k < order.length; k++) placed[order[k]] = Math.max(placed[order[k]], placed[order[k - 1]] + gap);
  const over = order.length > 0 ? placed[order[order.length - 1]] - height : 0;
  if (over > 0) {
    placed[order[order.length - 1]] -= over;
    for (let k = order.length - 2; k >= 0; k--)
      placed[order[k]] = Math.min(placed[order[k]], placed[order[k + 1]] - gap);
  }
  return placed;
}
