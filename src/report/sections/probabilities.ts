import type { Comparison, ComparisonRow, ReliabilityBin } from "../../evaluate/comparison/comparison.js";
import { type Axis, axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import { chart, curve, dot } from "../charts/chart.js";
import type { Figures, Table } from "../charts/figure.js";
import { type Html, html } from "../charts/html.js";
import { count, percent } from "../charts/numbers.js";
import { bestOf, capital, isChoice, positiveClass } from "./words.js";

type Drawn = ComparisonRow & { reliability: ReliabilityBin[] };

/** Whether probabilities come true, as they are and calibrated: of the verdict's choice and of the baseline; folded. */
export function probabilitiesSection(comparison: Comparison, figure: Figures): Html | undefined {
  const rows = shownRows(comparison);
  if (rows.length === 0) return undefined;
  const [first] = rows;
  const positive = positiveClass(comparison);
  const axis = axisOf(rows);
  const { reliability, calibrated } = first;
  const top = reliability[reliability.length - 1];
  const [whose, what, end] =
    positive === undefined
      ? ["the predicted classes", "right predictions", "right"]
      : [`class "${positive}"`, "test cases", "of the class"];
  return html`<section id="probabilities" aria-labelledby="probabilities-title">
<h2 id="probabilities-title">Do probabilities come true?</h2>
<p>${setName(capital(first.features))} with ${first.classifier}: the probabilities of ${whose} add up to ${count(expectedOf(reliability))} ${what}${calibrated && html`, after calibration on held-out training cases to ${count(expectedOf(calibrated.reliability))}`}. ${count(actualOf(reliability))} are ${end}. Nothing above depends on it: rows are ranked, and thresholds chosen, by the probabilities as they are.</p>
<details><summary>Reliability curves and Brier scores</summary>
${figure({
  title: html`Of the ${count(top.cases)} test cases with the highest probabilities, ${percent(top.probability)} on average, ${percent(top.share)} are ${positive === undefined ? "right" : `of class "${positive}"`}.`,
  caption: html`Each mark is a bin of test cases with neighbouring probabilities. On the dotted line they come true. Hollow marks are probabilities as they are${rows.some((row) => row.calibrated) && ", full ones after calibration"}. ${positive === undefined && "The probability is that of the class that is predicted. "}${axis.root && "Both axes have more room near 0."}`,
  chart: html`<div class="pair">${rows.map((row) => panel(row, axis, positive))}</div>`,
  table: [binsTable(rows, positive), scoresTable(comparison)],
})}</details></section>
`;
}

const sum = (bins: readonly ReliabilityBin[], of: (bin: ReliabilityBin) => number) =>
  bins.reduce((total, bin) => total + bin.cases * of(bin), 0);
const expectedOf = (bins: readonly ReliabilityBin[]) => sum(bins, ({ probability }) => probability);
const actualOf = (bins: readonly ReliabilityBin[]) => sum(bins, ({ share }) => share);

/** The choice, or without one the best row; and the baseline, or where that is kept the best row with latents. */
function shownRows(comparison: Comparison): Drawn[] {
  const { rows, measure, verdict } = comparison;
  const known = rows.filter((row): row is Drawn => row.reliability !== undefined);
  const best = (of: readonly Drawn[]) => bestOf(of, measure) as Drawn | undefined;
  const choice = known.find((row) => isChoice(comparison, row)) ?? best(known);
  const { baseline } = verdict;
  const kept = known.find(
    (row) => row !== choice && row.features === baseline?.features && row.classifier === baseline.classifier,
  );
  const learned = known.filter((row) => row !== choice && (row.role === "latent" || row.role === "combination"));
  return [choice, kept ?? best(learned)].filter((row) => row !== undefined);
}

/** One domain for both directions and all panels. With many values near 0 places are of the root. */
function axisOf(rows: readonly Drawn[]): { domain: [number, number]; root: boolean } {
  const values = rows
    .flatMap(({ reliability, calibrated }) => [...reliability, ...(calibrated?.reliability ?? [])])
    .flatMap(({ probability, share }) => [probability, share])
    .sort((a, b) => a - b);
  const [low, high] = [values[0], values[values.length - 1]];
  const root = values[values.length >> 1] < high / 8;
  return { domain: [low < high / 3 ? 0 : low, high], root };
}

function panel(row: Drawn, { domain, root }: { domain: [number, number]; root: boolean }, positive?: string): Html {
  const { features, classifier, role, reliability, calibrated } = row;
  const share = positive === undefined ? "share that is right" : `share of class "${positive}"`;
  const [x, y] = ["probability", share].map((text) => axisOver(domain, text, { format, root }));
  const marks = (bins: readonly ReliabilityBin[], line: string, mark: string) => [
    curve(bins.map(pointOf), x, y, `${line} ${role}`),
    ...bins.map((bin) => dot(pointOf(bin), x, y, `${mark} ${role}`)),
  ];
  return html`<div><h3>${setName(features)}, ${classifier}</h3>${chart({
    x,
    y,
    size: { ratio: 1 },
    grid: "both",
    description: `Reliability of ${features}, ${classifier}: ${wordsOf(reliability)}${calibrated ? ` After calibration: ${wordsOf(calibrated.reliability)}` : ""}`,
    marks: [
      curve(endsOf(x), x, y, "curve chance"),
      ...marks(reliability, "curve faint", "open"),
      ...(calibrated ? marks(calibrated.reliability, "curve", "full") : []),
    ],
  })}</div>`;
}

const pointOf = ({ probability, share }: ReliabilityBin): [number, number] => [probability, share];
const endsOf = ({ domain: [low, high] }: Axis): [number, number][] => [
  [low, low],
  [high, high],
];
const format = (value: number) => `${+(100 * value).toPrecision(2)} %`;

/** The lowest and the highest bin. */
function wordsOf(bins: readonly ReliabilityBin[]): string {
  const ends = [...new Set([bins[0], bins[bins.length - 1]])];
  return `${ends.map(({ probability, share }) => `${percent(probability)} predicted, ${percent(share)} came true`).join("; ")}.`;
}

function binsTable(rows: readonly Drawn[], positive: string | undefined): Table {
  const lines = rows.flatMap(({ features, classifier, reliability, calibrated }) =>
    [
      ["as they are", reliability] as const,
      ...(calibrated ? [["calibrated", calibrated.reliability] as const] : []),
    ].flatMap(([kind, bins]) =>
      bins.map(({ cases, probability, share }) => [
        setName(features),
        classifier,
        kind,
        count(cases),
        percent(probability, 2),
        percent(share, 2),
      ]),
    ),
  );
  return {
    caption: "Bins of test cases by their probability",
    head: [
      ...["features", "classifier", "probabilities", "cases", "mean probability"],
      positive === undefined ? "share that is right" : `share of class "${positive}"`,
    ],
    rows: lines,
    numbersFrom: 3,
  };
}

function scoresTable({ rows, classNames }: Comparison): Table {
  const of = (value: number | null | undefined) => (value === null || value === undefined ? "-" : value.toPrecision(3));
  const range = classNames.length === 2 ? "0 to 1" : "a sum over the classes, 0 to 2";
  return {
    caption: `Brier score (${range}) and log loss of every combination; less is better`,
    head: ["features", "classifier", "Brier score", "calibrated", "log loss", "calibrated", "method"],
    rows: rows.map(({ features, classifier, metrics, calibrated }) => [
      setName(features),
      classifier,
      of(metrics.brier),
      of(calibrated?.brier),
      of(metrics.logLoss),
      of(calibrated?.logLoss),
      calibrated ? [...new Set(calibrated.methods)].join(", ") : "-",
    ]),
    numbersFrom: 2,
  };
}
