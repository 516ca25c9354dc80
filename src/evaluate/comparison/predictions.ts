import { type Expression, hasNetwork, nameOfExpression } from "../../features/sets/expression.js";
import type { LatentMap, Learning, Reconstructions } from "./comparison.js";

/** Which work: a classifier on a feature set, in one resample (from 1), with one network seed. */
export interface PredictionKey {
  resample: number;
  features: string;
  classifier: string;
  /** 0 for features without a network. */
  seed: number;
}

export function idOfPrediction({ resample, features, classifier, seed }: PredictionKey): string {
  return JSON.stringify([resample, features, classifier, seed]);
}

/** What one classifier predicts for the test cases of one resample. */
export interface Prediction {
  columns: number;
  /** [test cases, classes] */
  probabilities: Float64Array;
  /** [validation cases, classes], of two classes [validation cases] of class 1; by a classifier that did not see them. */
  validation?: Float64Array;
  notes: string[];
  seconds: number;
}

/** What is known of a feature set that was made, beside its numbers. */
export interface Built {
  notes: string[];
  seconds: number;
  learning?: Learning;
  map?: LatentMap;
  reconstructions?: Reconstructions;
}

/** All predictions so far, of this run and of an earlier one, and where more are kept. */
export interface Results {
  prediction(key: PredictionKey): Prediction | undefined;
  built(key: Omit<PredictionKey, "classifier">): Built | undefined;
  keepPrediction(key: PredictionKey, prediction: Prediction): Promise<void>;
  keepBuilt(key: Omit<PredictionKey, "classifier">, built: Built): Promise<void>;
}

/** Whether a prediction is there, with what the choice on the training part needs. */
export function isDone(results: Results, key: PredictionKey, { validation }: { validation?: unknown }): boolean {
  const found = results.prediction(key);
  return found !== undefined && (validation === undefined || found.validation !== undefined);
}

/** Under which name and seed the predictions of an expression are kept. */
export function featureKey(expression: Expression, networkSeed: number) {
  return { features: nameOfExpression(expression), seed: hasNetwork(expression) ? networkSeed : 0 };
}

/** What an expression predicts; averages are made of their parts. */
export function predictionOf(
  results: Results,
  key: Pick<PredictionKey, "resample" | "classifier">,
  expression: Expression,
  networkSeed: number,
): Prediction {
  if (expression.kind === "average")
    return averagePredictions(expression.parts.map((part) => predictionOf(results, key, part, networkSeed)));
  return results.prediction({ ...key, ...featureKey(expression, networkSeed) })!;
}

/** Mean of the scores of several feature sets with the same classifier. */
export function averagePredictions(parts: readonly Prediction[]): Prediction {
  const held = parts.flatMap(({ validation }) => (validation ? [validation] : []));
  return {
    columns: parts.reduce((sum, { columns }) => sum + columns, 0),
    probabilities: meanOf(parts.map(({ probabilities }) => probabilities)),
    ...(held.length === parts.length && { validation: meanOf(held) }),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** The mean of several arrays, number by number. */
export function meanOf(arrays: readonly Float64Array[]): Float64Array {
  return arrays[0].map((_, k) => arrays.reduce((sum, array) => sum + array[k], 0) / arrays.length);
}

/** Several arrays as one, one after another. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}
