/** Knots [n], both ascending: values between two are on the line between them, beyond the ends those of the ends. */
export interface IsotonicMap {
  x: number[];
  y: number[];
}

/** Rows of one level: their scores from first to last. */
interface Block {
  first: number;
  last: number;
  rows: number;
  positives: number;
}

/**
 * The rising step function of the score with the least squared error, by pool adjacent violators (Zadrozny and Elkan,
 * Transforming Classifier Scores into Accurate Multiclass Probability Estimates, KDD 2002). Rows of one score are one
 * point. Between blocks it is linear, as in scikit-learn's IsotonicRegression(out_of_bounds="clip").
 *
 * Two rows are added, a positive one at the lowest score and a negative one at the highest: no positive among n rows
 * then means 1 / (n + 1), not 0. A probability of 0 or 1 would be a claim that no number of rows can bear out.
 * @param scores [rows], one or more, 0 to 1
 * @param positive [rows]
 */
export function fitIsotonic(scores: Float64Array, positive: readonly boolean[]): IsotonicMap {
  const [ours, theirs] = [true, false].map((side) => scores.filter((_, n) => positive[n] === side).sort());
  const blocks: Block[] = [];
  for (let p = 0, n = 0; p < ours.length || n < theirs.length; ) {
    const score = Math.min(ours[p] ?? Number.POSITIVE_INFINITY, theirs[n] ?? Number.POSITIVE_INFINITY);
    const added = p + n === 0 ? 1 : 0;
    const block: Block = { first: score, last: score, rows: added, positives: added };
    for (; ours[p] === score; p++) {
      block.rows++;
      block.positives++;
    }
    for (; theirs[n] === score; n++) block.rows++;
    if (p + n === scores.length) block.rows++;
    // products of whole numbers: shares are compared without rounding
    let before = blocks.at(-1);
    while (before && before.positives * block.rows >= block.positives * before.rows) {
      block.first = before.first;
      block.rows += before.rows;
      block.positives += before.positives;
      blocks.pop();
      before = blocks.at(-1);
    }
    blocks.push(block);
  }
  const knots = blocks.flatMap(({ first, last, rows, positives }) =>
    (first === last ? [first] : [first, last]).map((x) => ({ x, y: positives / rows })),
  );
  return { x: knots.map(({ x }) => x), y: knots.map(({ y }) => y) };
}

export function applyIsotonic({ x, y }: IsotonicMap, score: number): number {
  let low = 0;
  let high = x.length - 1;
  if (score <= x[low]) return y[low];
  if (score >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= score) low = middle;
    else high = middle;
  }
  const share = (score - x[low]) / (x[high] - x[low]);
  return Math.min(y[high], y[low] + share * (y[high] - y[low])); // rounding may not lift it above the next step
}
