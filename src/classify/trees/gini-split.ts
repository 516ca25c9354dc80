/** What the search for a split of one node reads and writes; K classes. */
export interface GiniNode {
  /** Of the node's rows, in their order: class and weight. */
  classes: Uint16Array;
  weights: Float64Array;
  /** [K], sums of the weights. */
  total: Float64Array;
  /** [256, K] weight of each class in each bin, and [256] rows; all 0 between uses. */
  bins: Float64Array;
  binRows: Int32Array;
  /** Scratch: [256] bins in use, [K] weight on the left. */
  used: Int32Array;
  left: Float64Array;
  /** The best split so far: rows of bins up to `leftBin` against those from `rightBin` on. No split below 0. */
  score: number;
  column: number;
  leftBin: number;
  rightBin: number;
}

export function giniNode(rows: number, K: number): GiniNode {
  return {
    classes: new Uint16Array(rows),
    weights: new Float64Array(rows),
    total: new Float64Array(K),
    bins: new Float64Array(256 * K),
    binRows: new Int32Array(256),
    used: new Int32Array(256),
    left: new Float64Array(K),
    score: -1,
    column: -1,
    leftBin: -1,
    rightBin: -1,
  };
}

/**
 * Scores every boundary between bins of one column by (sum of squared class weights) / weight, added over both
 * sides: largest where the weighted Gini impurity is least. Keeps the best in `node`, of equal ones the first.
 *
 * @param base where the column's codes start
 * @param rows the node is rows[from .. from + count - 1]
 * @returns false when the node holds one bin of the column only
 */
export function scoreColumn(
  node: GiniNode,
  column: number,
  codes: Uint8Array,
  base: number,
  rows: Int32Array,
  from: number,
  count: number,
  minSamplesLeaf: number,
): boolean {
  const { used } = node;
  const distinct = countIntoBins(node, codes, base, rows, from, count);
  sortUsed(used, node.binRows, distinct);
  scoreBoundaries(node, column, distinct, count, minSamplesLeaf);
  return distinct > 1;
}

function countIntoBins(
  { classes, weights, bins, binRows, used, total }: GiniNode,
  codes: Uint8Array,
  base: number,
  rows: Int32Array,
  from: number,
  count: number,
): number {
  const K = total.length;
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const code = codes[base + rows[from + i]];
    if (binRows[code]++ === 0) used[distinct++] = code;
    bins[code * K + classes[i]] += weights[i];
  }
  return distinct;
}

function sortUsed(used: Int32Array, binRows: Int32Array, distinct: number): void {
  if (distinct > 40) {
    // reading all bins is quicker than sorting
    for (let code = 0, k = 0; k < distinct; code++) if (binRows[code] > 0) used[k++] = code;
    return;
  }
  for (let i = 1; i < distinct; i++) {
    const code = used[i];
    let k = i;
    for (; k > 0 && used[k - 1] > code; k--) used[k] = used[k - 1];
    used[k] = code;
  }
}

/** Moves bin after bin from right to left, scores each boundary, and clears the bins. */
function scoreBoundaries(
  node: GiniNode,
  column: number,
  distinct: number,
  count: number,
  minSamplesLeaf: number,
): void {
  const { total, bins, binRows, used, left } = node;
  const K = total.length;
  let score = node.score;
  let rowsLeft = 0;
  let weightLeft = 0;
  let weightRight = 0;
  let squaresLeft = 0;
  let squaresRight = 0;
  for (let k = 0; k < K; k++) {
    left[k] = 0;
    weightRight += total[k];
    squaresRight += total[k] * total[k];
  }
  for (let i = 0; i < distinct; i++) {
    const code = used[i];
    if (i > 0 && rowsLeft >= minSamplesLeaf && count - rowsLeft >= minSamplesLeaf) {
      const found = squaresLeft / weightLeft + squaresRight / weightRight;
      if (found > score) {
        score = found;
        node.score = found;
        node.column = column;
        node.leftBin = used[i - 1];
        node.rightBin = code;
      }
    }
    rowsLeft += binRows[code];
    binRows[code] = 0;
    for (let k = 0, at = code * K; k < K; k++, at++) {
      const weight = bins[at];
      bins[at] = 0;
      squaresLeft += weight * (2 * left[k] + weight);
      squaresRight -= weight * (2 * (total[k] - left[k]) - weight);
      left[k] += weight;
      weightLeft += weight;
      weightRight -= weight;
    }
  }
}
