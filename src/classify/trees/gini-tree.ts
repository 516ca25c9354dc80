import type { Random } from "../../random.js";
import { type BinnedColumns, thresholdBetween } from "./binning.js";
import { giniNode, scoreColumn } from "./gini-split.js";
import { partition } from "./partition.js";
import type { TreeBuilder } from "./trees.js";

export interface GiniRules {
  /** Columns tried per split; more when all of these hold one value in the node. */
  maxFeatures: number;
  minSamplesLeaf: number;
  maxDepth: number;
}

/**
 * Grows classification trees on binned columns, depth first until nodes are pure, by the largest fall of the
 * weighted Gini impurity; memory is taken once. A threshold lies halfway between the nearest values of both
 * sides' bins, so with no more distinct values than bins the splits are exact.
 *
 * @param target [rows], class of each row
 * @returns a function that grows one tree on rows[0 .. count - 1] (their order is lost) with a weight above 0 for
 * each row of the table, and adds it to the builder, class shares at its leaves
 */
export function giniGrower(binned: BinnedColumns, target: Int32Array, K: number, rules: GiniRules) {
  const { codes, offsets, columns, rows: n } = binned;
  const C = columns.length;
  const order = Int32Array.from({ length: C }, (_, k) => k);
  const aside = new Int32Array(n);
  const state = giniNode(n, K);
  const { total } = state;

  /** Leaves the best split among randomly drawn columns in `state`, if there is one. */
  function search(rows: Int32Array, from: number, count: number, random: Random): void {
    let useful = 0;
    for (let tried = 0; tried < C; tried++) {
      if (tried >= rules.maxFeatures && useful > 0) break;
      const swap = tried + random.integer(C - tried);
      const column = order[swap];
      order[swap] = order[tried];
      order[tried] = column;
      if (scoreColumn(state, column, codes, column * n, rows, from, count, rules.minSamplesLeaf)) useful++;
    }
  }

  return (rows: Int32Array, count: number, weights: Float64Array, random: Random, trees: TreeBuilder): void => {
    const stack = [{ node: trees.root(), from: 0, to: count, depth: 0 }];
    for (let open = stack.pop(); open; open = stack.pop()) {
      const { node, from, to, depth } = open;
      gather(state, target, weights, rows, from, to);
      let classes = 0;
      for (let k = 0; k < K; k++) if (total[k] > 0) classes++;
      state.score = -1;
      if (classes > 1 && depth < rules.maxDepth && to - from >= 2 * rules.minSamplesLeaf)
        search(rows, from, to - from, random);
      if (state.score < 0) {
        const sum = total.reduce((a, b) => a + b);
        for (let k = 0; k < K; k++) total[k] /= sum;
        trees.leaf(node, total, sum);
        continue;
      }
      const { column, leftBin, rightBin } = state;
      const middle = partition(rows, aside, codes, column * n, leftBin, -1, from, to);
      const threshold = thresholdBetween(binned, offsets[column] + leftBin, offsets[column] + rightBin);
      const child = trees.split(node, columns[column], threshold, false);
      stack.push({ node: child + 1, from: middle, to, depth: depth + 1 });
      stack.push({ node: child, from, to: middle, depth: depth + 1 });
    }
  };
}

/** Classes and weights of rows[from .. to - 1], and the sums of the weights. */
function gather(
  { classes, weights, total }: ReturnType<typeof giniNode>,
  target: Int32Array,
  rowWeights: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
): void {
  total.fill(0);
  for (let i = from; i < to; i++) {
    const row = rows[i];
    classes[i - from] = target[row];
    weights[i - from] = rowWeights[row];
    total[target[row]] += rowWeights[row];
  }
}
