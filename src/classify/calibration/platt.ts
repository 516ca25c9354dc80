import { minimise } from "../linear/lbfgs.js";
import { lossAndSlopes } from "../linear/linear-model.js";

/** p becomes 1 / (1 + exp(-(slope * logit(p) + intercept))), where p is first moved to between `least` and `most`. */
export interface PlattMap {
  slope: number;
  intercept: number;
  least: number;
  most: number;
}

/** A probability that is nearer to 0 or 1 counts as this far from it. */
const NEAREST = 2 ** -52;

/**
 * Platt's sigmoid with his smoothed targets, (positives + 1) / (positives + 2) and 1 / (negatives + 2), by maximum
 * likelihood (Platt, Probabilistic Outputs for Support Vector Machines, 1999): scikit-learn's _SigmoidCalibration, on
 * the logit of the probability. The logit is the score of boosting and of logistic regression, so class weights, which
 * shift it, can be undone. A sigmoid of the probability itself could not do that.
 *
 * 0 and 1, which shares of votes can be, have no logit. Where such rows are among those of the fit, 0 counts as half of
 * the smallest probability above it, and 1 likewise. Otherwise the bounds are 2^-52 from 0 and 1, and the order of
 * scores stays as it is. The slope is below 0 if the rows rank worse than chance.
 * @param scores [rows], probabilities
 * @param positive [rows]
 */
export function fitPlatt(scores: Float64Array, positive: readonly boolean[]): PlattMap {
  const bounds = { least: boundOf(scores), most: 1 - boundOf(scores.map((p) => 1 - p)) };
  const logits = scores.map((p) => logitOf(p, bounds));
  const positives = positive.filter(Boolean).length;
  const negatives = positive.length - positives;
  const targets = positive.map((is) => (is ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)));
  const own = new Float64Array(1);
  const objective = ([slope, intercept]: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    let loss = 0;
    for (let n = 0; n < logits.length; n++) {
      const score = slope * logits[n] + intercept;
      own[0] = score;
      loss += lossAndSlopes(own, 1) + (1 - targets[n]) * score;
      const miss = own[0] + 1 - targets[n]; // what is predicted, less the target
      gradient[0] += miss * logits[n];
      gradient[1] += miss;
    }
    for (let k = 0; k < 2; k++) gradient[k] /= logits.length;
    return loss / logits.length;
  };
  const start = Float64Array.of(0, Math.log((positives + 1) / (negatives + 1)));
  const [slope, intercept] = minimise(objective, start, { tolerance: 1e-10, maxIterations: 200 }).x;
  return { slope, intercept, ...bounds };
}

export function applyPlatt({ slope, intercept, ...bounds }: PlattMap, score: number): number {
  return 1 / (1 + Math.exp(-(slope * logitOf(score, bounds) + intercept)));
}

/** What stands in the place of 0: half of the smallest number above it if a 0 is there. */
function boundOf(scores: Float64Array): number {
  if (!scores.includes(0)) return NEAREST;
  const least = scores.reduce((found, p) => (p > 0 && p < found ? p : found), 1);
  return Math.max(NEAREST, least / 2);
}

function logitOf(p: number, { least, most }: { least: number; most: number }): number {
  const inside = Math.min(most, Math.max(least, p));
  return Math.log(inside / (1 - inside));
}
