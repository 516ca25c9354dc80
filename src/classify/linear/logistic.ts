import { OptionError } from "../../errors.js";
import { expectOneOf, expectOptions, expectSwitch } from "../../options.js";
import { selectRows } from "../../table/feature-table.js";
import type { Classifier, ClassifierEntry, ClassWeight } from "../base/classifier.js";
import { type ColumnScaling, columnScaling, trainingRows, weightedMeans } from "../base/training-rows.js";
import { chooseStrength, type ObjectiveOf } from "./choose-strength.js";
import { minimise } from "./lbfgs.js";
import { type LinearState, linearClassifier, linearEntry, unscaled } from "./linear-model.js";
import { manyClasses, twoClasses } from "./row-losses.js";
import { dotRow, type RowProducts, rowProducts } from "./row-products.js";
import { sparseLogistic } from "./sparse-logistic.js";

/** Settings of `logisticRegression`. */
export interface LogisticOptions {
  C?: number | "auto";
  classWeight?: ClassWeight;
  standardise?: boolean;
  tolerance?: number;
  maxIterations?: number;
}

/**
 * Logistic regression on standardised columns, multinomial for three classes and more. Minimises
 * C * (weighted sum of log losses) + |coefficients|^2 / 2 with a free intercept: scikit-learn's objective.
 *
 * @param C above 0; smaller is a stronger penalty. "auto": of 0.001 to 10 the one with the smallest log
 *   loss on inner folds, where the rarest class has 100 rows or more; else 1
 * @param standardise false: columns are only centred, for tables whose scale means something (balanced blocks)
 * @param tolerance on the largest entry of the gradient, divided by C * (sum of weights)
 * @throws {OptionError} when a C that is given, tolerance or maxIterations is not positive
 */
export function logisticRegression(settings: LogisticOptions = {}): Classifier<LinearState> {
  expectOptions("logistic regression", settings, ["C", "classWeight", "standardise", "tolerance", "maxIterations"]);
  const { C = "auto", classWeight = "none", standardise = true, tolerance = 1e-4, maxIterations = 500 } = settings;
  expectOneOf("logistic regression", "classWeight", classWeight, ["none", "balanced"]);
  expectSwitch("logistic regression", "standardise", standardise);
  for (const [name, value] of Object.entries({ ...(C !== "auto" && { C }), tolerance, maxIterations }))
    if (!(typeof value === "number" && value > 0))
      throw new OptionError(
        `logistic regression: ${name} is ${value}, expected a number above 0${name === "C" ? ', or "auto"' : ""}.`,
      );
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
      const steps = { tolerance, maxIterations };
      const some = (rows: Int32Array): ObjectiveOf => {
        const products = rowProducts(selectRows(x, rows).values, x.names.length, outputs);
        const labels = rows.map((row) => target[row]);
        return (weights, C) => penalisedLoss(products, scaling, labels, weights, outputs, C);
      };
      const shape = { target, weights, size: size + outputs };
      const strength = C === "auto" ? chooseStrength(some, shape, { ...CHOICE, ...steps }) : { C, notes: [] };
      const products = rowProducts(x.values, x.names.length, outputs);
      const objective = penalisedLoss(products, scaling, target, weights, outputs, strength.C);
      const found = minimise(objective, new Float64Array(size + outputs), steps);
      const fitted = linearClassifier({
        kind: "logistic",
        classCount,
        classes,
        ...unscaled(found.x.subarray(0, size), found.x.subarray(size), scaling.mean, scaling.scale),
        means: Array.from(weightedMeans(x, weights)),
        C: strength.C,
        notes: found.converged
          ? strength.notes
          : [
              ...strength.notes,
              `Logistic regression stopped after ${found.iterations} iterations before it converged to ${tolerance}; ` +
                "raise maxIterations or lower C if the last digits of its probabilities matter.",
            ],
      });
      return { ...fitted, chosen: { C: strength.C } };
    },
  };
}

/** What "auto" tries. With fewer rows of the rarest class C = 1 does as well as a choice on them: docs/classify.md. */
const CHOICE = { strengths: [0.001, 0.01, 0.1, 1, 10], usual: 1, least: 100 };

export const logistic: ClassifierEntry<LinearState> = {
  ...linearEntry,
  rareWeight: "none", // with balanced weights it ranks worse at the top: docs/simulation.md
  make: ({ classWeight, standardise, C, chosen }) =>
    logisticRegression({ C: chosen?.C ?? C, classWeight, standardise: standardise === true }),
  sparse: sparseLogistic,
};

/**
 * The objective divided by C * (sum of weights), of parameters [outputs, columns] coefficients then [outputs] intercepts.
 * Works on the raw float32 rows: standardising is linear, so it is folded into coefficients and gradient.
 */
function penalisedLoss(
  products: RowProducts,
  { mean, scale }: ColumnScaling,
  target: Int32Array,
  weights: Float64Array,
  outputs: number,
  C: number,
) {
  const columns = mean.length;
  const size = outputs * columns;
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const { scores, vectors: raw } = products; // raw: coefficients of the columns as they come
  const offsets = new Float64Array(outputs);
  const rows = { target, weights, offsets };
  return (parameters: Float64Array, gradient: Float64Array): number => {
    for (let k = 0; k < size; k++) raw[k] = parameters[k] / scale[k % columns];
    for (let t = 0; t < outputs; t++) offsets[t] = parameters[size + t] - dotRow(mean, 0, raw, t * columns, columns);
    gradient.fill(0);
    products.sums.fill(0);
    let loss = 0;
    const slopes = gradient.subarray(size);
    products.pass((from, count) => {
      loss +=
        outputs === 1 ? twoClasses(scores, from, count, rows, slopes) : manyClasses(scores, from, count, rows, slopes);
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
