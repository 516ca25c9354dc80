import { likeliest } from "../../classify/base/classifier.js";
import type { AlertBudget, ComparisonRow, Curves, Measure, ThresholdRule } from "../comparison/comparison.js";
import type { Prediction } from "../comparison/predictions.js";
import { scoreAlerts } from "../metrics/alerts.js";
import type { Answers } from "../metrics/bootstrap.js";
import { curvesOf } from "../metrics/curves.js";
import { type Metrics, type PerClass, scorePredictions } from "../metrics/metrics.js";
import { averagePrecision } from "../metrics/ranking.js";
import { type Costs, chooseThreshold } from "../metrics/threshold.js";

/** What answers are judged by, the same for every row. */
export interface Scoring {
  measure: Measure;
  classCount: number;
  /** Labels of the training cases of the first resample. */
  trainLabels: Int32Array;
  resamples: {
    /** [test cases] */
    labels: Int32Array;
    /** [validation cases], where thresholds are chosen, and how many of them may be alerted */
    validation?: { labels: Int32Array; alerts?: number };
  }[];
  rule?: ThresholdRule;
  costs?: Costs;
  /** And the period of each test case, all resamples one after another. */
  budget?: { alerts: number; periods: (string | number)[] };
}

/** A row's figures, and its answers of each network seed. */
export interface ScoredRow {
  figures: Pick<
    ComparisonRow,
    "metrics" | "thresholds" | "alerts" | "expectedCost" | "curves" | "byResample" | "bySeed"
  >;
  /** [seeds], all resamples one after another */
  answers: Answers[];
  /** Mean average precision on the validation parts, by classifiers that did not see them. */
  validated?: number;
  notes: string[];
}

/** @param answers [resamples][seeds] of one feature set and classifier */
export function scoreRow(answers: readonly (readonly Prediction[])[], judging: Scoring): ScoredRow {
  const { measure, classCount, resamples, rule } = judging;
  const seeds = answers[0].length;
  const binary = classCount === 2;
  const notes: string[] = [];
  const thresholds: number[] = [];
  const bySeed = Array.from({ length: seeds }, (_, s) => {
    const parts = resamples.map(({ labels, validation }, k) => {
      const { probabilities, validation: held } = answers[k][s];
      const scores = binary ? Float64Array.from(labels, (_, n) => probabilities[2 * n + 1]) : undefined;
      let predicted = likeliest(probabilities, classCount);
      if (rule && scores && validation) {
        const positive = Array.from(validation.labels, (label) => label === 1);
        const limits = { costs: judging.costs, alerts: validation.alerts };
        const threshold = held && chooseThreshold(held, positive, rule, limits);
        if (threshold === undefined)
          notes.push(
            `Resample ${k + 1} has too few positives to hold some out and choose a threshold on them; 0.5 was taken.`,
          );
        thresholds.push(threshold ?? 0.5);
        predicted = Int32Array.from(scores, (score) => (score >= thresholds[thresholds.length - 1] ? 1 : 0));
      }
      return { labels, predicted, scores, probabilities };
    });
    return { parts, answers: join(parts) };
  });
  const perSeed = bySeed.map(({ parts, answers }) => {
    const metrics = scorePredictions({
      ...answers,
      classCount,
      probabilities: concat(parts.map(({ probabilities }) => probabilities)),
      trainLabels: judging.trainLabels,
    });
    const positive = Array.from(answers.labels, (label) => label === 1);
    return {
      metrics,
      alerts:
        judging.budget && answers.scores
          ? scoreAlerts(answers.scores, positive, judging.budget.periods, judging.budget.alerts)
          : undefined,
      cost: judging.costs && binary ? costOf(metrics.confusion, judging.costs) : undefined,
      byResample: parts.map((part) => measureOf(part, measure)),
    };
  });
  const metrics = meanMetrics(perSeed.map((seed) => seed.metrics));
  const first = bySeed[0].answers;
  const curves: Curves | undefined =
    first.scores &&
    curvesOf(
      first.scores,
      Array.from(first.labels, (label) => label === 1),
      rule && Array.from(first.predicted, (label) => label === 1),
    );
  const alerts = perSeed[0].alerts && {
    precision: mean(perSeed.map((seed) => seed.alerts!.precision)),
    recall: mean(perSeed.map((seed) => seed.alerts!.recall)),
  };
  return {
    figures: {
      metrics,
      ...(rule && thresholds.length > 0 && { thresholds: { rule, values: thresholds } }),
      ...(alerts && { alerts }),
      ...(perSeed[0].cost !== undefined && { expectedCost: mean(perSeed.map((seed) => seed.cost!)) }),
      ...(curves && { curves }),
      byResample: resamples.map((_, k) => mean(perSeed.map((seed) => seed.byResample[k]))),
      bySeed: perSeed.map((seed) => seed.metrics[measure] ?? Number.NaN),
    },
    answers: bySeed.map((seed) => seed.answers),
    validated: validatedPrecision(answers, judging),
    notes: [...new Set(notes)],
  };
}

/** Describes the budget that rows were judged by. */
export function describeBudget(
  unit: AlertBudget["unit"],
  budget: NonNullable<Scoring["budget"]>,
): AlertBudget {
  return { unit, alerts: budget.alerts, periods: new Set(budget.periods).size };
}

function validatedPrecision(
  answers: readonly (readonly Prediction[])[],
  { resamples }: Scoring,
): number | undefined {
  const found = resamples.flatMap(({ validation }, k) =>
    validation
      ? answers[k].flatMap(({ validation: scores }) => {
          const positive = Array.from(validation.labels, (label) => label === 1);
          return (scores && averagePrecision(scores, positive)) ?? [];
        })
      : [],
  );
  return found.length > 0 ? mean(found) : undefined;
}

function costOf(confusion: number[][], { miss, alert }: Costs): number {
  const cases = confusion.flat().reduce((sum, count) => sum + count, 0);
  return (miss * confusion[1][0] + alert * (confusion[0][1] + confusion[1][1])) / cases;
}

function measureOf({ labels, predicted, scores }: Answers, measure: Measure): number {
  if (measure === "accuracy")
    return predicted.reduce((sum, label, n) => sum + (label === labels[n] ? 1 : 0), 0) / labels.length;
  return (
    averagePrecision(
      scores!,
      Array.from(labels, (label) => label === 1),
    ) ?? Number.NaN
  );
}

function join(parts: readonly Answers[]): Answers {
  const all = (of: (part: Answers) => Int32Array) =>
    Int32Array.from(parts.flatMap((part) => Array.from(of(part))));
  return {
    labels: all(({ labels }) => labels),
    predicted: all(({ predicted }) => predicted),
    ...(parts[0].scores && { scores: concat(parts.map(({ scores }) => scores!)) }),
  };
}

function concat(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
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
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
