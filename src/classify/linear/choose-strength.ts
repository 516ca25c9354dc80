import { minimise, type Objective } from "./lbfgs.js";

/** What is minimised for weights of the rows that were opened and one strength C; rows of weight 0 do not count. */
export type ObjectiveOf = (weights: Float64Array, C: number) => Objective;

/** How a strength is chosen. */
export interface StrengthRules {
  /** Those that are tried, ascending: the strongest penalty first. */
  strengths: readonly number[];
  /** Where the rarest class has fewer than `least` rows: too few to choose on. */
  usual: number;
  least: number;
  tolerance: number;
  maxIterations: number;
}

/** Rows of each class are dealt to so many folds. */
export const FOLDS = 5;
/** One fold after another is held out until so many rows of the rarest class were: more cost time and change little. */
const ENOUGH = 200;
/** No more rows of a class are looked at, spread evenly; they stand for the others by their weights. */
const MOST = 20_000;

/**
 * Chooses C of logistic regression: the strength with the smallest weighted log loss on rows that its trial did not see.
 * Rows of a class that follow one another share a fold: so rows of an entity, or of a time, are mostly on one side, as in
 * scikit-learn's LogisticRegressionCV. A trial begins where that of the stronger penalty ended. The loss has one
 * minimum along the strengths, so no weaker penalty is tried after the first one that did not do better.
 * @param open some rows, ascending, to be fitted and held out
 * @param target [rows], position of each row's class
 * @param size parameters of a fit
 * @returns also what to tell of a choice
 */
export function chooseStrength(
  open: (rows: Int32Array) => ObjectiveOf,
  { target, weights, size }: { target: Int32Array; weights: Float64Array; size: number },
  { strengths, usual, least, ...steps }: StrengthRules,
): { C: number; notes: string[] } {
  const { rows, fold, shares, rarest } = dealt(target, weights);
  if (rarest < Math.max(least, FOLDS)) return { C: usual, notes: [] };
  const held = Math.min(FOLDS, Math.ceil((FOLDS * ENOUGH) / rarest));
  const objectiveOf = open(rows);
  const trials = Array.from({ length: held }, (_, k) => {
    const fitted = shares.map((weight, i) => (fold[i] === FOLDS - 1 - k ? 0 : weight));
    const rest = shares.map((weight, i) => (fold[i] === FOLDS - 1 - k ? weight : 0));
    const total = rest.reduce((sum, weight) => sum + weight, 0);
    return { fitted, rest, total, parameters: new Float64Array(size) as Float64Array };
  });
  const unused = new Float64Array(size);
  let best = Number.POSITIVE_INFINITY;
  let chosen = usual;
  for (const C of strengths) {
    let loss = 0;
    for (const trial of trials) {
      const { fitted, rest, total, parameters } = trial;
      trial.parameters = minimise(objectiveOf(fitted, C), parameters, steps).x;
      loss += total * objectiveOf(rest, Number.POSITIVE_INFINITY)(trial.parameters, unused); // without a penalty
    }
    if (loss >= best) break;
    best = loss;
    chosen = C;
  }
  return { C: chosen, notes: [`Logistic regression chose C = ${chosen} on folds of its training rows.`] };
}

/** The rows to look at, with fold and weight of each, and how many the rarest class has. Rows of weight 0 do not count. */
function dealt(target: Int32Array, weights: Float64Array) {
  const members: number[][] = [];
  weights.forEach((weight, row) => {
    if (weight > 0) (members[target[row]] ??= []).push(row);
  });
  const picked = members.flatMap((own) => {
    const count = Math.min(MOST, own.length);
    const rows = Array.from({ length: count }, (_, k) => own[Math.floor((k * own.length) / count)]);
    const total = own.reduce((sum, row) => sum + weights[row], 0);
    const factor = total / rows.reduce((sum, row) => sum + weights[row], 0);
    return rows.map((row, k) => ({ row, fold: Math.floor((FOLDS * k) / count), weight: factor * weights[row] }));
  });
  picked.sort((a, b) => a.row - b.row);
  return {
    rows: Int32Array.from(picked, ({ row }) => row),
    fold: Int8Array.from(picked, ({ fold }) => fold),
    shares: Float64Array.from(picked, ({ weight }) => weight),
    rarest: Math.min(...members.map((own) => own.length)),
  };
}
