/**
 * Softmax cross-entropy with label smoothing: the target is 1 - smoothing on the label plus smoothing / C everywhere.
 * @param logits [n, C]
 * @param labels [n], class indices; a row with -1 is left out
 * @param weights [n], of each row's loss; absent: all 1
 * @returns the sum of weighted losses over the number of labelled rows (0 without one), and its gradient [n, C]
 */
export function crossEntropyLoss(
  logits: Float64Array,
  labels: ArrayLike<number>,
  smoothing: number,
  weights?: ArrayLike<number>,
): { loss: number; dLogits: Float64Array } {
  const n = labels.length;
  const C = logits.length / n;
  const dLogits = new Float64Array(n * C);
  let labelled = 0;
  for (let i = 0; i < n; i++) if (labels[i] >= 0) labelled++;
  let loss = 0;
  for (let i = 0; i < n; i++) {
    if (labels[i] < 0) continue;
    const weight = (weights ? weights[i] : 1) / labelled;
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < C; c++) top = Math.max(top, logits[i * C + c]);
    let total = 0;
    for (let c = 0; c < C; c++) total += Math.exp(logits[i * C + c] - top);
    const logTotal = top + Math.log(total);
    for (let c = 0; c < C; c++) {
      const target = (c === labels[i] ? 1 - smoothing : 0) + smoothing / C;
      loss += weight * target * (logTotal - logits[i * C + c]);
      dLogits[i * C + c] = weight * (Math.exp(logits[i * C + c] - logTotal) - target);
    }
  }
  return { loss, dLogits };
}
