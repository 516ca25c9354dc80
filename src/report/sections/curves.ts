import type { Comparison, ComparisonRow, Curves } from "../../evaluate/comparison/comparison.js";
import { axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import { chart, curve, dot, label } from "../charts/chart.js";
import type { Figures } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { fixed, percent } from "../charts/numbers.js";
import { bestOf, bySet, capital, isChoice, positiveClass } from "./words.js";

/** A chart with more lines is hard to read. */
const MOST = 6;
type Drawn = ComparisonRow & { curves: Curves };

/** Precision over recall, and ROC, of the best classifier of each feature set. */
export function curvesSection(comparison: Comparison, figure: Figures): Html | undefined {
  const rows = chosenRows(comparison);
  if (rows.length === 0) return undefined;
  const positive = positiveClass(comparison);
  const strokes = strokesOf(rows);
  const first = bestOf(rows, "average-precision")!;
  const thresholds = rows.some((row) => row.curves.atThreshold);
  const guess = prevalence(rows[0]);
  return html`<section id="curves" aria-labelledby="curves-title">
<h2 id="curves-title">Every threshold at once</h2>
<p>A classifier gives scores; a threshold turns them into alarms for class "${positive}". The first chart shows the share of alarms that are right, the second the share of the others with a false alarm. ${thresholds ? "Dots are the thresholds, chosen on training cases and then frozen." : ""}</p>
${figure({
  title: html`${setName(capital(first.features))} with ${first.classifier} has the highest average precision, ${fixed(first.metrics.averagePrecision ?? 0, 3)}.`,
  caption: html`Class "${positive}", the best classifier of each feature set${first.bySeed.length > 1 ? ", first network seed" : ""}. Higher is better in both panels. <span class="keys">${rows.map((row, k) => key(row, strokes[k]))}</span>`,
  chart: html`<div class="pair">${panel(rows, {
    name: "Precision and recall",
    axes: ["recall: share found", "precision: alarms that are right"],
    curve: "precisionRecall",
    chance: [
      [0, guess],
      [1, guess],
    ],
    words: (row) => `Average precision of ${row.features}: ${fixed(row.metrics.averagePrecision ?? 0, 3)}.`,
  })}${panel(rows, {
    name: "ROC",
    axes: ["others with a false alarm", "recall: share found"],
    curve: "roc",
    chance: [
      [0, 0],
      [1, 1],
    ],
    words: (row) => `Area of ${row.features}: ${fixed(row.metrics.rocAuc ?? 0, 3)}.`,
  })}</div>`,
  table: {
    caption: "Precision at steps of recall",
    head: ["features", "classifier", "average precision", "ROC AUC", ...RECALLS.map((recall) => `at ${share(recall)}`)],
    rows: rows.map((row) => [
      setName(row.features),
      row.classifier,
      fixed(row.metrics.averagePrecision ?? 0, 3),
      fixed(row.metrics.rocAuc ?? 0, 3),
      ...RECALLS.map((recall) => percent(precisionAt(row.curves, recall))),
    ]),
    numbersFrom: 2,
  },
})}</section>
`;
}

const share = (value: number) => `${Math.round(100 * value)} %`;

interface Panel {
  name: string;
  /** Labels of x and y. */
  axes: [string, string];
  curve: "precisionRecall" | "roc";
  /** The line of guessing. */
  chance: [number, number][];
  words(row: Drawn): string;
}

function panel(rows: readonly Drawn[], { name, axes, curve: which, chance, words }: Panel): Html {
  const [x, y] = axes.map((text) => axisOver([0, 1], text, { format: share }));
  const strokes = strokesOf(rows);
  const middle = chance.map(([a]) => a).reduce((a, b) => a + b) / 2;
  const height = chance[0][1] === chance[1][1] ? chance[0][1] : middle;
  return html`<div><h3>${name}</h3>${chart({
    x,
    y,
    size: { ratio: 1 },
    grid: "both",
    description: `${name}: ${rows.map((row) => `${row.features}, ${row.classifier}`).join("; ")}. ${rows.map(words).join(" ")}`,
    marks: [
      curve(chance, x, y, "curve chance"),
      label("guessing", [middle, height], x, y, "quiet middle", 0, "-0.5em"),
      ...rows.map((row, k) => curve(row.curves[which], x, y, `curve ${strokes[k]}`)).reverse(),
      ...rows.map((row, k) => {
        const point = row.curves.atThreshold?.[which];
        return point ? dot(point, x, y, `full ${strokes[k]}`, 4.5) : html``;
      }),
    ],
  })}</div>`;
}

const RECALLS = [0.1, 0.25, 0.5, 0.75, 0.9];

/** Precision at the first point with that recall or more. */
function precisionAt({ precisionRecall }: Curves, recall: number): number | null {
  return precisionRecall.find(([found]) => found >= recall)?.[1] ?? null;
}

function prevalence({ metrics }: ComparisonRow): number {
  const sums = metrics.confusion.map((row) => row.reduce((total, n) => total + n, 0));
  return sums[1] / (sums[0] + sums[1]);
}

/** The best row of each set; the verdict's choice, latents, combinations and the control before further baselines. */
function chosenRows(comparison: Comparison): Drawn[] {
  const withCurves = { ...comparison, rows: comparison.rows.filter((row) => row.curves) };
  const best = bySet({ ...withCurves, measure: "average-precision" }).map(([row]) => row as Drawn);
  const first = (role: ComparisonRow["role"]) => best.find((row) => row.role === role);
  const wanted = [
    best.find((row) => isChoice(comparison, row)),
    first("latent"),
    first("combination"),
    first("baseline"),
    first("control"),
    ...best,
  ].filter((row) => row !== undefined);
  const kept = new Set([...new Set(wanted)].slice(0, MOST));
  return best.filter((row) => kept.has(row));
}

/** Colour by role, dashes apart within a role. */
function strokesOf(rows: readonly ComparisonRow[]): string[] {
  const seen = new Map<string, number>();
  return rows.map(({ role }) => {
    const k = seen.get(role) ?? 0;
    seen.set(role, k + 1);
    return `${role} dash-${Math.min(k, 3)}`;
  });
}

function key(row: ComparisonRow, stroke: string): Html {
  return html`<span class="key"><svg class="stroke-key ${stroke}" aria-hidden="true" focusable="false"><line class="curve ${stroke}" x1="0" x2="100%" y1="50%" y2="50%"/></svg> <span>${setName(row.features)}, ${row.classifier} ${fixed(row.metrics.averagePrecision ?? 0, 3)}</span></span>`;
}
