import { likeliest } from "../classify/base/classifier.js";
import type { ComparisonRow, Measure, ThresholdRule } from "./comparison/comparison.js";
import type { Prediction } from "./comparison/predictions.js";
import { type Budget, scoreAlerts } from "./metrics/alerts.js";
import type { PredictedCases } from "./metrics/bootstrap.js";
import { curvesOf } from "./metrics/curves.js";
import { measureTable } from "./metrics/measures.js";
import { logLosses, type Metrics, type PerClass, scorePredictions } from "./metrics/metrics.js";
import { valueWhere } from "./metrics/part-sums.js";
import { type Costs, chooseThreshold, medianThreshold } from "./metrics/threshold.js";
import { LEAST_POSITIVES } from "./plan/validation-part.js";

/** By what predictions are scored, the same for every row. */
export interface Scoring {
  measure: Measure;
  classCount: number;
  /** Labels of the training cases of the first resample. */
  trainLabels: Int32Array;
  resamples: {
    /** [test cases] */
    labels: Int32Array;
    /**
     * [validation cases], where thresholds and classifiers are chosen: those of one trial after another, and how many may be
     * alerted
     */
    validation?: { labels: Int32Array; trials: readonly { held: ArrayLike<number>; alerts?: number }[] };
  }[];
  rule?: ThresholdRule;
  costs?: Costs;
  budget?: Pick<Budget, "alerts" | "periods">;
}

type Figures = "metrics" | "thresholds" | "alerts" | "expectedCost" | "curves" | "byResample" | "bySeed" | "validated";

/** A row's figures, and its predictions per network seed. */
export interface RowScore {
  figures: Pick<ComparisonRow, Figures>;
  /** [seeds], all resamples one after another */
  predicted: PredictedCases[];
  notes: string[];
}

/**
 * @param predictions [resamples][seeds] of one feature set and classifier
 * @param name how notes call the row
 */
export function scoreRow(predictions: readonly (readonly Prediction[])[], scoring: Scoring, name: string): RowScore {
  const { measure, resamples, rule } = scoring;
  const validated = validatedGoodness(predictions, scoring);
  const bySeed = predictions[0].map((_, s) => {
    const called = resamples.map((_, k) => callCases(predictions[k][s], scoring, k));
    const probabilities = predictions.flatMap((seeds) => Array.from(seeds[s].probabilities));
    return {
      called,
      ...scoreSeed(
        called.map(({ cases }) => cases),
        probabilities,
        scoring,
      ),
    };
  });
  const called = bySeed.flatMap((seed) => seed.called);
  const thresholds = called.flatMap(({ threshold }) => threshold ?? []);
  const [{ alerts, expectedCost, cases }] = bySeed;
  const curves =
    cases.scores && curvesOf(cases.scores, arePositive(cases.labels), rule && arePositive(cases.predicted));
  return {
    figures: {
      metrics: meanMetrics(bySeed.map((seed) => seed.metrics)),
      ...(rule && thresholds.length > 0 && { thresholds: { rule, values: thresholds } }),
      ...(alerts && {
        alerts: {
          precision: mean(bySeed.map((seed) => seed.alerts!.precision)),
          recall: mean(bySeed.map((seed) => seed.alerts!.recall)),
        },
      }),
      ...(expectedCost !== undefined && { expectedCost: mean(bySeed.map((seed) => seed.expectedCost!)) }),
      ...(curves && { curves }),
      byResample: resamples.map((_, k) => mean(bySeed.map((seed) => seed.byResample[k]))),
      bySeed: bySeed.map((seed) => measureTable[measure].of(seed) ?? Number.NaN),
      ...(validated !== undefined && { validated }),
    },
    predicted: bySeed.map((seed) => seed.cases),
    notes: [
      ...new Set(called.flatMap(({ note }) => note ?? [])),
      ...silenceOf(called, rule, name),
      ...fewPositives(scoring),
    ],
  };
}

/** Test cases of a resample, called positive or not, and the threshold that was chosen for it. */
interface Called {
  cases: PredictedCases;
  threshold?: number;
  note?: string;
  /** Held-out cases that the threshold was chosen on, and those of them that it calls positive. */
  chosenOn?: { cases: number; alerts: number };
}

