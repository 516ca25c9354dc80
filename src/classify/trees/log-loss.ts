/**
 * The logistic loss on scores that are kept class by class: one array of [rows] for two classes (above 0 is the
 * second), else one for each class under a softmax.
 */

/** log of the weighted class shares, as scores: the best constants. */
export function baselineScores(target: Int32Array, weights: Float64Array, classes: number): number[] {
  const shares = new Float64Array(classes);
  for (let i = 0; i < target.length; i++) shares[target[i]] += weights[i];
  const logs = Array.from(shares, Math.log);
  if (classes === 2) return [logs[1] - logs[0]];
  const mean = logs.reduce((a, b) => a + b) / classes;
  return logs.map((log) => log - mean);
}

/** Probabilities of the same layout as the scores. */
export function probabilitiesOf(scores: readonly Float64Array[], out: readonly Float64Array[]): void {
  const K = scores.length;
  const rows = scores[0].length;
  if (K === 1) {
    const [score] = scores;
    const [probability] = out;
    for (let i = 0; i < rows; i++) probability[i] = 1 / (1 + Math.exp(-score[i]));
    return;
  }
  for (let i = 0; i < rows; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) if (scores[k][i] > top) top = scores[k][i];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += out[k][i] = Math.exp(scores[k][i] - top);
    for (let k = 0; k < K; k++) out[k][i] /= sum;
  }
}

/** First and second derivative of each row's weighted loss by the score whose probability is given. */
export function slopes(
  gradient: Float64Array,
  hessian: Float64Array,
  probability: Float64Array,
  target: Int32Array,
  weights: Float64Array,
  own: number,
): void {
  for (let i = 0; i < target.length; i++) {
    const p = probability[i];
    gradient[i] = weights[i] * (target[i] === own ? p - 1 : p);
    hessian[i] = weights[i] * p * (1 - p);
  }
}

/** Weighted sum over rows of minus the log of the probability of their class. */
export function logLoss(scores: readonly Float64Array[], target: Int32Array, weights: Float64Array): number {
  const K = scores.length;
  let loss = 0;
  for (let i = 0; i < target.length; i++) {
    if (K === 1) {
      const score = target[i] === 1 ? scores[0][i] : -scores[0][i];
      loss += weights[i] * (score > 0 ? Math.log1p(Math.exp(-score)) : Math.log1p(Math.exp(score)) - score);
      continue;
    }
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) if (scores[k][i] > top) top = scores[k][i];
    let sum = 0;
    for (let k = 0; k < K; k++) sum += Math.exp(scores[k][i] - top);
    loss += weights[i] * (top + Math.log(sum) - scores[target[i]][i]);
  }
  return loss;
}
