import type { Comparison, ReconstructedCase } from "../evaluate/comparison.js";
import { axisOver } from "./axis.js";
import { chart, curve } from "./chart.js";
import type { Figures } from "./figure.js";
import { type Html, html } from "./html.js";
import { count, figures, plural } from "./numbers.js";

/** Channels of a case that are drawn, those with most error first. */
const MOST_CHANNELS = 3;
const MOST_CASES = 6;

/** The series that the decoder rebuilt worst and best, over what was given. */
export function reconstructionsSection(comparison: Comparison, figure: Figures): Html | undefined {
  const { reconstructions, classNames } = comparison;
  if (!reconstructions) return undefined;
  const { features } = reconstructions;
  const [worst, best] = [
    reconstructions.worst.slice(0, MOST_CASES),
    reconstructions.best.slice(0, MOST_CASES),
  ];
  if (worst.length + best.length === 0) return undefined;
  const channels = Math.max(...[...worst, ...best].map((one) => one.channels.length));
  const ratio =
    worst.length > 0 && best.length > 0 && best[0].error > 0 ? worst[0].error / best[0].error : undefined;
  return html`<section id="reconstructions" aria-labelledby="reconstructions-title">
<h2 id="reconstructions-title">What the network keeps of a series</h2>
<p>The decoder rebuilds each series from its latents alone. What it cannot rebuild, the latents do not hold.</p>
${figure({
  title:
    ratio === undefined
      ? "Series as they were, and as they were rebuilt."
      : `The worst series is rebuilt with ${figures(ratio)} times the error of the best.`,
  caption: html`Test cases, in scaled units; the upright axis is shared within each row of charts. <span class="keys"><span class="key"><svg class="stroke-key" aria-hidden="true" focusable="false"><line class="curve given" x1="0" x2="100%" y1="50%" y2="50%"/></svg> as given</span><span class="key"><svg class="stroke-key" aria-hidden="true" focusable="false"><line class="curve worse" x1="0" x2="100%" y1="50%" y2="50%"/></svg> rebuilt from ${features}</span></span>${channels > MOST_CHANNELS && ` Of ${channels} channels, the ${MOST_CHANNELS} with most error.`}`,
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

function group(
  name: string,
  cases: readonly ReconstructedCase[],
  classNames: readonly string[],
): Html | undefined {
  if (cases.length === 0) return undefined;
  const shown = cases.map((one) => ({ ...one, channels: mostError(one.channels) }));
  const y = axisOver(
    shown.flatMap(({ channels }) =>
      channels.flatMap(({ given, made }) => [...given.filter((value) => value !== null), ...made]),
    ),
    "",
    { count: 3, tight: true },
  );
  return html`<h3>${name}</h3><div class="multiples">${shown.map(({ id, label, error, channels }) => {
    const steps = channels[0]?.given.length ?? 0;
    const x = axisOver([0, Math.max(1, steps - 1)], "step", { count: 4, tight: true, format: count });
    return html`<div><p class="panel-title">${id} <small>${classNames[label] !== undefined && `class ${classNames[label]}, `}error ${figures(error)}</small></p>${channels.map(
      ({ name: channel, given, made }, k) =>
        chart({
          x: k === channels.length - 1 ? x : { ...x, label: "", ticks: [] },
          y: { ...y, label: channel },
          size: { height: channels.length > 1 ? 64 : 110 },
          right: 8,
          description: `${name} case ${id}, channel ${channel}: ${plural(steps, "step")}, given and rebuilt, mean squared error ${figures(error)}.`,
          marks: [
            curve(given.map(pointOf), x, y, "curve given"),
            curve(made.map(pointOf), x, y, "curve worse"),
          ],
        }),
    )}</div>`;
  })}</div>`;
}

const pointOf = (value: number | null, step: number): [number, number] | null =>
  value === null ? null : [step, value];

function mostError(channels: ReconstructedCase["channels"]): ReconstructedCase["channels"] {
  const error = ({ given, made }: (typeof channels)[number]) =>
    given.reduce((sum: number, value, t) => sum + (value === null ? 0 : (value - made[t]) ** 2), 0);
  return [...channels].sort((a, b) => error(b) - error(a)).slice(0, MOST_CHANNELS);
}

function rowOf(
  { id, label, error, channels }: ReconstructedCase,
  which: string,
  classNames: readonly string[],
) {
  return [id, classNames[label] ?? "-", which, count(channels[0]?.given.length ?? 0), figures(error)];
}
