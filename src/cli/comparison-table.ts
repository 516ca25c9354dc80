import Table from "cli-table3";
import pc from "picocolors";
import { bestRow, type Comparison, type ComparisonRow } from "../evaluate/compare.js";
import { duration } from "./terminal.js";

const show = (value: number | null) => (value === null ? "-" : value.toFixed(3));

/** The comparison as a person reads it: a line on the data, the table, a confusion matrix, the verdict. */
export function comparisonTable(comparison: Comparison): string {
  const { name, classNames, plan, train, test, measure, rows, verdict, engine, seconds } = comparison;
  const majority = rows[0]?.metrics.majorityRate ?? null;
  const best = bestRow(rows, measure);
  const table = new Table({
    head: [
      "features",
      "columns",
      "classifier",
      "accuracy",
      "balanced",
      "precision",
      "recall",
      "F1",
      "ROC AUC",
      "avg prec",
    ].map((text) => pc.bold(text)),
    colAligns: ["left", "right", "left", "right", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  const binary = classNames.length === 2;
  for (const row of rows) {
    const { metrics } = row;
    const of = (figures: { perClass: (number | null)[]; macro: number | null }) =>
      show(binary ? figures.perClass[1] : figures.macro);
    const cells = [
      row.features,
      String(row.columns),
      row.classifier,
      show(metrics.accuracy),
      show(metrics.balancedAccuracy),
    ];
    cells.push(
      of(metrics.precision),
      of(metrics.recall),
      of(metrics.f1),
      show(metrics.rocAuc),
      show(metrics.averagePrecision),
    );
    table.push(row === best ? cells.map((cell) => pc.green(cell)) : cells);
  }
  const lines = [
    `${pc.bold(name)}: ${train} training and ${test} test cases, ${classNames.length} classes; ${plan}.`,
    `Always answering the commonest class is right for ${show(majority)} of the test cases.` +
      (binary
        ? ` Precision, recall and F1 are those of "${classNames[1]}".`
        : " Precision, recall and F1 are means over the classes."),
    table.toString(),
  ];
  for (const note of new Set(rows.flatMap((row) => row.notes))) lines.push(`${pc.yellow("note:")} ${note}`);
  if (classNames.length <= 12) lines.push("", confusionTable(best, classNames));
  lines.push(
    "",
    `${pc.bold("Verdict:")} ${verdict.decision}.`,
    ...verdict.sentences.map((sentence) => `  ${sentence}`),
  );
  lines.push(
    pc.dim(
      `Decided by ${measure === "accuracy" ? "accuracy" : "average precision"}; intervals are 95 % (paired bootstrap). ${engine}, ${duration(seconds)}.`,
    ),
  );
  return lines.join("\n");
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