/** The class of each test case of resample k: the likeliest one, or by the threshold that the validation part gives. */
function callCases({ probabilities, validation: held }: Prediction, scoring: Scoring, k: number): Called {
  const { classCount, rule } = scoring;
  const { labels, validation } = scoring.resamples[k];
  if (classCount !== 2) return { cases: { labels, predicted: likeliest(probabilities, classCount) } };
  const scores = Float64Array.from(labels, (_, n) => probabilities[2 * n + 1]);
  if (!rule || !validation) return { cases: { labels, predicted: likeliest(probabilities, 2), scores } };
  const chosen = held && thresholdOf(held, scoring, k);
  const threshold = chosen ?? 0.5;
  const cases = { labels, predicted: Int32Array.from(scores, (each) => (each >= threshold ? 1 : 0)), scores };
  if (!held || chosen === undefined) {
    const note = `Resample ${k + 1} has too few positives to hold some out and choose a threshold on them; 0.5 was taken.`;
    return { cases, threshold, note };
  }
  return { cases, threshold, chosenOn: { cases: held.length, alerts: held.filter((each) => each >= chosen).length } };
}

/**
 * The threshold that the rule chooses on held-out training cases: the median over trials. Undefined without positives.
 * @param held scores of the validation cases of resample k
 */
export function thresholdOf(
  held: Float64Array,
  { rule, costs, resamples }: Pick<Scoring, "rule" | "costs" | "resamples">,
  k: number,
): number | undefined {
  const { labels, trials } = resamples[k].validation!;
  const positive = arePositive(labels);
  let from = 0;
  const thresholds = trials.flatMap(({ held: rows, alerts }) => {
    const to = from + rows.length;
    const own = chooseThreshold(held.subarray(from, to), positive.slice(from, to), rule!, { costs, alerts });
    from = to;
    return own ?? [];
  });
  return medianThreshold(thresholds);
}

/** A note for each threshold that nothing reaches in its test part. */
function silenceOf(called: readonly Called[], rule: ThresholdRule | undefined, name: string): string[] {
  return called.flatMap(({ cases, threshold, chosenOn }) => {
    if (threshold === undefined || cases.predicted.some((each) => each === 1)) return [];
    const count = (n: number) => n.toLocaleString("en");
    const none = `${name}: no alert in ${count(cases.predicted.length)} test cases.`;
    if (threshold === Number.POSITIVE_INFINITY)
      return [
        rule === "alerts"
          ? `${none} The budget allows none on as few cases as the held-out training cases, or their highest scores are equal.`
          : `${none} On the held-out training cases none was worth its cost.`,
      ];
    const origin = chosenOn
      ? `was chosen on ${count(chosenOn.cases)} held-out training cases, of which it calls ${count(chosenOn.alerts)} positive`
      : "was not chosen";
    return [`${none} The threshold ${threshold.toPrecision(3)} ${origin}; no test case has such a score.`];
  });
}

function fewPositives({ rule, resamples }: Scoring): string[] {
  const counts = resamples.flatMap(({ validation }) => validation?.labels.filter((label) => label === 1).length ?? []);
  const least = Math.min(...counts);
  if (!rule || rule === "alerts" || least === 0 || least >= LEAST_POSITIVES) return [];
  const range = [...new Set([least, Math.max(...counts)])].join(" to ");
  return [
    `Thresholds were chosen on ${range} positives. That is few: what depends on them (precision, recall, F1) would be quite different with other training cases.`,
  ];
}

/** Figures of one network seed. */
function scoreSeed(parts: readonly PredictedCases[], probabilities: number[], scoring: Scoring) {
  const { classCount, trainLabels, budget, costs } = scoring;
  const joined = join(parts);
  const { labels, scores } = joined;
  const cases = { ...joined, logLoss: logLosses(labels, probabilities, classCount) };
  const metrics = scorePredictions({ ...cases, classCount, probabilities, trainLabels });
  return {
    cases,
    metrics,
    alerts: budget && scores && scoreAlerts(scores, arePositive(labels), budget.periods, budget.alerts),
    expectedCost: costs && classCount === 2 ? costOf(metrics.confusion, costs) : undefined,
    byResample: byResample(cases, parts, scoring),
  };
}

