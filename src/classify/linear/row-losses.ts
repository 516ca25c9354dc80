/** What the rows of a block have to do with their loss; [rows], [rows], [outputs]. */
export interface LossRows {
  target: Int32Array;
  weights: Float64Array;
  /** Added to the scores of every row. */
  offsets: Float64Array;
}

/**
 * Weighted log loss of rows `from` to `from + count` of two classes. Their scores, of class 1 against class 0, become
 * the slopes of the loss by them, and `sums` [1] grows by these.
 *
 * One exponential serves slope and loss. Logarithms are most of the rest: factors of one weight are multiplied first.
 */
export function twoClasses(
  scores: Float64Array,
  from: number,
  count: number,
  { target, weights, offsets }: LossRows,
  sums: Float64Array,
): number {
  const offset = offsets[0];
  let sum = sums[0];
  let loss = 0;
  let product = 1; // of 1 + exp(-|score|), at most 2: a block has no more than 2 ** 128
  let shared = 0; // the weight of its rows
  for (let r = 0; r < count; r++) {
    const weight = weights[from + r];
    const positive = target[from + r] === 1;
    const score = positive ? offset + scores[r] : -(offset + scores[r]);
    const e = Math.exp(score > 0 ? -score : score);
    const miss = score > 0 ? e / (1 + e) : 1 / (1 + e);
    const slope = weight * (positive ? -miss : miss);
    scores[r] = slope;
    sum += slope;
    if (score < 0) loss -= weight * score;
    if (weight !== shared) {
      loss += shared * Math.log(product);
      product = 1;
      shared = weight;
    }
    product *= 1 + e;
  }
  sums[0] = sum;
  return loss + shared * Math.log(product);
}

/** As `twoClasses`, of a score for every class and the softmax of them; `sums` [outputs]. */
export function manyClasses(
  scores: Float64Array,
  from: number,
  count: number,
  { target, weights, offsets }: LossRows,
  sums: Float64Array,
): number {
  const outputs = offsets.length;
  let loss = 0;
  for (let r = 0, k = 0; r < count; r++, k += outputs) {
    const weight = weights[from + r];
    const own = k + target[from + r];
    let top = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < outputs; t++) {
      const score = offsets[t] + scores[k + t];
      scores[k + t] = score;
      if (score > top) top = score;
    }
    loss += weight * (top - scores[own]);
    let sum = 0;
    for (let t = 0; t < outputs; t++) sum += scores[k + t] = Math.exp(scores[k + t] - top);
    loss += weight * Math.log(sum);
    for (let t = 0; t < outputs; t++) {
      const share = scores[k + t] / sum;
      const slope = weight * (k + t === own ? share - 1 : share);
      scores[k + t] = slope;
      sums[t] += slope;
    }
  }
  return loss;
}
