import { ShapeError } from "../../errors.js";
import { type SparseRows, selectSparseRows } from "../../table/sparse-rows.js";
import type { ClassifierOptions, SparseClassifier } from "../base/classifier.js";
import { trainingRows } from "../base/training-rows.js";
import { minimise } from "./lbfgs.js";
import { lossAndSlopes, softmaxInPlace } from "./linear-model.js";

/** Strengths that are tried, the strongest penalty first. */
const STRENGTHS = [1, 10, 100, 1000];
/** Without rows to choose on. */
const USUAL = 10;
/** One row in so many of each class is held out for the choice. */
const HELD = 5;
/** On the largest entry of the gradient per unit of weight; entries of sparse columns are small. */
const TOLERANCE = 1e-5;
const MOST_ITERATIONS = 300;

/**
 * Logistic regression on sparse rows as they come, neither centred nor scaled: the objective of `logisticRegression`.
 * C is the one of 1, 10, 100 and 1000 with the smallest log loss on every fifth row of each class, which the trial did not
 * see; then all rows are fitted.
 */
export function sparseLogistic({
  classWeight,
  chosen,
}: Pick<ClassifierOptions, "classWeight" | "chosen">): SparseClassifier {
  return {
    fit(x, labels, classCount) {
      const where = "logistic fit";
      const shape = { rows: x.rows, names: { length: x.width } };
      const { classes, target, weights } = trainingRows(where, shape, labels, classCount, classWeight);
      const outputs = classes.length === 2 ? 1 : classes.length;
      const data = { x, target, weights, outputs };
      const C = chosen?.C ?? chooseStrength(data, classes.length);
      const found = fitOnce(data, C);
      const notes = [`Logistic regression read the sparse columns of all n-grams, with C = ${C}.`];
      if (!found.converged)
        notes.push(`Logistic regression stopped after ${found.iterations} iterations before it converged.`);
      return {
        chosen: { C },
        notes,
        predictProba(given) {
          if (given.width !== x.width)
            throw new ShapeError(
              `logistic predict: got sparse rows of ${given.width} columns, expected ${x.width}, as in training.`,
            );
          return probabilities(given, found.x, outputs, classes, classCount);
        },
      };
    },
  };
}

interface Data {
  x: SparseRows;
  target: Int32Array;
  weights: Float64Array;
  outputs: number;
}

function chooseStrength(data: Data, classCount: number): number {
  const seen = new Int32Array(classCount);
  const held: number[] = [];
  const fitted: number[] = [];
  data.target.forEach((c, row) => {
    (seen[c]++ % HELD === HELD - 1 ? held : fitted).push(row);
  });
  if (seen.some((count) => count < HELD)) return USUAL; // a class without a row to choose on
  const part = (rows: readonly number[]): Data => ({
    x: selectSparseRows(data.x, rows),
    target: Int32Array.from(rows, (row) => data.target[row]),
    weights: Float64Array.from(rows, (row) => data.weights[row]),
    outputs: data.outputs,
  });
  const [trial, rest] = [part(fitted), part(held)];
  let start: Float64Array | undefined;
  const losses = STRENGTHS.map((C) => {
    start = fitOnce(trial, C, start).x;
    return lossOf(rest, start);
  });
  return STRENGTHS[losses.indexOf(Math.min(...losses))];
}

/** @param start parameters to begin with: those of another strength are near */
function fitOnce(data: Data, C: number, start?: Float64Array) {
  const size = data.outputs * (data.x.width + 1);
  const options = { tolerance: TOLERANCE, maxIterations: MOST_ITERATIONS };
  return minimise(penalisedLoss(data, C), start ?? new Float64Array(size), options);
}

/** As that of dense rows; parameters are [columns, outputs] coefficients, so that those of a column lie together, then intercepts. */
function penalisedLoss({ x, target, weights, outputs }: Data, C: number) {
  const size = outputs * x.width;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scores = new Float64Array(outputs);
  return (parameters: Float64Array, gradient: Float64Array): number => {
    let penalty = 0;
    for (let k = 0; k < size; k++) {
      penalty += 0.5 * parameters[k] * parameters[k];
      gradient[k] = parameters[k] / C;
    }
    gradient.fill(0, size);
    let loss = 0;
    for (let row = 0; row < x.rows; row++) {
      scoresOf(x, row, parameters, scores);
      loss += weights[row] * lossAndSlopes(scores, target[row]);
      for (let t = 0; t < outputs; t++) scores[t] *= weights[row];
      for (let t = 0; t < outputs; t++) gradient[size + t] += scores[t];
      for (let k = x.starts[row]; k < x.starts[row + 1]; k++) {
        const at = x.columns[k] * outputs;
        for (let t = 0; t < outputs; t++) gradient[at + t] += x.values[k] * scores[t];
      }
    }
    for (let k = 0; k < gradient.length; k++) gradient[k] /= total;
    return (loss + penalty / C) / total;
  };
}

function scoresOf(x: SparseRows, row: number, parameters: Float64Array, scores: Float64Array): void {
  const outputs = scores.length;
  const size = outputs * x.width;
  for (let t = 0; t < outputs; t++) scores[t] = parameters[size + t];
  for (let k = x.starts[row]; k < x.starts[row + 1]; k++) {
    const at = x.columns[k] * outputs;
    for (let t = 0; t < outputs; t++) scores[t] += x.values[k] * parameters[at + t];
  }
}

/** Mean log loss of rows that were not fitted. */
function lossOf({ x, target, weights, outputs }: Data, parameters: Float64Array): number {
  const scores = new Float64Array(outputs);
  let loss = 0;
  for (let row = 0; row < x.rows; row++) {
    scoresOf(x, row, parameters, scores);
    loss += weights[row] * lossAndSlopes(scores, target[row]);
  }
  return loss;
}

/** [rows, classCount] */
function probabilities(
  x: SparseRows,
  parameters: Float64Array,
  outputs: number,
  classes: readonly number[],
  classCount: number,
): Float64Array {
  const result = new Float64Array(x.rows * classCount);
  const scores = new Float64Array(outputs);
  for (let row = 0; row < x.rows; row++) {
    scoresOf(x, row, parameters, scores);
    const at = row * classCount;
    if (outputs === 1) {
      result[at + classes[0]] = 1 / (1 + Math.exp(scores[0]));
      result[at + classes[1]] = 1 / (1 + Math.exp(-scores[0]));
      continue;
    }
    softmaxInPlace(scores);
    for (let t = 0; t < outputs; t++) result[at + classes[t]] = scores[t];
  }
  return result;
}
