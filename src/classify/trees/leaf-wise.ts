import { type BinnedColumns, thresholdBetween } from "./binning.js";
import { type PackedGradients, packGradients, type Split, splitTerms } from "./histogram.js";
import { histogramSpace } from "./histogram-space.js";
import { partition } from "./partition.js";
import type { TreeBuilder } from "./trees.js";

export interface GrowthRules {
  maxLeafNodes: number;
  minSamplesLeaf: number;
  /** Added to every sum of hessians. */
  l2: number;
  /** Smallest sum of hessians on either side of a split. */
  minHessian: number;
  /** Every leaf's value is times this. */
  learningRate: number;
}

/** A node that may still be split. Its rows are rows[from .. to - 1] of the grower. */
interface Leaf {
  node: number;
  from: number;
  to: number;
  /** Sums in packed units. */
  gradient: number;
  hessian: number;
  split: Split;
  histogram?: Float64Array;
}

const NO_SPLIT: Split = { gain: 0, column: -1, bin: -1, missingLeft: false };

/** What growing keeps from tree to tree. */
interface Grower {
  binned: BinnedColumns;
  rules: GrowthRules;
  space: ReturnType<typeof histogramSpace>;
  packed: PackedGradients;
  aside: Int32Array;
  /** Histograms that no leaf has. */
  free: Float64Array[];
  leaves: Leaf[];
}

/**
 * Grows trees over the same rows, the leaf of largest gain first; memory is taken once and used for every tree.
 * Only the smaller of two children is counted, the other is the parent less it.
 *
 * @param weights [rows]; a leaf keeps the sum of those of its rows, nothing else depends on them
 * @param options.histogramBytes memory that waiting leaves may fill; past it they are counted anew from their rows
 * @returns a function that grows one tree for the given slopes, adds it to the builder, adds the value of each
 * row's leaf to `scores` [rows], and returns the number of leaves
 */
export function leafWiseGrower(
  binned: BinnedColumns,
  rules: GrowthRules,
  weights: Float64Array,
  { histogramBytes = 256 * 2 ** 20, allowWasm = true } = {},
) {
  const n = binned.rows;
  const { offsets, columns } = binned;
  const bytes = 16 * Math.max(1, offsets[columns.length]);
  // every open leaf may keep one, and one more is being filled
  const slots = Math.max(3, Math.min(rules.maxLeafNodes + 1, Math.floor(histogramBytes / bytes)));
  const space = histogramSpace(binned, slots, allowWasm);
  const packed = { values: new Float64Array(2 * n), perRow: 1, gradientScale: 1, hessianScale: 1 };
  const aside = new Int32Array(n);
  const leaves: Leaf[] = [];
  // codes are in the space: those that came may go
  const own = { ...binned, codes: space.codes };
  const grower: Grower = { binned: own, rules, space, packed, aside, free: [...space.histograms], leaves };
  const { rows } = space;
  return (gradient: Float64Array, hessian: Float64Array, scores: Float64Array, trees: TreeBuilder): number => {
    packGradients(gradient, hessian, packed);
    for (let i = 0; i < n; i++) rows[i] = i;
    const root = newLeaf(trees.root(), 0, n);
    leaves.length = 0;
    leaves.push(root);
    if (n >= 2 * rules.minSamplesLeaf && columns.length > 0) {
      count(grower, root);
      search(grower, root);
    }
    while (leaves.length < rules.maxLeafNodes) {
      let best = 0;
      for (let k = 1; k < leaves.length; k++) if (leaves[k].split.gain > leaves[best].split.gain) best = k;
      if (leaves[best].split.gain === 0) break;
      splitLeaf(grower, best, trees);
    }
    for (const leaf of leaves) {
      let g = 0;
      let h = rules.l2;
      let cover = 0;
      for (let i = leaf.from; i < leaf.to; i++) {
        g += gradient[rows[i]];
        h += hessian[rows[i]];
        cover += weights[rows[i]];
      }
      const value = h > 0 ? (-rules.learningRate * g) / h : 0;
      for (let i = leaf.from; i < leaf.to; i++) scores[rows[i]] += value;
      trees.leaf(leaf.node, [value], cover);
      release(grower, leaf);
    }
    return leaves.length;
  };
}

