import type { Comparison, ReconstructedCase } from "../../evaluate/comparison/comparison.js";
import { axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import { chart, curve } from "../charts/chart.js";
import type { Figures } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, figures, plural } from "../charts/numbers.js";

/** The series with the worst and the best reconstruction, over the input. */
export function reconstructionsSection(comparison: Comparison, figure: Figures): Html | undefined {
  const { reconstructions, classNames } = comparison;
  if (!reconstructions) return undefined;
  const { features, cases, channels, worst, best } = reconstructions;
  if (worst.length + best.length === 0) return undefined;
  const drawn = Math.max(...[...worst, ...best].map((one) => one.channels.length));
  const ratio = worst.length > 0 && best.length > 0 && best[0].error > 0 ? worst[0].error / best[0].error : undefined;
  return html`<section id="reconstructions" aria-labelledby="reconstructions-title">
<h2 id="reconstructions-title">What the network keeps of a series</h2>
<p>The decoder rebuilds each series from the one vector that the encoder hands it. What is lost here, that vector does not hold; a read-out of all states may hold it still.</p>
${figure({
  title:
    ratio === undefined
      ? "Series and their reconstructions."
      : `The worst series has ${figures(ratio)} times the reconstruction error of the best.`,
  caption: html`The worst and the best of ${plural(cases, "test case")} in scaled units. All charts of the worst share one vertical axis, and so do all of the best. <span class="keys"><span class="key"><svg class="stroke-key" aria-hidden="true" focusable="false"><line class="curve given" x1="0" x2="100%" y1="50%" y2="50%"/></svg> input</span><span class="key"><svg class="stroke-key" aria-hidden="true" focusable="false"><line class="curve worse" x1="0" x2="100%" y1="50%" y2="50%"/></svg> <span>reconstructed by ${setName(features)}</span></span></span>${channels > drawn && ` Of ${channels} channels the ${drawn} with the largest error are shown.`}`,
  chart: html`${group("Worst", worst, classNames)}${group("Best", best, classNames)}`,
  table: {
    caption: "Mean squared error over observed values, scaled units",
    head: ["case", "class", "which", "steps", "error"],
    rows: [
      ...worst.map((one) => rowOf(one, "worst", classNames)),
      ...best.map((one) => rowOf(one, "best", classNames)),
    ],
    numbersFrom: 3,
  },
})}</section>
`;
}

function group(name: string, cases: readonly ReconstructedCase[], classNames: readonly string[]): Html | undefined {
  if (cases.length === 0) return undefined;
  const y = axisOver(
    cases.flatMap(({ channels }) =>
      channels.flatMap(({ given, made }) => [...given.filter((value) => value !== null), ...made]),
    ),
    "",
    { count: 3, tight: true },
  );
  return html`<h3>${name}</h3><div class="multiples">${cases.map(({ id, label, error, steps, channels }) => {
    const drawn = channels[0]?.given.length ?? 0;
    const x = axisOver([0, Math.max(1, drawn - 1)], "step", { count: 4, tight: true, format: count });
    return html`<div><p class="panel-title">${id} <small>${classNames[label] !== undefined && `class ${classNames[label]}, `}error ${figures(error)}${drawn < steps && `, the first ${count(drawn)} of ${plural(steps, "step")}`}</small></p>${channels.map(
      ({ name: channel, given, made }, k) =>
        chart({
          x: k === channels.length - 1 ? x : { ...x, label: "", ticks: [] },
          y: { ...y, label: channel },
          size: { height: channels.length > 1 ? 64 : 110 },
          right: 8,
          description: `${name} case ${id}, channel ${channel}: ${plural(steps, "step")}, input and reconstruction, mean squared error ${figures(error)}.`,
          marks: [curve(given.map(pointOf), x, y, "curve given"), curve(made.map(pointOf), x, y, "curve worse")],
        }),
    )}</div>`;
  })}</div>`;
}

const pointOf = (value: number | null, step: number): [number, number] | null =>
  value === null ? null : [step, value];

function rowOf({ id, label, error, steps }: ReconstructedCase, which: string, classNames: readonly string[]) {
  return [id, classNames[label] ?? "-", which, count(steps), figures(error)];
}
