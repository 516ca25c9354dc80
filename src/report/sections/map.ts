import type { Comparison, LatentMap } from "../../evaluate/comparison/comparison.js";
import { type Axis, axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import { chart, lookOf, percent as place } from "../charts/chart.js";
import type { Figures } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, fixed, percent } from "../charts/numbers.js";

/** Width to height, as the cases lie; both directions have the same scale, so that distances may be compared. */
const [NARROWEST, WIDEST] = [1.2, 2.2];
/** More names would hide the cases. */
const NAMED = 12;
/** Share of the frame in which two names would touch. */
const NEAR = 0.07;

/** Latents of test cases in two dimensions, by class. */
export function mapSection({ map, classNames }: Comparison, figure: Figures): Html | undefined {
  if (!map || map.points.length === 0) return undefined;
  const classes = classNames
    .map((name, c) => ({ name, c, points: map.points.filter((point) => point.label === c) }))
    .filter(({ points }) => points.length > 0);
  const { x, y, ratio } = axesOf(map);
  const drawn = [...classes].sort((a, b) => b.points.length - a.points.length); // rare classes on top
  const middles = new Map(classes.map(({ c, points }) => [c, middleOf(points)]));
  return html`<section id="map" aria-labelledby="map-title">
<h2 id="map-title">Where the latents put each case</h2>
${figure({
  title: `${count(map.points.length)} test cases by their latents: cases close together have similar latents.`,
  caption: html`The first two principal components of ${setName(map.features)}, fitted on training cases; together they hold ${percent(map.explained[0] + map.explained[1], 0)} of the variance, so classes that overlap here may still be separable. <span class="keys">${classes.map(
    ({ name, c, points }) => {
      const look = lookOf(c);
      return html`<span class="key"><svg class="mark-key ${look.colour}" viewBox="-6 -6 12 12" aria-hidden="true" focusable="false"><use href="#${look.symbol}"/></svg> ${name} <small>${count(points.length)}</small></span>`;
    },
  )}</span>`,
  chart: chart({
    x,
    y,
    size: { ratio },
    grid: "both",
    description: `Scatter of ${map.points.length} test cases over two principal components. ${classes
      .map(
        ({ name, c, points }) =>
          `Class ${name}, ${points.length} cases, around ${middles
            .get(c)!
            .map((value) => fixed(value, 1))
            .join(" and ")}.`,
      )
      .join(" ")}`,
    marks: [
      ...drawn.map(({ c, points }) => {
        const look = lookOf(c);
        return html`<g class="points ${look.colour}">${points.map(
          (point) =>
            html`<use href="#${look.symbol}" x="${place(x.place(point.x))}" y="${place(1 - y.place(point.y))}"/>`,
        )}</g>`;
      }),
      ...(classes.length <= NAMED ? namesOf(classes, middles, x, y) : []),
    ],
  }),
  table: {
    caption: "Medians of the classes",
    head: ["class", "cases", "first component", "second component"],
    rows: classes.map(({ name, c, points }) => [
      name,
      count(points.length),
      ...middles.get(c)!.map((value) => fixed(value, 2)),
    ]),
  },
})}</section>
`;
}

/** Axes of one scale around all points. */
function axesOf({ points, explained }: LatentMap): { x: Axis; y: Axis; ratio: number } {
  const [left, right] = endsOf(points.map((point) => point.x));
  const [low, high] = endsOf(points.map((point) => point.y));
  const [across, up] = [Math.max(right - left, 1e-9), Math.max(high - low, 1e-9)];
  const ratio = Math.round(100 * Math.min(WIDEST, Math.max(NARROWEST, across / up))) / 100;
  const height = 1.06 * Math.max(up, across / ratio);
  const around = (a: number, b: number, size: number) => [(a + b - size) / 2, (a + b + size) / 2];
  const name = (which: string, share: number) => `${which} component, ${percent(share, 0)} of the variance`;
  return {
    x: axisOver(around(left, right, ratio * height), name("first", explained[0]), { tight: true }),
    y: axisOver(around(low, high, height), name("second", explained[1]), { tight: true }),
    ratio,
  };
}

/** Names at the middles of the classes; one that would lie on another stands above it. */
function namesOf(
  classes: readonly { name: string; c: number }[],
  middles: ReadonlyMap<number, [number, number]>,
  x: Axis,
  y: Axis,
): Html[] {
  const taken: [number, number][] = [];
  return classes.map(({ name, c }) => {
    const middle = middles.get(c)!;
    const [left, start] = [x.place(middle[0]), y.place(middle[1])];
    let up = start;
    while (taken.some(([a, b]) => Math.abs(a - left) < NEAR && Math.abs(b - up) < NEAR)) up += NEAR;
    taken.push([left, up]);
    return html`<text class="label middle halo" x="${place(left)}" y="${place(1 - up)}" dy="0.32em">${name}</text>`;
  });
}

function endsOf(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function middleOf(points: LatentMap["points"]): [number, number] {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return [median(points.map((point) => point.x)), median(points.map((point) => point.y))];
}
