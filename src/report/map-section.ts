import type { Comparison, LatentMap } from "../evaluate/comparison.js";
import { type Axis, axisOver } from "./axis.js";
import { chart, label, lookOf, percent as place } from "./chart.js";
import type { Figures } from "./figure.js";
import { type Html, html } from "./html.js";
import { count, fixed, percent } from "./numbers.js";

/** Width to height, as the cases lie; both directions have the same scale, so that distances may be compared. */
const [NARROWEST, WIDEST] = [1.2, 2.2];
/** More names than this hide the cases. */
const NAMED = 12;

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
  title: `${count(map.points.length)} test cases by their latents: cases that stand together look alike to the network.`,
  caption: html`The first two principal components of ${map.features}, fitted on training cases; together they hold ${percent(map.explained[0] + map.explained[1], 0)} of the variance, so classes that overlap here may still be told apart. <span class="keys">${classes.map(
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
      ...(classes.length <= NAMED
        ? classes.map(({ name, c }) => label(name, middles.get(c)!, x, y, "middle halo"))
        : []),
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

function endsOf(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function middleOf(points: LatentMap["points"]): [number, number] {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  return [median(points.map((point) => point.x)), median(points.map((point) => point.y))];
}
