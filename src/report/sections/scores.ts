import type { Comparison, ComparisonRow, Measure } from "../../evaluate/comparison/comparison.js";
import { axisOver } from "../charts/axis.js";
import { setName } from "../charts/breaks.js";
import type { Figures, Table } from "../charts/figure.js";
import { forest } from "../charts/forest.js";
import { type Html, html } from "../charts/html.js";
import { count, fixed, percent, plural } from "../charts/numbers.js";
import { bestOf, bySet, capital, isChoice, positiveClass, scoreOf, wordsOf } from "./words.js";

/** The deciding measure of every feature set and classifier, with its interval. */
export function scoresSection(comparison: Comparison, figure: Figures): Html | undefined {
  const { rows, measure } = comparison;
  const best = bestOf(rows, measure);
  if (!best) return undefined;
  const words = wordsOf(measure);
  const sets = bySet(comparison);
  const bounds = (row: ComparisonRow) =>
    row.intervals[measure] ?? { low: scoreOf(row, measure)!, high: scoreOf(row, measure)! };
  const shown = rows.filter((row) => scoreOf(row, measure) !== null);
  const reference = referenceOf(comparison);
  const ends = shown.flatMap((row) => [bounds(row).low, bounds(row).high]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const near = reference.value !== null && reference.value > low - 0.5 * (high - low);
  const axis = axisOver(near ? [...ends, reference.value!] : ends, words.name, {
    format: (value) => (words.scale === 100 ? `${+(100 * value).toFixed(1)} %` : fixed(value, 2)),
  });
  const groups = sets.map((set) => ({
    name: setName(set[0].features),
    note: columnsOf(set),
    lines: set
      .filter((row) => scoreOf(row, measure) !== null)
      .map((row) => ({
        value: scoreOf(row, measure)!,
        ...bounds(row),
        text: `${row.classifier} ${words.value(scoreOf(row, measure))}`,
        tone: row.role,
        strong: isChoice(comparison, row),
        strokes: row.bySeed.length > 1 ? row.bySeed : [],
      })),
  }));
  const seeds = Math.max(...rows.map((row) => row.bySeed.length));
  return html`<section id="scores" aria-labelledby="scores-title">
<h2 id="scores-title">${capital(words.name)} of every combination</h2>
<p>Each mark is one classifier fed with one set of features. Colours tell what the features are: ${legend(comparison)}.</p>
${figure({
  title: html`${setName(capital(best.features))} with ${best.classifier} comes first, at ${words.value(scoreOf(best, measure))}.`,
  caption: `${capital(words.name)} on ${plural(comparison.test, "test case")}; lines are 95 % intervals${seeds > 1 ? `, small strokes are single network seeds (${seeds})` : ""}. ${reference.sentence}`,
  chart: forest(
    axis,
    groups,
    `${words.name} with intervals. ${sets.map((set) => `${set[0].features}, best with ${set[0].classifier}: ${words.value(scoreOf(set[0], measure))}`).join(". ")}.`,
    near ? { value: reference.value!, text: reference.text } : undefined,
  ),
  table: measuresTables(comparison, sets.flat()),
})}${notesOf(rows)}</section>
`;
}

const ROLES: Record<ComparisonRow["role"], string> = {
  baseline: "baselines",
  control: "the untrained control",
  latent: "trained latents",
  combination: "combinations with latents",
};

function legend({ rows }: Comparison): Html {
  const present = (Object.keys(ROLES) as ComparisonRow["role"][]).filter((role) =>
    rows.some((row) => row.role === role),
  );
  return html`${present.map((role, k) => html`${k > 0 && ", "}<span class="swatch"><i class="${role}"></i>${ROLES[role]}</span>`)}`;
}

function columnsOf(set: readonly ComparisonRow[]): string {
  return plural(set[0].columns, "column");
}

/** The score of a prediction that uses no features. */
function referenceOf({ rows, measure, classNames }: Comparison) {
  const [metrics] = rows.map((row) => row.metrics);
  if (measure === "accuracy") {
    const value = metrics.majorityRate;
    const text = `always the most common class: ${percent(value)}`;
    return { value, text, sentence: `Always predicting the most common class scores ${percent(value)}.` };
  }
  const value = guessOf(measure, metrics.confusion);
  if (value === null) return { value, text: "", sentence: "" };
  const why = measure === "average-precision" ? `, the share of "${classNames[1]}"` : "";
  return { value, text: `guessing: ${fixed(value, 3)}`, sentence: `Guessing scores ${fixed(value, 3)}${why}.` };
}

/** What scores drawn by lot would reach; null where that depends on more than the classes. */
function guessOf(measure: Measure, confusion: readonly (readonly number[])[]): number | null {
  const total = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0);
  if (measure === "average-precision") return total(confusion[1]) / total(confusion.flat());
  if (measure === "auc") return 0.5;
  return measure === "balanced-accuracy" ? 1 / confusion.filter((row) => total(row) > 0).length : null;
}

