import Table from "cli-table3";
import pc from "picocolors";
import type { Comparison, ComparisonRow } from "../evaluate/comparison/comparison.js";
import { goodnessOf, type Measure, measureTable } from "../evaluate/metrics/measures.js";
import { bestOf } from "../evaluate/verdict/chosen-rows.js";
import { duration } from "./terminal.js";

const show = (value: number | null | undefined) => (value == null ? "-" : value.toFixed(3));

/** A column of the table: its head and its cell for a row. */
type Column = readonly [head: string, (row: ComparisonRow) => string];

/**
 * The comparison as text: the verdict, then its evidence: lines about data and figures, the table, and, without a budget
 * of alerts, a confusion matrix.
 * @param all every row, and the matrix in any case; else of each feature set the row whose classifier was chosen on the
 * training part
 * @param width characters of a line; in a table that is wider, names of several sets take several lines
 */
export function comparisonTable(
  comparison: Comparison,
  { all = false, width = 120 }: { all?: boolean; width?: number } = {},
): string {
  const { name, classNames, plan, train, test, measure, rows, verdict, engine, seconds } = comparison;
  const { networkSeeds, data } = comparison;
  const majority = rows[0]?.metrics.majorityRate ?? null;
  const best = rows.find((row) => isRow(row, verdict.choice)) ?? bestOf(rows, (row) => goodnessOf(row, measure));
  const shown = all ? rows : rows.filter((row) => row.chosen);
  const figures =
    classNames.length === 2
      ? `Precision (prec), recall (rec)${comparison.budget ? "" : ", F1"} and area under the ROC curve (AUC) are for class "${classNames[1]}".`
      : "Recall (bal), F1 and area under the ROC curve (AUC) are means over the classes.";
  const notes = [...new Set(shown.flatMap((row) => row.notes))];
  const decided = measureTable[measure].name;
  const means =
    networkSeeds.length > 1
      ? ` Figures of encoders are means over ${networkSeeds.length} networks; the column "networks" shows the lowest and the highest.`
      : "";
  const { choice } = verdict;
  return [
    `${pc.bold("Verdict:")} ${verdict.answer}`,
    ...verdict.sentences.map((sentence) => `  ${sentence}`),
    ...(choice
      ? [
          `  Fit it: undertone fit, with the same data and its flags, --features ${quoted(choice.features)} --classifier ${choice.classifier} -o FILE`,
        ]
      : []),
    "",
    `${pc.bold(name)}: ${train} training and ${test} test cases, ${classNames.length} classes; ${plan}.`,
    `Always predicting the most common class has an accuracy of ${show(majority)}. ${figures}`,
    ...explanations(comparison),
    tableOfRows(comparison, shown, { best, width }),
    ...notes.map((note) => `${pc.yellow("note:")} ${note}`),
    ...(classNames.length <= 12 && (all || !comparison.budget) ? ["", confusionTable(best, classNames)] : []),
    ...(all ? probabilitiesOf(best) : []),
    pc.dim(
      `${shown.length < rows.length ? `Of each set the classifier that did best on a part of the training cases; --all shows all ${rows.length} rows. ` : ""}Decided by ${decided}; intervals are 95 % (paired bootstrap${data.entities === null ? "" : " over entities"}).${means} ${engine}, ${duration(seconds)}.`,
    ),
  ].join("\n");
}

/** @param width of lines; where the table is wider, names of several sets take several lines */
function tableOfRows(
  comparison: Comparison,
  shown: readonly ComparisonRow[],
  { best, width }: { best: ComparisonRow; width: number },
): string {
  const columns = columnsOf(comparison);
  const withNames = (nameOf: (features: string) => string) => {
    const table = new Table({
      head: columns.map(([head]) => pc.bold(head)),
      colAligns: columns.map((_, c) => (c === 0 || c === 2 ? "left" : "right")),
      style: { head: [], border: [], compact: true },
    });
    for (const row of shown) {
      const [features, ...cells] = columns.map(([, of]) => of(row));
      table.push([nameOf(features), ...cells].map((cell) => (row === best ? pc.green(cell) : cell)));
    }
    return table.toString();
  };
  const whole = withNames((features) => features);
  return whole.indexOf("\n") > width ? withNames((features) => features.replaceAll(", ", ",\n  ")) : whole;
}

function isRow(row: ComparisonRow, named: { features: string; classifier: string } | undefined): boolean {
  return row.features === named?.features && row.classifier === named.classifier;
}

