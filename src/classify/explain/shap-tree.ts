import type { Trees } from "../trees/trees.js";
import { gaussLegendre, type Quadrature } from "./gauss-legendre.js";

/**
 * One tree with all that its Shapley values need, except the row: N nodes, each after its parent, siblings side by
 * side, the root first; Q points of an integral. A node stands for the question on the way into it, too.
 */
export interface ShapTree {
  /** [N], the column that a node splits by; -1 at a leaf. */
  feature: Int32Array;
  threshold: Float64Array;
  missingLeft: Uint8Array;
  /** [N], the left child, with the right one after it; at a leaf, its row in `leaves` of the trees. */
  child: Int32Array;
  parent: Int32Array;
  /** [N], the nearest node above that was entered by a question about the same column; the root where there is none. */
  same: Int32Array;
  /** [N], weight of the training rows as a share of the parent's. */
  share: Float64Array;
  /** [Q], of the integral. */
  weights: Float64Array;
  /** [N, Q], factor of a node's product to its parent's, where the row fulfils all questions about the column, and where this one alone not. */
  met: Float64Array;
  unmet: Float64Array;
  /** [N, Q], what the column gains in either case per unit of the product. */
  metGain: Float64Array;
  unmetGain: Float64Array;
  /** [outputs], mean of the leaves by the weight of their training rows. */
  mean: Float64Array;
}

/** @param trees with covers */
export function shapTree(trees: Trees, tree: number): ShapTree {
  const { nodes, parent, same, questions } = walk(trees, trees.starts[tree]);
  const N = nodes.length;
  const child = new Int32Array(N);
  for (let n = 1; n < N; n += 2) child[parent[n]] = n;
  const feature = nodes.map((node) => trees.feature[node]);
  for (let n = 0; n < N; n++) if (feature[n] < 0) child[n] = trees.child[nodes[n]];
  const share = sharesOf(trees.covers!, feature, child, parent);
  const Q = Math.max(1, Math.ceil(questions / 2)); // the integrand has a degree of questions - 1
  return {
    feature,
    threshold: Float64Array.from(nodes, (node) => trees.threshold[node]),
    missingLeft: Uint8Array.from(nodes, (node) => trees.missingLeft[node]),
    child,
    parent,
    same,
    share,
    ...factors(same, share, gaussLegendre(Q)),
    mean: meanOf(trees, feature, child, parent, share),
  };
}

/** Nodes in their new order, and the most columns asked about on the way to a leaf. */
function walk({ feature, child }: Trees, root: number) {
  const nodes = [root];
  const parent = [0];
  const same = [0];
  const columns = [0]; // asked about on the way into each node
  for (let n = 0; n < nodes.length; n++) {
    const column = feature[nodes[n]];
    if (column < 0) continue;
    let before = n;
    while (before > 0 && feature[nodes[parent[before]]] !== column) before = parent[before];
    for (const side of [0, 1]) {
      nodes.push(child[nodes[n]] + side);
      parent.push(n);
      same.push(before);
      columns.push(columns[n] + (before === 0 ? 1 : 0));
    }
  }
  const questions = columns.reduce((most, count) => Math.max(most, count));
  return { nodes: Int32Array.from(nodes), parent: Int32Array.from(parent), same: Int32Array.from(same), questions };
}

/** Weights of the leaves, added up from below, as shares of the parent's. */
function sharesOf(covers: Float64Array, feature: Int32Array, child: Int32Array, parent: Int32Array): Float64Array {
  const N = feature.length;
  const cover = new Float64Array(N);
  for (let n = N - 1; n >= 0; n--) {
    if (feature[n] < 0) cover[n] = covers[child[n]];
    if (n > 0) cover[parent[n]] += cover[n];
  }
  return cover.map((weight, n) => (n === 0 ? 1 : weight / cover[parent[n]]));
}

/**
 * With z the product of the shares at all questions about a column on the way into a node, and z0 the same above the
 * node, a question changes the factor of the column in the integrand from y + z0 (1 - y) to y + z (1 - y) where the
 * row meets it, else to z (1 - y); and its gain from (1 - z0) / (y + z0 (1 - y)) to the like in z, or to -1 / (1 - y).
 */
function factors(same: Int32Array, share: Float64Array, { points, weights }: Quadrature) {
  const N = share.length;
  const Q = points.length;
  const z = new Float64Array(N).fill(1);
  const [met, unmet, metGain, unmetGain] = Array.from({ length: 4 }, () => new Float64Array(N * Q));
  for (let n = 1; n < N; n++) {
    const above = z[same[n]];
    z[n] = above * share[n];
    for (let q = 0; q < Q; q++) {
      const y = points[q];
      const rest = points[Q - 1 - q]; // 1 - y
      const before = y + above * rest;
      const now = y + z[n] * rest;
      const gain = (1 - above) / before;
      met[n * Q + q] = now / before;
      unmet[n * Q + q] = (z[n] * rest) / before;
      metGain[n * Q + q] = (1 - z[n]) / now - gain;
      unmetGain[n * Q + q] = -1 / rest - gain;
    }
  }
  return { weights, met, unmet, metGain, unmetGain };
}

function meanOf(
  { leaves, outputs }: Trees,
  feature: Int32Array,
  child: Int32Array,
  parent: Int32Array,
  share: Float64Array,
): Float64Array {
  const mean = new Float64Array(outputs);
  const reached = Float64Array.of(1, ...share.subarray(1));
  for (let n = 1; n < reached.length; n++) reached[n] *= reached[parent[n]];
  for (let n = 0; n < reached.length; n++)
    if (feature[n] < 0) for (let k = 0; k < outputs; k++) mean[k] += reached[n] * leaves[child[n] * outputs + k];
  return mean;
}
