import { DataError, ShapeError } from "../../errors.js";
import { confusionMatrix } from "./confusion.js";
import { averagePrecision, rocAuc } from "./ranking.js";

/** Predictions for N cases of known class. */
export interface Predictions {
  /** [N], 0 .. classCount - 1. */
  labels: ArrayLike<number>;
  /** [N] */
  predicted: ArrayLike<number>;
  /** [N, classCount], row-major; any scores of which higher means likelier. */
  probabilities?: ArrayLike<number>;
  classCount: number;
  /** Labels that the classifier was fitted on; the majority class is theirs, or without them that of `labels`. */
  trainLabels?: ArrayLike<number>;
}

/** Of every class in order of its index, and their mean over the classes that occur in the labels. */
export interface PerClass {
  perClass: (number | null)[];
  macro: number | null;
}

/**
 * Every figure but log loss and Brier score is between 0 and 1, or null where it has no value; never NaN. A class that does not occur in the labels
 * has recall and F1 null (precision 0 if it was predicted all the same) and is left out of every mean. A class that occurs and was never predicted has precision 0.
 */
export interface Metrics {
  cases: number;
  /** confusion[label][predicted] */
  confusion: number[][];
  accuracy: number | null;
  /** The accuracy of always predicting the majority class. */
  majorityRate: number | null;
  majorityClass: number | null;
  /** Mean recall. */
  balancedAccuracy: number | null;
  precision: PerClass;
  recall: PerClass;
  f1: PerClass;
  /** Two classes: of class 1. More: mean of one class against the rest over the classes where it has a value. */
  rocAuc: number | null;
  /** As rocAuc. */
  averagePrecision: number | null;
  /** Mean of -log of the probability of the true class; null where rows of probabilities do not add up to 1. */
  logLoss: number | null;
  /**
   * Brier score, less is better, null as `logLoss`. Two classes: mean of (p - y)^2 of class 1, from 0 to 1. More: mean of
   * its sum over the classes, from 0 to 2. scikit-learn's brier_score_loss with scale_by_half="auto".
   */
  brier: number | null;
}

/**
 * @throws {ShapeError} when the parts do not have one entry (or row) per case
 * @throws {DataError} when a label or prediction is out of range, or a probability is not finite
 */
export function scorePredictions(predictions: Predictions): Metrics {
  const { labels, predicted, probabilities, classCount, trainLabels } = predictions;
  const confusion = confusionMatrix(labels, predicted, classCount);
  const cases = labels.length;
  if (probabilities && probabilities.length !== cases * classCount)
    throw new ShapeError(
      `metrics: got ${probabilities.length} probabilities, expected ${cases} cases x ${classCount} classes.`,
    );
  for (let k = 0; probabilities && k < probabilities.length; k++)
    if (!Number.isFinite(probabilities[k]))
      throw new DataError(
        `metrics: got a probability of ${probabilities[k]} for case ${Math.floor(k / classCount)} (from 0), expected a finite number. Look at what predicted it.`,
      );
  const actual = confusion.map((row) => total(row));
  const claimed = confusion.map((_, c) => total(confusion.map((row) => row[c])));
  const perClass = (of: (hits: number, c: number) => number | null): PerClass => {
    const values = confusion.map((row, c) => of(row[c], c));
    return { perClass: values, macro: mean(values.filter((_, c) => actual[c] > 0)) };
  };
  const recall = perClass((hits, c) => ratio(hits, actual[c]));
  const majorityClass = mostCommon(trainLabels ?? labels, classCount);
  return {
    cases,
    confusion,
    accuracy: ratio(total(confusion.map((row, c) => row[c])), cases),
    majorityRate: majorityClass === null ? null : ratio(actual[majorityClass], cases),
    majorityClass,
    balancedAccuracy: recall.macro,
    precision: perClass((hits, c) => (claimed[c] === 0 && actual[c] > 0 ? 0 : ratio(hits, claimed[c]))),
    recall,
    f1: perClass((hits, c) => (actual[c] === 0 ? null : (2 * hits) / (actual[c] + claimed[c]))),
    rocAuc: oneAgainstRest(predictions, rocAuc),
    averagePrecision: oneAgainstRest(predictions, averagePrecision),
    ...(probabilities ? properScores(labels, probabilities, classCount) : { logLoss: null, brier: null }),
  };
}

/** The scores that only the true probabilities make least; null where a row does not add up to 1, or there is none. */
export function properScores(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
): Pick<Metrics, "logLoss" | "brier"> {
  const losses = logLosses(labels, probabilities, classCount);
  if (!losses) return { logLoss: null, brier: null };
  let squares = 0;
  for (let n = 0; n < labels.length; n++)
    for (let c = classCount === 2 ? 1 : 0; c < classCount; c++)
      squares += (probabilities[n * classCount + c] - (labels[n] === c ? 1 : 0)) ** 2;
  return { logLoss: mean(Array.from(losses)), brier: ratio(squares, labels.length) };
}

/** A probability below this counts as this, so that one sure mistake is not an infinite loss (as scikit-learn). */
const SUREST = 2 ** -52;

/** How far a row of probabilities may be from a sum of 1. */
const ROUNDING = 1e-6;

/** [N], -log of the probability of the true class; undefined where a row does not add up to 1: scores of another kind. */
export function logLosses(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classCount: number,
): Float64Array | undefined {
  const losses = new Float64Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    let total = 0;
    for (let c = 0; c < classCount; c++) total += probabilities[n * classCount + c];
    if (!(Math.abs(total - 1) < ROUNDING)) return undefined;
    losses[n] = -Math.log(Math.max(SUREST, probabilities[n * classCount + labels[n]]));
  }
  return losses;
}

function oneAgainstRest(
  { labels, probabilities, classCount }: Predictions,
  score: (scores: Float64Array, positive: boolean[]) => number | null,
): number | null {
  if (!probabilities) return null;
  const classes = classCount === 2 ? [1] : Array.from({ length: classCount }, (_, c) => c);
  return mean(
    classes.map((c) =>
      score(
        Float64Array.from(labels, (_, i) => probabilities[i * classCount + c]),
        Array.from(labels, (label) => label === c),
      ),
    ),
  );
}

/** The class with the most labels, the lowest of equals; null without labels. */
function mostCommon(labels: ArrayLike<number>, classCount: number): number | null {
  if (labels.length === 0) return null;
  const counts = new Int32Array(classCount);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts.indexOf(Math.max(...counts));
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Mean of the values that are not null. */
function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return ratio(total(known), known.length);
}

function total(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
