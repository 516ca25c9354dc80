import type { Comparison, Learning } from "../../evaluate/comparison/comparison.js";
import { type Axis, axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import { chart, curve, dot, percent as place, spread } from "../charts/chart.js";
import type { Figures } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, figures, percent, seconds } from "../charts/numbers.js";

/** Panels of more feature sets would repeat one another. */
const MOST = 4;
const HEIGHT = 230;
/** Losses with a larger ratio are drawn on a log scale. */
const WIDE = 30;

/** Loss over updates, of every network that was trained. */
export function learningSection({ learning }: Comparison, figure: Figures): Html | undefined {
  const trained = learning.filter(({ history }) => history.length > 0);
  if (trained.length === 0) return undefined;
  const sets = [...new Set(trained.map(({ features }) => features))];
  const [first] = trained;
  const explained = explainedAtBest(first);
  const seeds = new Set(trained.map(({ seed }) => seed)).size;
  return html`<section id="learning" aria-labelledby="learning-title">
<h2 id="learning-title">How the network learned</h2>
${figure({
  title:
    explained === undefined
      ? `Training ended after ${count(lastUpdate(first))} updates (${first.stopped}).`
      : explained > 0
        ? `The network explains ${percent(explained, 0)} of the variance after ${count(first.bestUpdate)} updates.`
        : "The network explains no more than the mean does.",
  caption: `Loss (reconstruction error and added terms) over updates. The dot marks the weights that were kept.${trained.length > sets.length ? ` Faint lines are the other networks${seeds > 1 ? ` (${seeds} seeds)` : ""}.` : ""}`,
  chart: html`<div${sets.length > 1 && html` class="pair"`}>${sets.slice(0, MOST).map((features) =>
    lossPanel(
      features,
      trained.filter((one) => one.features === features),
      sets.length > 1,
    ),
  )}</div>`,
  table: {
    caption: "Every network",
    head: [
      "features",
      "resample",
      "seed",
      "weights",
      "updates",
      "kept",
      "explained variance",
      "train loss",
      "validation loss",
      "stopped",
      "took",
    ],
    rows: trained.map((one) => {
      const kept = atBest(one);
      return [
        setName(one.features),
        one.resample,
        one.seed,
        count(one.weights),
        count(lastUpdate(one)),
        count(one.bestUpdate),
        percent(kept?.explainedVariance),
        kept ? figures(kept.trainLoss) : "-",
        kept?.validationLoss === undefined ? "-" : figures(kept.validationLoss),
        one.stopped,
        seconds(one.seconds),
      ];
    }),
  },
})}</section>
`;
}

function lossPanel(features: string, runs: readonly Learning[], named: boolean): Html {
  const losses = runs.flatMap(({ history }) =>
    history.flatMap(({ trainLoss, validationLoss }) => [trainLoss, validationLoss ?? trainLoss]),
  );
  const [low, high] = [losses.reduce((a, b) => Math.min(a, b)), losses.reduce((a, b) => Math.max(a, b))];
  const log = low > 0 && high / low > WIDE;
  const x = axisOver([0, ...runs.map(lastUpdate)], "updates", { tight: true, format: count });
  const y = axisOver(log ? losses : [0, ...losses], log ? "loss, log scale" : "loss", { log });
  const [lead, ...others] = runs;
  const validated = lead.history.some(({ validationLoss }) => validationLoss !== undefined);
  const kept = atBest(lead);
  const marks: Html[] = others.flatMap(({ history }) => [
    curve(lossOf(history, "trainLoss"), x, y, "curve baseline faint"),
    ...(validated ? [curve(lossOf(history, "validationLoss"), x, y, "curve latent faint")] : []),
  ]);
  marks.push(curve(lossOf(lead.history, "trainLoss"), x, y, "curve baseline"));
  if (validated) marks.push(curve(lossOf(lead.history, "validationLoss"), x, y, "curve latent"));
  if (kept)
    marks.push(
      dot([kept.update, kept.validationLoss ?? kept.trainLoss], x, y, validated ? "full latent" : "full baseline", 4.5),
    );
  marks.push(...endLabels(lead, validated, x, y));
  return html`<div>${named && html`<h3>${setName(features)}</h3>`}${chart({
    x,
    y,
    size: { height: HEIGHT },
    right: 84,
    description: `Loss of ${features} over ${lastUpdate(lead)} updates, from ${figures(lead.history[0].trainLoss)} to ${figures(lead.history[lead.history.length - 1].trainLoss)} on training cases${validated && kept ? `; ${figures(kept.validationLoss ?? 0)} on validation cases where it was kept` : ""}.`,
    marks,
  })}</div>`;
}

function lossOf(history: Learning["history"], of: "trainLoss" | "validationLoss") {
  return history.map((entry): [number, number] | null => {
    const loss = entry[of];
    return loss === undefined ? null : [entry.update, loss];
  });
}

/** Names at the ends of the two lines, moved apart where they would touch. */
function endLabels({ history }: Learning, validated: boolean, x: Axis, y: Axis): Html[] {
  const last = history[history.length - 1];
  const ends: [string, string, number][] = [["training", "baseline", last.trainLoss]];
  if (validated && last.validationLoss !== undefined) ends.push(["validation", "latent", last.validationLoss]);
  const heights = spread(
    ends.map(([, , loss]) => HEIGHT * (1 - y.place(loss))),
    15,
    HEIGHT,
  );
  return ends.map(
    ([name, css], k) =>
      html`<text class="label ${css}" x="${place(x.place(last.update))}" y="${place(heights[k] / HEIGHT)}" dx="8" dy="0.32em">${name}</text>`,
  );
}

function lastUpdate({ history }: Learning): number {
  return history[history.length - 1].update;
}

/** The evaluation whose weights were kept, or the last before it. */
function atBest({ history, bestUpdate }: Learning) {
  return history.filter(({ update }) => update <= bestUpdate).at(-1) ?? history.at(-1);
}

function explainedAtBest(learning: Learning): number | undefined {
  const kept = atBest(learning);
  return kept && Number.isFinite(kept.explainedVariance) ? kept.explainedVariance : undefined;
}
