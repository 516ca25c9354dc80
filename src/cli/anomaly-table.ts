import Table from "cli-table3";
import pc from "picocolors";
import { detectors } from "../anomaly/detectors/detectors.js";
import type { AnomalyComparison, AnomalyRow } from "../evaluate/anomaly/anomaly-comparison.js";
import { figureOf } from "../evaluate/anomaly/anomaly-verdict.js";
import { measureTable } from "../evaluate/metrics/measures.js";
import { bestOf } from "../evaluate/verdict/chosen-rows.js";
import { duration } from "./terminal.js";

/** The comparison of detectors as text: the verdict, then its evidence. */
export function anomalyTable(comparison: AnomalyComparison): string {
  const { name, normal, trainOn, plan, train, trainAnomalies, test, testAnomalies, level, rows, verdict } = comparison;
  const { measure, engine, seconds } = comparison;
  const best =
    rows.find(({ detector }) => detector === verdict.choice) ?? bestOf(rows, (row) => figureOf(row, measure));
  const trained =
    trainOn === "normal"
      ? `${train - trainAnomalies} normal training cases`
      : `${train} training cases with ${trainAnomalies} anomalies among them`;
  return [
    `${pc.bold("Verdict:")} ${verdict.answer}`,
    ...verdict.sentences.map((sentence) => `  ${sentence}`),
    "",
    `${pc.bold(name)}: ${trained}, ${test} test cases with ${testAnomalies} anomalies; normal is "${normal}"; ${plan}.`,
    `Chance has an area under the ROC curve (AUC) of 0.5 and an average precision of ${show(testAnomalies / test)}. Cases with a p-value of ${Number(level.toPrecision(2))} or less are called.`,
    tableOfRows(rows, best),
    pc.dim(
      `Decided by ${measureTable[measure].name}; intervals are 95 % (paired bootstrap). ${engine}, ${duration(seconds)}.`,
    ),
  ].join("\n");
}

const show = (value: number) => value.toFixed(3);
const range = ({ low, high }: { low: number; high: number }) => `${show(low)}-${show(high)}`;

const COLUMNS: readonly (readonly [head: string, (row: AnomalyRow) => string])[] = [
  ["detector", ({ detector }) => detectors[detector].phrase.replace(/^the /, "")],
  ["AUC", ({ auc }) => show(auc)],
  ["95 %", ({ intervals }) => range(intervals.auc)],
  ["avg prec", ({ averagePrecision }) => show(averagePrecision)],
  ["95 %", ({ intervals }) => range(intervals["average-precision"])],
  ["false alarms", ({ falseAlarms }) => show(falseAlarms.rate)],
  ["95 %", ({ falseAlarms }) => range(falseAlarms)],
  ["found", ({ found }) => show(found.rate)],
];

function tableOfRows(rows: readonly AnomalyRow[], best: AnomalyRow): string {
  const table = new Table({
    head: COLUMNS.map(([head]) => pc.bold(head)),
    colAligns: COLUMNS.map((_, c) => (c === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const cells = COLUMNS.map(([, of]) => of(row));
    table.push(row === best ? cells.map((cell) => pc.green(cell)) : cells);
  }
  return table.toString();
}
