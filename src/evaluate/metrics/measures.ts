import { alertShares, type Budget } from "./alerts.js";
import type { PredictedCases } from "./bootstrap.js";
import type { Metrics } from "./metrics.js";
import type { Costs } from "./threshold.js";
import { countOf, rankedAuc, rankedPrecision } from "./weighted-ranking.js";

/** What decides a comparison. */
export const measures = [
  "accuracy",
  "balanced-accuracy",
  "auc",
  "average-precision",
  "log-loss",
  "alert-recall",
  "cost",
] as const;
export type Measure = (typeof measures)[number];

/** What a measure needs besides predictions. */
export interface MeasureContext {
  classCount: number;
  costs?: Costs;
  budget?: Pick<Budget, "alerts" | "periods">;
}

/** Figures of a row that a measure may be one of. */
export interface ScoredFigures {
  metrics: Metrics;
  alerts?: { recall: number };
  expectedCost?: number;
}

export interface MeasureEntry {
  /** In a sentence. */
  name: string;
  /** What a difference is counted in. */
  unit: string;
  /** A difference is written times this, with so many digits. */
  scale: number;
  digits: number;
  /** Less is better: differences are of what is saved. */
  falls?: true;
  /** Of class 1 of two. */
  ofTwo?: true;
  needs?: "budget" | "costs";
  /** Of a row of the table; null: no value. */
  of(row: ScoredFigures): number | null;
  /** The value where case n counts counts[n] times; what does not depend on the counts is done once. NaN: no value. */
  weighted(cases: PredictedCases, context: MeasureContext): (counts: Float64Array) => number;
}

export const measureTable: Readonly<Record<Measure, MeasureEntry>> = {
  accuracy: {
    ...{ name: "accuracy", unit: "points of accuracy", scale: 100, digits: 1 },
    of: ({ metrics }) => metrics.accuracy,
    weighted: accuracy,
  },
  "balanced-accuracy": {
    ...{ name: "balanced accuracy", unit: "points of balanced accuracy", scale: 100, digits: 1 },
    of: ({ metrics }) => metrics.balancedAccuracy,
    weighted: meanRecall,
  },
  auc: {
    ...{ name: "area under the ROC curve", unit: "AUC", scale: 1, digits: 3, ofTwo: true },
    of: ({ metrics }) => metrics.rocAuc,
    weighted: rankedAuc,
  },
  "average-precision": {
    ...{ name: "average precision", unit: "average precision", scale: 1, digits: 3, ofTwo: true },
    of: ({ metrics }) => metrics.averagePrecision,
    weighted: rankedPrecision,
  },
  "log-loss": {
    ...{ name: "log loss", unit: "log loss saved", scale: 1, digits: 3, falls: true },
    of: ({ metrics }) => metrics.logLoss,
    weighted: (cases) => meanOver(cases, (n) => cases.logLoss![n]),
  },
  "alert-recall": {
    ...{ name: "recall at the alert budget", unit: "points of recall", scale: 100, digits: 1, ofTwo: true },
    needs: "budget",
    of: ({ alerts }) => alerts?.recall ?? null,
    weighted(cases, { budget }) {
      const alerted = alertShares(cases.scores!, budget!.periods, budget!.alerts);
      return meanOver(cases, (n) => (cases.labels[n] === 1 ? alerted[n] : undefined));
    },
  },
  cost: {
    ...{ name: "cost per case", unit: "cost per case saved", scale: 1, digits: 3, falls: true, ofTwo: true },
    needs: "costs",
    of: ({ expectedCost }) => expectedCost ?? null,
    weighted: (cases, { costs }) =>
      meanOver(cases, (n) => (cases.predicted[n] === 1 ? costs!.alert : cases.labels[n] === 1 ? costs!.miss : 0)),
  },
};

/** The value of a row, turned so that more is better: null where it has none. */
export function goodnessOf(row: ScoredFigures, measure: Measure): number | null {
  const { of, falls } = measureTable[measure];
  const value = of(row);
  return falls && value !== null ? -value : value;
}

/** A value of the measure as it is read: "95.9 %" or "0.541". */
export function showScore(value: number | null, measure: Measure): string {
  const { scale, digits } = measureTable[measure];
  if (value === null) return "unknown";
  return scale === 100 ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}

/** The mean over the cases that have a value. */
function meanOver({ labels }: PredictedCases, of: (n: number) => number | undefined): (counts: Float64Array) => number {
  const which = Int32Array.from(labels.keys()).filter((n) => of(n) !== undefined);
  const values = Float64Array.from(which, (n) => of(n)!);
  return (counts) => {
    let [sum, total] = [0, 0];
    for (let k = 0; k < which.length; k++) {
      const count = counts[which[k]];
      sum += count * values[k];
      total += count;
    }
    return total > 0 ? sum / total : Number.NaN;
  };
}

/** Share of the cases that were predicted right. */
function accuracy({ labels, predicted }: PredictedCases) {
  const all = Int32Array.from(labels.keys());
  const right = all.filter((n) => labels[n] === predicted[n]);
  return (counts: Float64Array) => {
    const total = countOf(counts, all);
    return total > 0 ? countOf(counts, right) / total : Number.NaN;
  };
}

/** Mean over the classes that occur. */
function meanRecall({ labels, predicted }: PredictedCases, { classCount }: MeasureContext) {
  const all = Int32Array.from(labels.keys());
  const classes = Array.from({ length: classCount }, (_, c) => {
    const own = all.filter((n) => labels[n] === c);
    return { own, right: own.filter((n) => predicted[n] === c) };
  });
  return (counts: Float64Array) => {
    let [sum, found] = [0, 0];
    for (const { own, right } of classes) {
      const total = countOf(counts, own);
      if (total === 0) continue;
      sum += countOf(counts, right) / total;
      found++;
    }
    return sum / found;
  };
}