type Column = [string, (row: ComparisonRow) => string];

/** All measures, in two tables that fit a sheet of paper; columns without a value are left out. */
function measuresTables(comparison: Comparison, rows: readonly ComparisonRow[]): Table[] {
  const positive = positiveClass(comparison);
  const of = (figures: { perClass: (number | null)[]; macro: number | null }) =>
    positive === undefined ? figures.macro : figures.perClass[1];
  const three = (value: number | null | undefined) => (value === null || value === undefined ? "-" : fixed(value, 3));
  const range = (bounds: { low: number; high: number } | undefined, write: (value: number) => string) =>
    bounds ? `${write(bounds.low).replace("\u00a0%", "")} to ${write(bounds.high)}` : "-";
  const each = (values: readonly number[]) => (values.length > 1 ? values.map(three).join(", ") : "-");
  const { budget } = comparison;
  const alerts = budget ? `${count(budget.alerts)} alerts per ${budget.unit}` : "the alert budget";
  const rules = [...new Set(rows.flatMap((row) => row.thresholds?.rule ?? []))].join(", ");
  const scores: Column[] = [
    ["columns", (row) => count(row.columns)],
    ["accuracy", (row) => percent(row.metrics.accuracy)],
    ["95 % interval", (row) => range(row.intervals.accuracy, percent)],
    ["average precision", (row) => three(row.metrics.averagePrecision)],
    ["95 % interval of it", (row) => range(row.intervals["average-precision"], three)],
    ["ROC AUC", (row) => three(row.metrics.rocAuc)],
    ["log loss", (row) => three(row.metrics.logLoss)],
    ["by network seed", (row) => each(row.bySeed)],
    ["by resample", (row) => each(row.byResample)],
    ["seconds", (row) => fixed(row.seconds.features + row.seconds.classifier, 1)],
  ];
  const predictions: Column[] = [
    ["balanced accuracy", (row) => percent(row.metrics.balancedAccuracy)],
    ["precision", (row) => percent(of(row.metrics.precision))],
    ["recall", (row) => percent(of(row.metrics.recall))],
    ["F1", (row) => three(of(row.metrics.f1))],
    [`threshold for ${rules}`, (row) => (row.thresholds ? ends(row.thresholds.values, three) : "-")],
    [`precision at ${alerts}`, (row) => percent(row.alerts?.precision)],
    [`recall at ${alerts}`, (row) => percent(row.alerts?.recall)],
    ["cost per case", (row) => three(row.expectedCost)],
  ];
  const table = (caption: string, columns: Column[]): Table => {
    const kept = columns.filter(([, cell]) => rows.some((row) => cell(row) !== "-"));
    return {
      caption,
      head: ["features", "classifier", ...kept.map(([name]) => name)],
      rows: rows.map((row) => [setName(row.features), row.classifier, ...kept.map(([, cell]) => cell(row))]),
      numbersFrom: 2,
    };
  };
  return [
    table("Every combination", scores),
    table(
      `Predictions of every combination; precision, recall and F1 are ${positive === undefined ? "means over classes" : `those of class "${positive}"`}`,
      predictions,
    ),
  ];
}

/** The lowest and highest value, or the one value. */
function ends(values: readonly number[], write: (value: number) => string): string {
  const [low, high] = [write(Math.min(...values)), write(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

function notesOf(rows: readonly ComparisonRow[]): Html | undefined {
  const notes = [...new Set(rows.flatMap((row) => row.notes))];
  return notes.length > 0 ? html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>` : undefined;
}
