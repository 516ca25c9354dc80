import { alertShares, type Budget } from "./alerts.js";
import type { PredictedCases } from "./bootstrap.js";
import type { Metrics } from "./metrics.js";
import { LANES, partSums, type Weighted } from "./part-sums.js";
import type { Costs } from "./threshold.js";
import { rankedAuc, rankedPrecision } from "./weighted-ranking.js";

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
  /**
   * The values on draws of the cases. What does not depend on the counts is done once.
   * @param unitOf [cases], what each is drawn with; absent: it stands for itself
   */
  weighted(cases: PredictedCases, context: MeasureContext, unitOf?: Int32Array): Weighted;
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
    weighted: (cases, _, unitOf) => rankedAuc(cases, unitOf),
  },
  "average-precision": {
    ...{ name: "average precision", unit: "average precision", scale: 1, digits: 3, ofTwo: true },
    of: ({ metrics }) => metrics.averagePrecision,
    weighted: (cases, _, unitOf) => rankedPrecision(cases, unitOf),
  },
  "log-loss": {
    ...{ name: "log loss", unit: "log loss saved", scale: 1, digits: 3, falls: true },
    of: ({ metrics }) => metrics.logLoss,
    weighted: (cases, _, unitOf) => meanOver(cases, unitOf, (n) => cases.logLoss![n]),
  },
  "alert-recall": {
    ...{ name: "recall at the alert budget", unit: "points of recall", scale: 100, digits: 1, ofTwo: true },
    needs: "budget",
    of: ({ alerts }) => alerts?.recall ?? null,
    weighted(cases, { budget }, unitOf) {
      const alerted = alertShares(cases.scores!, budget!.periods, budget!.alerts);
      return meanOver(cases, unitOf, (n) => (cases.labels[n] === 1 ? alerted[n] : undefined));
    },
  },
  cost: {
    ...{ name: "cost per case", unit: "cost per case saved", scale: 1, digits: 3, falls: true, ofTwo: true },
    needs: "costs",
    of: ({ expectedCost }) => expectedCost ?? null,
    weighted: (cases, { costs }, unitOf) =>
      meanOver(cases, unitOf, (n) =>
        cases.predicted[n] === 1 ? costs!.alert : cases.labels[n] === 1 ? costs!.miss : 0,
      ),
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
function meanOver(
  { labels }: PredictedCases,
  unitOf: Int32Array | undefined,
  of: (n: number) => number | undefined,
): Weighted {
  const known = Int32Array.from(labels.keys()).filter((n) => of(n) !== undefined);
  const numbers = Float64Array.from(known, (n) => of(n)!);
  const units = known.map((n) => (unitOf ? unitOf[n] : n));
  return (counts, values) => {
    for (let lane = 0; lane < LANES; lane++) {
      let [sum, total] = [0, 0];
      for (let k = 0; k < units.length; k++) {
        const count = counts[units[k] * LANES + lane];
        sum += count * numbers[k];
        total += count;
      }
      values[lane] = total > 0 ? sum / total : Number.NaN;
    }
  };
}

function sumsOfParts(parts: readonly Int32Array[], unitOf: Int32Array | undefined) {
  let end = 0;
  const ends = parts.map(({ length }) => (end += length));
  const list = new Int32Array(end);
  for (const [p, part] of parts.entries()) list.set(part, ends[p] - part.length);
  return partSums(list, ends, unitOf);
}

/** Share of the cases that were predicted right. */
function accuracy({ labels, predicted }: PredictedCases, _: MeasureContext, unitOf?: Int32Array): Weighted {
  const all = Int32Array.from(labels.keys());
  const parts = [all.filter((n) => labels[n] === predicted[n]), all.filter((n) => labels[n] !== predicted[n])];
  const sumsOf = sumsOfParts(parts, unitOf);
  return (counts, values) => {
    const sums = sumsOf(counts);
    for (let lane = 0; lane < LANES; lane++) {
      const total = sums[lane] + sums[LANES + lane];
      values[lane] = total > 0 ? sums[lane] / total : Number.NaN;
    }
  };
}

/** Mean over the classes that occur. */
function meanRecall(
  { labels, predicted }: PredictedCases,
  { classCount }: MeasureContext,
  unitOf?: Int32Array,
): Weighted {
  const all = Int32Array.from(labels.keys());
  const parts = Array.from({ length: classCount }, (_, c) => {
    const own = all.filter((n) => labels[n] === c);
    return [own.filter((n) => predicted[n] === c), own.filter((n) => predicted[n] !== c)];
  });
  const sumsOf = sumsOfParts(parts.flat(), unitOf);
  return (counts, values) => {
    const sums = sumsOf(counts);
    for (let lane = 0; lane < LANES; lane++) {
      let [sum, found] = [0, 0];
      for (let k = lane; k < sums.length; k += 2 * LANES) {
        const total = sums[k] + sums[k + LANES];
        if (total === 0) continue;
        sum += sums[k] / total;
        found++;
      }
      values[lane] = sum / found;
    }
  };
}
