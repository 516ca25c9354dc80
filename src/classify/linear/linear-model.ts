import { z } from "zod";
import { expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { expectColumns, expectState } from "../base/checks.js";
import { type FittedClassifier, stateFields } from "../base/classifier.js";
import { dotRow } from "./row-products.js";

/**
 * A fitted linear classifier as plain data, for columns as they come (the scaling is folded in). Two fitted
 * classes share one row of coefficients, whose positive side is the second class.
 */
export const linearState = z.object({
  kind: z.enum(["ridge", "logistic"]),
  ...stateFields,
  /** [outputs, columns], row-major; outputs is 1 for two fitted classes and their number otherwise. */
  coefficients: z.array(z.number()),
  /** [outputs] */
  intercepts: z.array(z.number()),
  /** [columns], over the training rows by their weights; only explanations use it. Absent: saved before it was kept. */
  means: z.array(z.number()).optional(),
  /** Ridge only: the penalty chosen by leave-one-out. */
  alpha: z.number().optional(),
  /** Logistic regression only: the strength it was fitted with. */
  C: z.number().optional(),
});
export type LinearState = z.infer<typeof linearState>;

/** What ridge and logistic regression share as entries of the table of classifiers. */
export const linearEntry = {
  balanced: true,
  state: linearState,
  load(state: LinearState) {
    const { classes, intercepts, coefficients, columns, means } = state;
    const outputs = classes.length === 2 ? 1 : classes.length;
    expectState(intercepts.length === outputs, "intercepts that do not match the classes");
    expectState(coefficients.length === outputs * columns, "coefficients that do not match the columns");
    expectState(means === undefined || means.length === columns, "means that do not match the columns");
    return linearClassifier(state);
  },
};

/**
 * A classifier from its linear state. Its probabilities are the softmax of the decision values; of two classes,
 * the logistic function of their difference. For logistic regression these are the model's own. Ridge fits +-1
 * targets, so there they only rank cases and are not calibrated: do not read 0.9 as nine in ten.
 */
export function linearClassifier(state: LinearState): FittedClassifier<LinearState> {
  const { classCount, classes } = state;
  // A ridge decision d stands for +d of the second class against -d of the first: a difference of 2 d.
  const margin = state.kind === "ridge" && classes.length === 2 ? 2 : 1;
  return {
    notes: state.notes,
    toJSON: () => state,
    predict(x) {
      const decisions = decisionValues(state, x);
      const outputs = state.intercepts.length;
      return Int32Array.from({ length: x.rows }, (_, row) => {
        if (outputs === 1) return classes[decisions[row] > 0 ? 1 : 0];
        let best = 0;
        for (let t = 1; t < outputs; t++) if (decisions[row * outputs + t] > decisions[row * outputs + best]) best = t;
        return classes[best];
      });
    },
    predictProba(x) {
      const decisions = decisionValues(state, x);
      const outputs = state.intercepts.length;
      const probabilities = new Float64Array(x.rows * classCount);
      for (let row = 0; row < x.rows; row++) {
        const from = row * classCount;
        if (outputs === 1) {
          probabilities[from + classes[0]] = 1 / (1 + Math.exp(margin * decisions[row]));
          probabilities[from + classes[1]] = 1 / (1 + Math.exp(-margin * decisions[row]));
          continue;
        }
        const values = decisions.subarray(row * outputs, (row + 1) * outputs);
        softmaxInPlace(values);
        for (let t = 0; t < outputs; t++) probabilities[from + classes[t]] = values[t];
      }
      return probabilities;
    },
  };
}

/**
 * Decision values, [rows, outputs]; with one output, positive means the second class.
 * @throws {ShapeError} {DataError} as FittedClassifier.predict
 */
export function decisionValues(state: LinearState, x: FeatureTable): Float64Array {
  const where = `${state.kind} predict`;
  const { columns, intercepts } = state;
  expectColumns(where, x, columns);
  const coefficients = Float64Array.from(state.coefficients);
  const outputs = intercepts.length;
  const decisions = new Float64Array(x.rows * outputs);
  const sums = new Float64Array(columns);
  for (let row = 0; row < x.rows; row++) {
    const from = row * columns;
    for (let j = 0; j < columns; j++) sums[j] += x.values[from + j];
    for (let t = 0; t < outputs; t++)
      decisions[row * outputs + t] = intercepts[t] + dotRow(x.values, from, coefficients, t * columns, columns);
  }
  expectFinite(where, x, sums);
  return decisions;
}

/** Coefficients for standardised columns (x - centre) / scale, rewritten for columns as they come. */
export function unscaled(
  coefficients: Float64Array,
  intercepts: Float64Array,
  centre: Float64Array,
  scale: Float64Array,
): Pick<LinearState, "columns" | "coefficients" | "intercepts"> {
  const columns = scale.length;
  const raw = coefficients.map((value, k) => value / scale[k % columns]);
  const shifted = intercepts.map((value, t) => value - dotRow(centre, 0, raw, t * columns, columns));
  return { columns, coefficients: Array.from(raw), intercepts: Array.from(shifted) };
}

/** Softmax of `values`; returns log(sum(exp(values))) of what they were. */
export function softmaxInPlace(values: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < values.length; t++) if (values[t] > top) top = values[t];
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t] = Math.exp(values[t] - top);
  for (let t = 0; t < values.length; t++) values[t] /= sum;
  return top + Math.log(sum);
}

/** Log loss of one row; its scores become the loss's slopes by them. One score: of class 1 against class 0. */
export function lossAndSlopes(scores: Float64Array, label: number): number {
  if (scores.length === 1) {
    const score = label === 1 ? scores[0] : -scores[0];
    const e = Math.exp(score > 0 ? -score : score);
    const miss = score > 0 ? e / (1 + e) : 1 / (1 + e);
    scores[0] = label === 1 ? -miss : miss;
    return score > 0 ? Math.log1p(e) : Math.log1p(e) - score;
  }
  const own = scores[label];
  const loss = softmaxInPlace(scores) - own;
  scores[label] -= 1;
  return loss;
}
