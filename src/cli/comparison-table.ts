import Table from "cli-table3";
import pc from "picocolors";
import type { Comparison, ComparisonRow } from "../evaluate/comparison/comparison.js";
import { bestOf } from "../evaluate/difference.js";
import { duration } from "./terminal.js";

const show = (value: number | null | undefined) => (value == null ? "-" : value.toFixed(3));

/** A column of the table: its head and what it shows of a row. */
type Column = readonly [head: string, (row: ComparisonRow) => string];

/** The comparison as a person reads it: a line on the data, the table, a confusion matrix, the verdict. */
export function comparisonTable(comparison: Comparison): string {
  const { name, classNames, plan, train, test, measure, rows, verdict, engine, seconds } = comparison;
  const { networkSeeds } = comparison;
  const majority = rows[0]?.metrics.majorityRate ?? null;
  const best = bestOf(rows, (row) => row.metrics[measure]);
  const columns = columnsOf(comparison);
  const table = new Table({
    head: columns.map(([head]) => pc.bold(head)),
    colAligns: columns.map((_, c) => (c === 0 || c === 2 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const cells = columns.map(([, of]) => of(row));
    table.push(row === best ? cells.map((cell) => pc.green(cell)) : cells);
  }
  const lines = [
    `${pc.bold(name)}: ${train} training and ${test} test cases, ${classNames.length} classes; ${plan}.`,
    `Always answering the commonest class is right for ${show(majority)} of the test cases.` +
      (classNames.length === 2
        ? `${measure === "accuracy" ? " Mean recall is bal." : ""} Precision (prec), recall (rec), F1 and area under the ROC curve (AUC) are those of "${classNames[1]}".`
        : " Recall (bal), F1 and area under the ROC curve (AUC) are means over the classes."),
    ...explanations(comparison),
    table.toString(),
  ];
  for (const note of new Set(rows.flatMap((row) => row.notes))) lines.push(`${pc.yellow("note:")} ${note}`);
  if (classNames.length <= 12) lines.push("", confusionTable(best, classNames));
  lines.push(
    "",
    `${pc.bold("Verdict:")} ${verdict.decision}.`,
    ...verdict.sentences.map((sentence) => `  ${sentence}`),
  );
  const means =
    networkSeeds.length > 1
      ? ` Figures of encoders are means over ${networkSeeds.length} networks, whose lowest and highest stand under "networks".`
      : "";
  lines.push(
    pc.dim(
      `Decided by ${measure === "accuracy" ? "accuracy" : "average precision"}; intervals are 95 % (paired bootstrap).${means} ${engine}, ${duration(seconds)}.`,
    ),
  );
  return lines.join("\n");
}

/** What suits the data: with rare positives the ranking comes first, and accuracy says little. */
function columnsOf({ classNames, measure, budget, costs, networkSeeds }: Comparison): Column[] {
  const binary = classNames.length === 2;
  const of = (figures: { perClass: (number | null)[]; macro: number | null }) =>
    show(binary ? figures.perClass[1] : figures.macro);
  const interval = ({ intervals }: ComparisonRow) => {
    const { low, high } = intervals[measure]!;
    return `${low.toFixed(3)}-${high.toFixed(3)}`;
  };
  const head: Column[] = [
    ["features", ({ features }) => features],
    ["cols", ({ columns }) => String(columns)],
    ["classifier", ({ classifier }) => classifier],
  ];
  const decided: Column[] =
    measure === "accuracy"
      ? [
          ["accuracy", ({ metrics }) => show(metrics.accuracy)],
          ["95 %", interval],
          ["bal", ({ metrics }) => show(metrics.balancedAccuracy)],
        ]
      : [
          ["avg prec", ({ metrics }) => show(metrics.averagePrecision)],
          ["95 %", interval],
        ];
  const spread: Column[] =
    networkSeeds.length > 1 ? [["networks", ({ bySeed }) => (bySeed.length > 1 ? rangeOf(bySeed) : "")]] : [];
  const alerted: Column[] = budget
    ? [
        [`P@${budget.alerts}`, ({ alerts }) => show(alerts?.precision)],
        [`R@${budget.alerts}`, ({ alerts }) => show(alerts?.recall)],
      ]
    : [];
  return [
    ...head,
    ...decided,
    ...spread,
    ["AUC", ({ metrics }) => show(metrics.rocAuc)],
    ...(measure === "accuracy" && !binary
      ? []
      : ([["prec", ({ metrics }) => of(metrics.precision)]] as Column[])),
    ...(measure === "accuracy" && !binary
      ? []
      : ([["rec", ({ metrics }) => of(metrics.recall)]] as Column[])),
    ["F1", ({ metrics }) => of(metrics.f1)],
    ...alerted,
    ...(costs ? ([["cost", ({ expectedCost }) => show(expectedCost)]] as Column[]) : []),
  ];
}

/** Lowest and highest. */
function rangeOf(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(3)}-${Math.max(...values).toFixed(3)}`;
}

/** What columns mean that do not speak for themselves. */
function explanations({ budget, costs, rows }: Comparison): string[] {
  const rule = rows.find(({ thresholds }) => thresholds)?.thresholds?.rule;
  const chosen = {
    F1: "the best F1",
    cost: "the least cost",
    alerts: "the budget of alerts",
  };
  const lines = rule ? [`Thresholds: for ${chosen[rule]} on a part of the training cases, then frozen.`] : [];
  if (budget)
    lines.push(
      `P@${budget.alerts} and R@${budget.alerts}: precision and recall of the ${budget.alerts} riskiest ${budget.unit === "day" ? "of each day" : "of the test part"}, ${budget.periods} ${budget.unit === "day" ? "days" : budget.periods > 1 ? "test parts" : "test part"}.`,
    );
  if (costs) lines.push(`Cost: per case, ${costs.miss} for a miss and ${costs.alert} for an alert.`);
  return lines.length > 0 ? [lines.join(" ")] : [];
}

function confusionTable(
  { features, classifier, metrics }: ComparisonRow,
  classNames: readonly string[],
): string {
  const table = new Table({
    head: ["", ...classNames.map((name) => `said ${name}`), "recall"],
    style: { head: [], border: [], compact: true },
  });
  metrics.confusion.forEach((row, label) => {
    table.push([`is ${classNames[label]}`, ...row.map(String), show(metrics.recall.perClass[label])]);
  });
  return `Confusion of the best row (${features}, ${classifier}):\n${table.toString()}`;
}