/**
 * The deciding measure on the held-out training cases, more is better: mean over resamples and seeds. Alerts and costs
 * hang on a threshold that is chosen there, so average precision stands for them.
 */
export function validatedGoodness(
  predictions: readonly (readonly Pick<Prediction, "validation">[])[],
  scoring: Scoring,
): number | undefined {
  const { measure, classCount, resamples } = scoring;
  const { weighted, falls } = measureTable[measureTable[measure].needs ? "average-precision" : measure];
  const found = resamples.flatMap(({ validation }, k) =>
    predictions[k].flatMap(({ validation: held }) => {
      if (!validation || !held) return [];
      const probabilities = classCount === 2 ? Array.from(held).flatMap((score) => [1 - score, score]) : held;
      const { labels } = validation;
      const cases: PredictedCases = {
        labels,
        predicted: likeliest(Float64Array.from(probabilities), classCount),
        ...(classCount === 2 && { scores: held }),
        logLoss: logLosses(labels, probabilities, classCount),
      };
      const value = valueWhere(weighted(cases, scoring), new Int32Array(labels.length).fill(1));
      return Number.isFinite(value) ? [falls ? -value : value] : [];
    }),
  );
  return found.length > 0 ? mean(found) : undefined;
}

function costOf(confusion: number[][], { miss, alert }: Costs): number {
  const cases = confusion.flat().reduce((sum, count) => sum + count, 0);
  return (miss * confusion[1][0] + alert * (confusion[0][1] + confusion[1][1])) / cases;
}

/** The deciding measure of each resample: of all cases, those of the others count 0 times. */
function byResample(cases: PredictedCases, parts: readonly PredictedCases[], scoring: Scoring): number[] {
  const measured = measureTable[scoring.measure].weighted(cases, scoring);
  let from = 0;
  return parts.map(({ labels }) => {
    const counts = new Int32Array(cases.labels.length).fill(1, from, (from += labels.length));
    return valueWhere(measured, counts);
  });
}

function arePositive(labels: Int32Array): boolean[] {
  return Array.from(labels, (label) => label === 1);
}

/** All resamples one after another. */
function join(parts: readonly PredictedCases[]): PredictedCases {
  const all = (of: (part: PredictedCases) => ArrayLike<number>) => parts.flatMap((part) => Array.from(of(part)));
  return {
    labels: Int32Array.from(all(({ labels }) => labels)),
    predicted: Int32Array.from(all(({ predicted }) => predicted)),
    ...(parts[0].scores && { scores: Float64Array.from(all(({ scores }) => scores!)) }),
  };
}

/** Means over network seeds; confusions are added. A figure without a value for one seed has none. */
function meanMetrics(metrics: readonly Metrics[]): Metrics {
  if (metrics.length === 1) return metrics[0];
  const [first] = metrics;
  const of = (pick: (each: Metrics) => number | null): number | null => {
    const values = metrics.map(pick);
    return values.some((value) => value === null) ? null : mean(values as number[]);
  };
  const perClass = (pick: (each: Metrics) => PerClass): PerClass => ({
    perClass: pick(first).perClass.map((_, c) => of((each) => pick(each).perClass[c])),
    macro: of((each) => pick(each).macro),
  });
  return {
    cases: first.cases,
    confusion: first.confusion.map((row, label) =>
      row.map((_, said) => metrics.reduce((sum, { confusion }) => sum + confusion[label][said], 0)),
    ),
    accuracy: of(({ accuracy }) => accuracy),
    majorityRate: first.majorityRate,
    majorityClass: first.majorityClass,
    balancedAccuracy: of(({ balancedAccuracy }) => balancedAccuracy),
    precision: perClass(({ precision }) => precision),
    recall: perClass(({ recall }) => recall),
    f1: perClass(({ f1 }) => f1),
    rocAuc: of(({ rocAuc }) => rocAuc),
    averagePrecision: of(({ averagePrecision }) => averagePrecision),
    logLoss: of(({ logLoss }) => logLoss),
    brier: of(({ brier }) => brier),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