/** As a shell takes it. */
const quoted = (features: string) => (/[ ()]/.test(features) ? `"${features}"` : features);

/** Of the deciding measure. */
const HEADS: Readonly<Record<Measure, string>> = {
  accuracy: "accuracy",
  "balanced-accuracy": "balanced",
  auc: "AUC",
  "average-precision": "avg prec",
  "log-loss": "log loss",
  "alert-recall": "alert rec",
  cost: "cost",
};

/** The columns that suit the data: with rare positives the ranking decides, and accuracy shows little. */
function columnsOf({ classNames, measure, budget, costs, networkSeeds }: Comparison): Column[] {
  const binary = classNames.length === 2;
  const byAccuracy = measure === "accuracy" || measure === "balanced-accuracy";
  const of = (figures: { perClass: (number | null)[]; macro: number | null }) =>
    show(binary ? figures.perClass[1] : figures.macro);
  const when = (shown: unknown, ...columns: Column[]): Column[] => (shown ? columns : []);
  return [
    ["features", ({ features }) => features],
    ["cols", ({ columns }) => String(columns)],
    ["classifier", ({ classifier }) => classifier],
    [HEADS[measure], (row) => show(measureTable[measure].of(row))],
    ["95 %", ({ intervals }) => rangeOf(Object.values(intervals[measure]!))],
    ...when(!binary && measure === "accuracy", ["bal", ({ metrics }) => show(metrics.balancedAccuracy)]),
    ...when(networkSeeds.length > 1, ["networks", ({ bySeed }) => (bySeed.length > 1 ? rangeOf(bySeed) : "")]),
    ...when(measure !== "auc", ["AUC", ({ metrics }) => show(metrics.rocAuc)]),
    ...when(
      binary || !byAccuracy,
      ["prec", ({ metrics }) => of(metrics.precision)],
      ["rec", ({ metrics }) => of(metrics.recall)],
    ),
    ...when(!budget, ["F1", ({ metrics }) => of(metrics.f1)]), // with a budget there are two more columns, which say more
    ...when(
      budget,
      [`P@${budget?.alerts}`, ({ alerts }) => show(alerts?.precision)],
      [`R@${budget?.alerts}`, ({ alerts }) => show(alerts?.recall)],
    ),
    ...when(costs && measure !== "cost", ["cost", ({ expectedCost }) => show(expectedCost)]),
  ];
}

/** Lowest and highest. */
function rangeOf(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(3)}-${Math.max(...values).toFixed(3)}`;
}

/** The meaning of thresholds, alerts and costs, where the table shows them. */
function explanations({ budget, costs, rows }: Comparison): string[] {
  const rule = rows.find(({ thresholds }) => thresholds)?.thresholds?.rule;
  const chosen = { F1: "the best F1", cost: "the least cost", alerts: "the alert budget" };
  const lines = rule ? [`Thresholds: for ${chosen[rule]} on a part of the training cases, then frozen.`] : [];
  if (budget)
    lines.push(
      `P@${budget.alerts} and R@${budget.alerts}: precision and recall of the ${budget.alerts} riskiest ${budget.unit === "day" ? "of each day" : "of the test part"}, ${budget.periods} ${budget.unit === "day" ? "days" : budget.periods > 1 ? "test parts" : "test part"}.`,
    );
  if (costs) lines.push(`Cost: per case, ${costs.miss} for a miss and ${costs.alert} for an alert.`);
  return lines.length > 0 ? [lines.join(" ")] : [];
}

/** Absent where scores are no probabilities. */
function probabilitiesOf({ features, classifier, metrics, calibrated }: ComparisonRow): string[] {
  if (typeof metrics.brier !== "number") return [];
  const after = calibrated
    ? ` (${calibrated.brier.toPrecision(3)} after calibration on held-out training cases: ${[...new Set(calibrated.methods)].join(", ")})`
    : "";
  return [`Brier score of ${features}, ${classifier}: ${metrics.brier.toPrecision(3)}${after}; less is better.`];
}

function confusionTable({ features, classifier, metrics }: ComparisonRow, classNames: readonly string[]): string {
  const table = new Table({
    head: ["", ...classNames.map((name) => `predicted ${name}`), "recall"],
    style: { head: [], border: [], compact: true },
  });
  metrics.confusion.forEach((row, label) => {
    table.push([`is ${classNames[label]}`, ...row.map(String), show(metrics.recall.perClass[label])]);
  });
  return `Confusion of ${features}, ${classifier}:\n${table.toString()}`;
}
