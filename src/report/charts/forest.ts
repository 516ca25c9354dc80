import type { Axis } from "./axis.js";
import { LETTER, percent } from "./chart.js";
import { type Html, html } from "./html.js";

/** A figure with its interval, on a line of its own. */
export interface ForestLine {
  value: number;
  low: number;
  high: number;
  text: string;
  /** Colour: a role or "worse". */
  tone: string;
  /** The line that matters most: bold. */
  strong?: boolean;
  /** Drawn hollow: nothing is shown. */
  open?: boolean;
  /** A wider interval from another method, drawn thin. */
  outer?: { low: number; high: number };
  /** Single results behind the figure, as small strokes. */
  strokes?: readonly number[];
}

export interface ForestGroup {
  /** A heading above this group. */
  heading?: string;
  name: string | Html;
  note: string;
  lines: readonly ForestLine[];
}

const LINE = 23; // CSS pixels a line
const TALL = 38; // where the text stands above its interval
const NARROW = 310; // a frame on a phone; texts must have room in it

/**
 * Figures with intervals, one below the other, names beside them, or above them on a narrow page.
 * @param reference a value to compare with, drawn as an upright line; its text stands at the foot
 */
export function forest(
  axis: Axis,
  groups: readonly ForestGroup[],
  description: string,
  reference?: { value: number; text?: string; solid?: boolean },
): Html {
  const at = (value: number) => percent(axis.place(value));
  const grid = axis.ticks.map(
    ({ value }) => html`<line class="grid" x1="${at(value)}" x2="${at(value)}" y1="0" y2="100%"/>`,
  );
  const rule =
    reference &&
    html`<line class="${reference.solid ? "zero" : "reference"}" x1="${at(reference.value)}" x2="${at(reference.value)}" y1="0" y2="100%"/>`;
  const rows = groups.map(({ heading, name, note, lines }) => {
    let y = 6;
    const drawn = lines.map((line) => {
      const beside = sideOf(axis, line);
      y += beside === "above" ? TALL : LINE;
      return lineOf(line, beside, y - LINE / 2, at, axis);
    });
    return html`${heading && html`<p class="forest-heading">${heading}</p>`}<div class="forest-row"><p class="forest-name">${name} <small>${note}</small></p><div class="lane" style="min-height: ${y + 6}px"><svg>${grid}${rule}${drawn}</svg></div></div>`;
  });
  const foot = axis.ticks.map(
    ({ value, text }) => html`<text class="tick middle" x="${at(value)}" y="14">${text}</text>`,
  );
  const name =
    reference?.text &&
    html`<text class="tick ${axis.place(reference.value) < 0.5 ? "" : "end"}" x="${at(reference.value)}" y="52">${reference.text}</text><line class="${reference.solid ? "zero" : "reference"}" x1="${at(reference.value)}" x2="${at(reference.value)}" y1="20" y2="40"/>`;
  return html`<div class="forest" role="img" aria-label="${description}">${rows}<div class="forest-row forest-foot"><p class="forest-name"></p><div class="lane" style="min-height: ${reference?.text ? 58 : 38}px"><svg>${foot}<text class="axis end" x="100%" y="33">${axis.label}</text>${name}</svg></div></div></div>`;
}

/** Where the text of a line has room. */
function sideOf(axis: Axis, { text, ...line }: ForestLine): "left" | "right" | "above" {
  const { low, high } = endsOf(line);
  const left = axis.place(low);
  const right = 1 - axis.place(high);
  return Math.max(left, right) * NARROW < LETTER * text.length + 12 ? "above" : right >= left ? "right" : "left";
}

/** The ends of all that is drawn of a line. */
function endsOf({ low, high, outer }: Pick<ForestLine, "low" | "high" | "outer">) {
  return { low: Math.min(low, outer?.low ?? low), high: Math.max(high, outer?.high ?? high) };
}

function lineOf(
  line: ForestLine,
  side: "left" | "right" | "above",
  y: number,
  at: (value: number) => string,
  axis: Axis,
): Html {
  const { value, low, high, text, tone, strong, open, outer, strokes = [] } = line;
  const ends = endsOf(line);
  const css = `${tone}${strong ? " strong" : ""}`;
  const place = axis.place(value);
  const half = (LETTER * text.length) / 2 / NARROW;
  const words =
    side === "right"
      ? html`<text class="label" x="${at(ends.high)}" y="${y}" dx="9" dy="0.34em">${text}</text>`
      : side === "left"
        ? html`<text class="label end" x="${at(ends.low)}" y="${y}" dx="-9" dy="0.34em">${text}</text>`
        : html`<text class="label ${place > 1 - half ? "end" : place < half ? "" : "middle"}" x="${at(value)}" y="${y}" dy="-0.9em">${text}</text>`;
  return html`<g class="${css}">${outer && html`<line class="outer" x1="${at(outer.low)}" x2="${at(outer.high)}" y1="${y}" y2="${y}"/>`}<line class="interval" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/>${strokes.map(
    (stroke) => html`<line class="stroke" x1="${at(stroke)}" x2="${at(stroke)}" y1="${y - 6}" y2="${y + 6}"/>`,
  )}<circle class="${open ? "open" : "full"}" cx="${at(value)}" cy="${y}" r="${strong ? 5.5 : 4.5}"/>${words}</g>`;
}
