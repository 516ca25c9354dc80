import { z } from "zod";
import { ShapeError } from "../../errors.js";
import { type SparseRows, selectSparseRows } from "../../table/sparse-rows.js";
import { expectState } from "../base/checks.js";
import { type ClassifierOptions, type FittedSparse, type SparseClassifier, stateFields } from "../base/classifier.js";
import { pack, unpack } from "../base/packed.js";
import { trainingRows } from "../base/training-rows.js";
import { chooseStrength, type ObjectiveOf } from "./choose-strength.js";
import { minimise } from "./lbfgs.js";
import { lossAndSlopes, softmaxInPlace } from "./linear-model.js";

/** Entries of sparse columns are small: weaker penalties, and a finer tolerance, than for standardised ones. */
const STEPS = { tolerance: 1e-5, maxIterations: 300 };
const RULES = { strengths: [1, 10, 100, 1000], usual: 10, least: 5, ...STEPS };

/** A fit as plain JSON; `columns` counts those of a sparse row. */
export const sparseLogisticState = z.object({
  kind: z.literal("sparseLogistic"),
  ...stateFields,
  /** [columns, outputs] coefficients, then [outputs] intercepts, float64; see `pack`. */
  parameters: z.string(),
  C: z.number().positive(),
});
export type SparseLogisticState = z.infer<typeof sparseLogisticState>;

/**
 * Logistic regression on sparse rows as they come, neither centred nor scaled: the objective of `logisticRegression`.
 * C is chosen (`chooseStrength`) among 1, 10, 100 and 1000 unless it is given.
 */
export function sparseLogistic({
  classWeight,
  C: given,
  chosen,
}: Pick<ClassifierOptions, "classWeight" | "C" | "chosen">): SparseClassifier {
  return {
    fit(x, labels, classCount) {
      const where = "logistic fit";
      const shape = { rows: x.rows, names: { length: x.width } };
      const { classes, target, weights } = trainingRows(where, shape, labels, classCount, classWeight);
      const outputs = classes.length === 2 ? 1 : classes.length;
      const size = outputs * (x.width + 1);
      const some = (rows: Int32Array): ObjectiveOf => {
        const part = { x: selectSparseRows(x, rows), target: rows.map((row) => target[row]), outputs };
        return (weights, C) => penalisedLoss({ ...part, weights }, C);
      };
      const known = chosen?.C ?? given;
      const { C, notes: told } =
        known === undefined ? chooseStrength(some, { target, weights, size }, RULES) : { C: known, notes: [] };
      const found = minimise(penalisedLoss({ x, target, weights, outputs }, C), new Float64Array(size), STEPS);
      const notes = [`Logistic regression read the sparse columns of all n-grams.`, ...told];
      if (!found.converged)
        notes.push(`Logistic regression stopped after ${found.iterations} iterations before it converged.`);
      return {
        chosen: { C },
        ...loadSparseLogistic({
          ...{ kind: "sparseLogistic", classCount, classes, columns: x.width, notes, C },
          parameters: pack("float64", found.x),
        }),
      };
    },
  };
}

/** @throws {Error} in a few words when parts of the state do not match */
export function loadSparseLogistic(state: SparseLogisticState): FittedSparse<SparseLogisticState> {
  const { classes, classCount, columns, notes } = state;
  const parameters = unpack("float64", state.parameters);
  const outputs = classes.length === 2 ? 1 : classes.length;
  expectState(parameters.length === outputs * (columns + 1), "parameters that do not match the columns");
  expectState(
    classes.every((c) => c < classCount),
    "a class beyond classCount",
  );
  return {
    notes,
    toJSON: () => state,
    predictProba(x) {
      if (x.width !== columns)
        throw new ShapeError(
          `logistic predict: got sparse rows of ${x.width} columns, expected ${columns}, as in training.`,
        );
      return probabilities(x, parameters, outputs, classes, classCount);
    },
  };
}

interface Data {
  x: SparseRows;
  target: Int32Array;
  weights: Float64Array;
  outputs: number;
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
      if (weights[row] === 0) continue; // held out
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
