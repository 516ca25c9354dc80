import { minimise } from "../linear/lbfgs.js";

/** p becomes 1 / (1 + exp(-(slope * logit(p) + intercept))), where p is first moved to between `least` and `most`. */
export interface PlattMap {
  /** Not negative; 0 where the rows of the fit do not rank better than chance. */
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
 * the smallest probability above it, at most as 1/4, and 1 likewise. Otherwise the bounds are 2^-52 from 0 and 1.
 * Scores beyond the bounds tie.
 *
 * The slope is not allowed below 0, where it would turn the order of scores round: rows that rank worse than chance have
 * the slope 0, and every score the same probability.
 * @param scores [rows], probabilities
 * @param positive [rows]
 */
export function fitPlatt(scores: Float64Array, positive: readonly boolean[]): PlattMap {
  const bounds = { least: boundOf(scores), most: 1 - boundOf(scores.map((p) => 1 - p)) };
  const rows = scores.length;
  const logits = scores.map((p) => logitOf(p, bounds));
  // standardised, so that the search is as short wherever and however narrow they are
  const centre = logits.reduce((sum, logit) => sum + logit, 0) / rows;
  const scale = Math.sqrt(logits.reduce((sum, logit) => sum + (logit - centre) ** 2, 0) / rows) || 1;
  const columns = logits.map((logit) => (logit - centre) / scale);
  const positives = positive.filter(Boolean).length;
  const [low, high] = [1 / (rows - positives + 2), (positives + 1) / (positives + 2)];
  /** Mean log loss of the targets. */
  const objective = ([slope, intercept]: Float64Array, gradient: Float64Array) => {
    gradient.fill(0);
    let loss = 0;
    for (let n = 0; n < rows; n++) {
      const score = slope * columns[n] + intercept;
      const target = positive[n] ? high : low;
      const e = Math.exp(-Math.abs(score));
      loss += Math.max(score, 0) + Math.log1p(e) - target * score;
      const miss = (score > 0 ? 1 : e) / (1 + e) - target;
      gradient[0] += miss * columns[n];
      gradient[1] += miss;
    }
    for (let k = 0; k < 2; k++) gradient[k] /= rows;
    return loss / rows;
  };
  const mean = (positives * high + (rows - positives) * low) / rows;
  const flat = Float64Array.of(0, Math.log(mean / (1 - mean))); // the best without a slope
  const [found, shift] = minimise(objective, flat, { tolerance: 1e-10, maxIterations: 200 }).x;
  if (!(found > 0)) return { slope: 0, intercept: flat[1], ...bounds };
  const slope = found / scale;
  return { slope, intercept: shift - slope * centre, ...bounds };
}

export function applyPlatt({ slope, intercept, ...bounds }: PlattMap, score: number): number {
  return 1 / (1 + Math.exp(-(slope * logitOf(score, bounds) + intercept)));
}

/** What stands in the place of 0: half of the smallest number above it if a 0 is there. */
function boundOf(scores: Float64Array): number {
  if (!scores.includes(0)) return NEAREST;
  const least = scores.reduce((found, p) => (p > 0 && p < found ? p : found), 0.5);
  return Math.max(NEAREST, least / 2);
}

function logitOf(p: number, { least, most }: { least: number; most: number }): number {
  const inside = Math.min(most, Math.max(least, p));
  return Math.log(inside / (1 - inside));
}
