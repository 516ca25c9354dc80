import { OptionError } from "../../errors.js";
import { expectOneOf, expectOptions, expectSwitch } from "../../options.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { Classifier, ClassifierEntry, ClassWeight } from "../base/classifier.js";
import { type ColumnScaling, columnScaling, trainingRows } from "../base/training-rows.js";
import { minimise } from "./lbfgs.js";
import { type LinearState, linearClassifier, linearEntry, lossAndSlopes, unscaled } from "./linear-model.js";
import { dotRow, rowProducts } from "./row-products.js";
import { sparseLogistic } from "./sparse-logistic.js";

/** Settings of `logisticRegression`. */
export interface LogisticOptions {
  C?: number;
  classWeight?: ClassWeight;
  standardise?: boolean;
  tolerance?: number;
  maxIterations?: number;
}

/**
 * Logistic regression on standardised columns, multinomial for three classes and more. Minimises
 * C * (weighted sum of log losses) + |coefficients|^2 / 2 with a free intercept: scikit-learn's objective.
 *
 * @param C above 0; smaller is a stronger penalty
 * @param standardise false: columns are only centred, for tables whose scale means something (balanced blocks)
 * @param tolerance on the largest entry of the gradient, divided by C * (sum of weights)
 * @throws {OptionError} when C, tolerance or maxIterations is not positive
 */
export function logisticRegression(settings: LogisticOptions = {}): Classifier<LinearState> {
  expectOptions("logistic regression", settings, ["C", "classWeight", "standardise", "tolerance", "maxIterations"]);
  const { C = 1, classWeight = "none", standardise = true, tolerance = 1e-4, maxIterations = 500 } = settings;
  expectOneOf("logistic regression", "classWeight", classWeight, ["none", "balanced"]);
  expectSwitch("logistic regression", "standardise", standardise);
  for (const [name, value] of Object.entries({ C, tolerance, maxIterations }))
    if (!(value > 0)) throw new OptionError(`logistic regression: ${name} is ${value}, expected a number above 0.`);
  return {
    name: "logistic",
    fit(x, labels, classCount, options = {}) {
      const where = "logistic fit";
      expectOptions(where, options, ["weights"]);
      const { classes, target, weights } = trainingRows(where, x, labels, classCount, classWeight, options.weights);
      const measured = columnScaling(where, x);
      const scaling = standardise ? measured : { ...measured, scale: measured.scale.map(() => 1) };
      const outputs = classes.length === 2 ? 1 : classes.length;
      const size = outputs * x.names.length;
      const objective = penalisedLoss(x, scaling, target, weights, outputs, C);
      const found = minimise(objective, new Float64Array(size + outputs), { tolerance, maxIterations });
      return linearClassifier({
        kind: "logistic",
        classCount,
        classes,
        ...unscaled(found.x.subarray(0, size), found.x.subarray(size), scaling.mean, scaling.scale),
        notes: found.converged
          ? []
          : [
              `Logistic regression stopped after ${found.iterations} iterations before it converged to ${tolerance}; ` +
                "raise maxIterations or lower C if the last digits of its probabilities matter.",
            ],
      });
    },
  };
}

/** As an entry it stops sooner above this number of rows: the last digits cost minutes, and move no figure. */
const MANY_ROWS = 10_000;

export const logistic: ClassifierEntry<LinearState> = {
  ...linearEntry,
  rareWeight: "none", // with balanced weights it ranks worse at the top: docs/simulation.md
  make: ({ classWeight, standardise, rows }) =>
    logisticRegression({ classWeight, standardise: standardise === true, tolerance: rows > MANY_ROWS ? 1e-3 : 1e-4 }),
  sparse: sparseLogistic,
};

/**
 * The objective divided by C * (sum of weights), of parameters [outputs, columns] coefficients then [outputs] intercepts.
 * Works on the raw float32 rows: standardising is linear, so it is folded into coefficients and gradient.
 */
function penalisedLoss(
  x: FeatureTable,
  { mean, scale }: ColumnScaling,
  target: Int32Array,
  weights: Float64Array,
  outputs: number,
  C: number,
) {
  const columns = x.names.length;
  const size = outputs * columns;
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const products = rowProducts(columns, outputs);
  const raw = products.vectors; // coefficients of the columns as they come
  const offsets = new Float64Array(outputs);
  const own = new Float64Array(outputs);
  return (parameters: Float64Array, gradient: Float64Array): number => {
    for (let k = 0; k < size; k++) raw[k] = parameters[k] / scale[k % columns];
    for (let t = 0; t < outputs; t++) offsets[t] = parameters[size + t] - dotRow(mean, 0, raw, t * columns, columns);
    gradient.fill(0);
    products.sums.fill(0);
    let loss = 0;
    products.pass(x.values, x.rows, (from, count) => {
      const { scores } = products;
      for (let r = 0, k = 0; r < count; r++, k += outputs) {
        const row = from + r;
        for (let t = 0; t < outputs; t++) own[t] = offsets[t] + scores[k + t];
        loss += weights[row] * lossAndSlopes(own, target[row]);
        for (let t = 0; t < outputs; t++) {
          const slope = weights[row] * own[t];
          scores[k + t] = slope;
          gradient[size + t] += slope;
        }
      }
    });
    gradient.set(products.sums);
    let penalty = 0;
    for (let t = 0; t < outputs; t++)
      for (let j = 0; j < columns; j++) {
        const k = t * columns + j;
        penalty += 0.5 * parameters[k] * parameters[k];
        const slope = (gradient[k] - mean[j] * gradient[size + t]) / scale[j];
        gradient[k] = (slope + parameters[k] / C) / totalWeight;
      }
    for (let t = 0; t < outputs; t++) gradient[size + t] /= totalWeight;
    return (loss + penalty / C) / totalWeight;
  };
}