/** A histogram to fill. When all are in use, the waiting leaf of least gain gives its own away. */
function take({ free, leaves }: Grower): Float64Array {
  const spare = free.pop();
  if (spare) return spare;
  const owners = leaves.filter((leaf) => leaf.histogram);
  const owner = owners.reduce((a, b) => (b.split.gain < a.split.gain ? b : a));
  const histogram = owner.histogram!;
  owner.histogram = undefined;
  return histogram;
}

function release({ free }: Grower, leaf: Leaf): void {
  if (leaf.histogram) free.push(leaf.histogram);
  leaf.histogram = undefined;
}

/** Counts a leaf's rows into a histogram and adds its gradients up. */
function count(grower: Grower, leaf: Leaf): void {
  const { space, packed } = grower;
  const { from, to } = leaf;
  gatherPairs(space.ordered, packed.values, space.rows, from, to);
  leaf.histogram = take(grower).fill(0);
  space.addRows(leaf.histogram, from, to - from);
  const sums = sumPairs(space.ordered, to - from);
  leaf.gradient = sums.first;
  leaf.hessian = sums.second - (to - from) * packed.perRow;
}

function search(grower: Grower, leaf: Leaf): void {
  const { space, rules, packed } = grower;
  const { perRow, hessianScale } = packed;
  const scaled = {
    minSamplesLeaf: rules.minSamplesLeaf,
    l2: rules.l2 * hessianScale,
    minHessian: rules.minHessian * hessianScale,
  };
  const { from, to, gradient, hessian } = leaf;
  leaf.split = space.findSplit(leaf.histogram!, splitTerms(perRow, scaled, to - from, gradient, hessian));
  if (leaf.split.gain === 0) release(grower, leaf);
}

function splitLeaf(grower: Grower, place: number, trees: TreeBuilder): void {
  const { binned, rules, space, aside, leaves } = grower;
  const { offsets, columns, hasMissing } = binned;
  const leaf = leaves[place];
  const { split, from, to } = leaf;
  const base = split.column * binned.rows;
  const missing = split.missingLeft ? offsets[split.column + 1] - offsets[split.column] - 1 : -1;
  const middle = partition(space.rows, aside, space.codes, base, split.bin, missing, from, to);
  const first = offsets[split.column] + split.bin;
  // where no row was missing in training, one that is missing later goes with the majority
  const missingLeft = hasMissing[split.column] === 1 ? split.missingLeft : middle - from > to - middle;
  const threshold = thresholdBetween(binned, first, first + 1);
  const child = trees.split(leaf.node, columns[split.column], threshold, missingLeft);
  const left = newLeaf(child, from, middle);
  const right = newLeaf(child + 1, middle, to);
  leaves[place] = left;
  leaves.push(right);
  if (leaves.length < rules.maxLeafNodes) {
    const [small, large] = middle - from <= to - middle ? [left, right] : [right, left];
    searchChildren(grower, leaf, small, large);
  }
  release(grower, leaf);
}

/** Finds the best split of both children. The large one takes over its parent's histogram, less the small one's. */
function searchChildren(grower: Grower, parent: Leaf, small: Leaf, large: Leaf): void {
  const open = (one: Leaf) => one.to - one.from >= 2 * grower.rules.minSamplesLeaf;
  if (!open(large)) return;
  if (parent.histogram) {
    count(grower, small);
    large.histogram = parent.histogram;
    parent.histogram = undefined;
    large.gradient = parent.gradient - small.gradient;
    large.hessian = parent.hessian - small.hessian;
    grower.space.subtract(large.histogram, small.histogram!);
  } else count(grower, large);
  search(grower, large); // before the small one is counted: that may take its memory
  if (open(small)) {
    if (!small.histogram) count(grower, small);
    search(grower, small);
  } else release(grower, small);
}

const newLeaf = (node: number, from: number, to: number): Leaf => ({
  node,
  from,
  to,
  gradient: 0,
  hessian: 0,
  split: NO_SPLIT,
});

/** out = values of rows[from .. to - 1], pairs */
function gatherPairs(out: Float64Array, values: Float64Array, rows: Int32Array, from: number, to: number): void {
  for (let i = from, k = 0; i < to; i++, k += 2) {
    const at = 2 * rows[i];
    out[k] = values[at];
    out[k + 1] = values[at + 1];
  }
}

function sumPairs(pairs: Float64Array, count: number): { first: number; second: number } {
  let first = 0;
  let second = 0;
  for (let k = 0; k < 2 * count; k += 2) {
    first += pairs[k];
    second += pairs[k + 1];
  }
  return { first, second };
}
