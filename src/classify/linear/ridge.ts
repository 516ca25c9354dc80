import { expectOneOf, expectOptions } from "../../options.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { BLOCK, productsOfColumns, productsOfRows } from "../../table/linear-algebra/products.js";
import {
  factorTridiagonal,
  inverseQuadraticForms,
  solveTridiagonal,
  tridiagonalize,
} from "../../table/linear-algebra/tridiagonal.js";
import type { Chosen, Classifier, ClassifierEntry, ClassWeight } from "../base/classifier.js";
import { columnScaling, trainingRows, weightedMeans } from "../base/training-rows.js";
import { type LinearState, linearClassifier, linearEntry, unscaled } from "./linear-model.js";
import { rotatedRows } from "./rotated-rows.js";

/** Penalties tried, in the scale of standardised columns: 1e-3 to 1e4 in half decades. */
export const RIDGE_ALPHAS: readonly number[] = Array.from({ length: 15 }, (_, k) => 10 ** (-3 + k / 2));

export interface RidgeOptions {
  classWeight?: ClassWeight;
  standardise?: boolean | "auto";
}

/**
 * Ridge regression on +-1 targets, one against the rest; the penalty is the one of RIDGE_ALPHAS with the smallest
 * (weighted) squared leave-one-out error over all targets, as in scikit-learn's RidgeClassifierCV.
 *
 * With X centred, standardised and multiplied by the root of the row weights, every leave-one-out error has a
 * closed form (Rifkin and Lippert, Notes on Regularized Least Squares, MIT-CSAIL-TR-2007-025) in the inverse of
 * X X' + alpha or X' X + alpha. The smaller of the two is reduced once to tridiagonal form, in which each alpha
 * costs a number of steps linear in its size for each row; the full eigendecomposition is not needed.
 * Time grows with rows * columns * the smaller of both.
 *
 * @param chosen by another fit: its penalty and its way are taken
 * @param options.standardise false: columns are only centred, for tables whose scale means something (balanced blocks);
 *   "auto": the way with the smaller leave-one-out error on the rows fitted on, at twice the time
 */
export function ridgeClassifier(settings: RidgeOptions = {}, chosen?: Chosen): Classifier<LinearState> {
  expectOptions("ridge", settings, ["classWeight", "standardise"]);
  const { classWeight = "none", standardise = true } = settings;
  expectOneOf("ridge", "classWeight", classWeight, ["none", "balanced"]);
  expectOneOf("ridge", "standardise", standardise, [true, false, "auto"]);
  const where = "ridge fit";
  return {
    name: "ridge",
    fit(x, labels, classCount, options = {}) {
      expectOptions(where, options, ["weights"]);
      const { classes, target, weights } = trainingRows(where, x, labels, classCount, classWeight, options.weights);
      const found = solveBest(x, target, weights, classes.length, chosen?.standardise ?? standardise, chosen?.alpha);
      const { problem, solved, way } = found;
      const { alpha, coefficients } = solved;
      const fitted = linearClassifier({
        kind: "ridge",
        classCount,
        classes,
        ...unscaled(coefficients, problem.targetMeans, problem.centre, problem.scale),
        means: Array.from(problem.centre),
        alpha,
        notes: [],
      });
      return { ...fitted, chosen: { alpha, standardise: way } };
    },
  };
}

export const ridge: ClassifierEntry<LinearState> = {
  ...linearEntry,
  rareWeight: "balanced",
  make: ({ classWeight, standardise, chosen }) => ridgeClassifier({ classWeight, standardise }, chosen),
};

/**
 * The mean squared leave-one-out error of the ridge classifier at its best penalty, over rows (by weight) and targets:
 * how well a table does on rows it was not fitted on, estimated from training rows alone. Throws like `fit`.
 */
export function ridgeLeaveOneOut(
  x: FeatureTable,
  labels: Int32Array,
  classCount: number,
  { classWeight = "none", standardise = true }: RidgeOptions = {},
): number {
  const { classes, target, weights } = trainingRows("ridge fit", x, labels, classCount, classWeight);
  const { problem, solved } = solveBest(x, target, weights, classes.length, standardise);
  return solved.error / (problem.totalWeight * problem.targets.length);
}

/** With "auto" both ways are solved; errors count the same rows and targets, so they compare. */
function solveBest(
  x: FeatureTable,
  target: Int32Array,
  weights: Float64Array,
  classes: number,
  standardise: boolean | "auto",
  alpha?: number,
) {
  const ways = standardise === "auto" ? [true, false] : [standardise];
  const alphas = alpha === undefined ? RIDGE_ALPHAS : [alpha];
  return ways
    .map((way) => {
      const problem = { ...ridgeProblem(x, target, weights, classes, way), alphas };
      return { problem, solved: solve(problem), way };
    })
    .reduce((a, b) => (b.solved.error < a.solved.error ? b : a));
}

function solve(problem: RidgeProblem): RidgeSolution {
  const { rows, names } = problem.x;
  return rows <= names.length ? solveByRows(problem) : solveByColumns(problem);
}

interface RidgeProblem {
  x: FeatureTable;
  /** Penalties to try. */
  alphas: readonly number[];
  /** [columns], weighted mean and scale. */
  centre: Float64Array;
  scale: Float64Array;
  /** [rows], square root of the weight. */
  root: Float64Array;
  /** [outputs, rows], +-1 less its weighted mean, times root. */
  targets: Float64Array[];
  /** [outputs] */
  targetMeans: Float64Array;
  totalWeight: number;
}

interface RidgeSolution {
  alpha: number;
  /** Weighted sum of squared leave-one-out errors over all rows and targets, at that alpha. */
  error: number;
  /** [outputs, columns] of standardised columns. */
  coefficients: Float64Array;
}

function ridgeProblem(
  x: FeatureTable,
  target: Int32Array,
  weights: Float64Array,
  classes: number,
  standardise: boolean,
): Omit<RidgeProblem, "alphas"> {
  const columns = x.names.length;
  const scaling = columnScaling("ridge fit", x);
  const scale = standardise ? scaling.scale : new Float64Array(columns).fill(1);
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = weightedMeans(x, weights);
  const root = weights.map(Math.sqrt);
  const positives = classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c);
  const targetMeans = new Float64Array(positives.length);
  const targets = positives.map((positive, t) => {
    const signs = Float64Array.from(target, (c) => (c === positive ? 1 : -1));
    targetMeans[t] = signs.reduce((sum, sign, row) => sum + weights[row] * sign, 0) / totalWeight;
    return signs.map((sign, row) => root[row] * (sign - targetMeans[t]));
  });
  return { x, centre, scale, root, targets, targetMeans, totalWeight };
}

/** For no more rows than columns: K = X X', errors c / d with c = (K + alpha)^-1 y and d the diagonal of that inverse. */
function solveByRows(problem: RidgeProblem): RidgeSolution {
  const { x, root, targets, totalWeight } = problem;
  const n = x.rows;
  const columns = x.names.length;
  const entry = (row: number, column: number) => standardised(problem, row, column);
  const gram = productsOfRows(n, columns, entry);
  // The intercept: u = root / |root| spans what centring removed, an exact null vector of K that has to be left out
  // of the inverse. Lifted above every other eigenvalue, it is subtracted again without loss of digits.
  let lift = 0; // the trace: no eigenvalue is larger
  for (let i = 0; i < n; i++) lift += gram[i * n + i];
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) gram[i * n + j] += (lift * root[i] * root[j]) / totalWeight;
  const tridiagonal = tridiagonalize(gram, n);
  const { qt } = tridiagonal;
  const rotated = targets.map((y) => multiply(qt, y, n));
  let best = { error: Number.POSITIVE_INFINITY, alpha: 0, duals: [] as Float64Array[] };
  for (const alpha of problem.alphas) {
    const factor = factorTridiagonal(tridiagonal, alpha);
    const diagonal = inverseQuadraticForms(factor, qt, n, n);
    const duals = rotated.map((y) => multiplyTransposed(qt, solveTridiagonal(factor, y), n));
    let error = 0;
    for (let i = 0; i < n; i++) {
      const d = diagonal[i] - (root[i] * root[i]) / totalWeight / (lift + alpha);
      for (const dual of duals) error += (dual[i] / d) ** 2;
    }
    if (error < best.error) best = { error, alpha, duals };
  }
  const coefficients = new Float64Array(targets.length * columns);
  best.duals.forEach((dual, t) => {
    for (let row = 0; row < n; row++)
      for (let j = 0; j < columns; j++) coefficients[t * columns + j] += dual[row] * standardised(problem, row, j);
  });
  return { alpha: best.alpha, error: best.error, coefficients };
}

/** For more rows than columns: C = X' X; errors are residual / (1 - leverage), both from Z = X Q, a block of rows at a time. */
function solveByColumns(problem: RidgeProblem): RidgeSolution {
  const { x, root, targets, totalWeight } = problem;
  const n = x.names.length;
  const products = targets.map(() => new Float64Array(n)); // X' y
  const entry = (row: number, column: number) => standardised(problem, row, column);
  const covariance = productsOfColumns(x.rows, n, entry, (block, from, count) => {
    targets.forEach((y, t) => {
      for (let j = 0; j < n; j++) for (let r = 0; r < count; r++) products[t][j] += block[j * BLOCK + r] * y[from + r];
    });
  });
  const tridiagonal = tridiagonalize(covariance, n);
  const { qt } = tridiagonal;
  const rotated = products.map((product) => multiply(qt, product, n));
  const tried = problem.alphas.map((alpha) => {
    const factor = factorTridiagonal(tridiagonal, alpha);
    return { alpha, factor, rotated: rotated.map((y) => solveTridiagonal(factor, y)), error: 0 };
  });

  const turned = rotatedRows(qt, n, tried);
  for (let from = 0; from < x.rows; from += BLOCK) {
    const count = Math.min(BLOCK, x.rows - from);
    for (let r = 0, k = 0; r < count; r++)
      for (let j = 0; j < n; j++, k++) turned.rows[k] = standardised(problem, from + r, j);
    turned.rotate();
    for (const [k, trial] of tried.entries()) {
      const leverage = turned.leverage(k);
      for (let t = 0; t < targets.length; t++) {
        const residual = turned.residuals(k, t, targets[t].subarray(from, from + count));
        for (let r = 0; r < count; r++) {
          const own = (root[from + r] * root[from + r]) / totalWeight; // of the intercept
          trial.error += (residual[r] / (1 - leverage[r] - own)) ** 2;
        }
      }
    }
  }
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
  const coefficients = new Float64Array(targets.length * n);
  for (let t = 0; t < targets.length; t++) coefficients.set(multiplyTransposed(qt, best.rotated[t], n), t * n);
  return { alpha: best.alpha, error: best.error, coefficients };
}

function standardised({ x, centre, scale, root }: RidgeProblem, row: number, column: number): number {
  return (root[row] * (x.values[row * scale.length + column] - centre[column])) / scale[column];
}

/** a v, a [n, n] */
function multiply(a: Float64Array, v: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i] += a[i * n + j] * v[j];
  return out;
}

/** a' v, a [n, n] */
function multiplyTransposed(a: Float64Array, v: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j] += a[i * n + j] * v[i];
  return out;
}
