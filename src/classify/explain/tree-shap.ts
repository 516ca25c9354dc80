import type { FeatureTable } from "../../table/feature-table.js";
import type { Trees } from "../trees/trees.js";
import { type ShapTree, shapTree } from "./shap-tree.js";

/** Numbers of plans that are kept, at most: those of boosting, and of forests that are not deep. */
const MOST_KEPT = 1 << 23;

/** The plan of each tree, made once where memory allows. */
export function openPlans(trees: Trees): (tree: number) => ShapTree {
  const kept = new Map<number, ShapTree>();
  let numbers = 0;
  return (tree) => {
    const known = kept.get(tree);
    if (known) return known;
    const plan = shapTree(trees, tree);
    numbers += 4 * plan.met.length;
    if (numbers <= MOST_KEPT) kept.set(tree, plan);
    return plan;
  };
}

/**
 * Adds the Shapley values of one tree to those of every row: path-dependent TreeSHAP (Lundberg et al., From local
 * explanations to global understanding with explainable AI for trees, Nature Machine Intelligence 2, 2020). A column
 * that is not in a coalition is answered by the shares of the training rows on either side.
 *
 * There, algorithm 2 keeps a polynomial in the size of the coalition for each path and takes one column out of it at
 * each leaf. Here the Shapley value is the integral of Owen (Multilinear extensions of games, Management Science 18,
 * 1972): with v the value of a leaf, z_j the share of the training rows that the questions about column j let
 * through, and o_j 1 where the row meets all of them, else 0,
 *
 *   phi_i = v (o_i - z_i) * integral from 0 to 1 of the product over j != i of (o_j y + z_j (1 - y)) dy.
 *
 * Q Gauss-Legendre points, half as many as there are columns on a path, integrate that exactly. Products grow on the
 * way down, their sums on the way up, and each node gives its column a share: N nodes take N Q steps in place of
 * leaves times the square of the depth (as in Yu et al., Linear TreeShap, NeurIPS 2022). All factors are positive, so
 * long paths lose no digits, where taking a column out of a polynomial subtracts.
 *
 * @param plan of the tree
 * @param outputs columns of the leaves to explain, C of them
 * @param out [rows, C * stride numbers], the contributions of class c of a row from c * columns on, after `from`
 * @returns [C], mean of the leaves by the weight of their training rows
 */
export function addTreeShap(
  trees: Trees,
  plan: ShapTree,
  { values, rows, names }: FeatureTable,
  outputs: readonly number[],
  out: Float64Array,
  stride: number,
  from = 0,
): Float64Array {
  const columns = names.length;
  const space = {
    products: new Float64Array(plan.met.length),
    sums: new Float64Array(plan.met.length),
    meets: new Uint8Array(plan.parent.length),
  };
  for (let row = 0; row < rows; row++) {
    descend(plan, space, values, row * columns);
    for (let c = 0; c < outputs.length; c++)
      ascend(plan, space, trees, outputs[c], out, row * stride + from + c * columns);
  }
  return Float64Array.from(outputs, (output) => plan.mean[output]);
}

/** What one row needs. */
interface Space {
  /** [N, Q], of the factors of all columns on the way into a node, times the weights of the integral. */
  products: Float64Array;
  /** [N, Q], of the products times the values of the leaves below a node. */
  sums: Float64Array;
  /** [N], 1 where the row meets all questions on the way into a node about the column of the last. */
  meets: Uint8Array;
}

function descend(plan: ShapTree, { products, meets }: Space, values: Float32Array, from: number): void {
  const { feature, threshold, missingLeft, child, same, share, weights, met, unmet } = plan;
  const Q = weights.length;
  products.set(weights);
  meets[0] = 1;
  for (let n = 0; n < feature.length; n++) {
    const column = feature[n];
    if (column < 0) continue;
    const value = values[from + column];
    const left = value <= threshold[n] || (Number.isNaN(value) && missingLeft[n] === 1) ? 0 : 1;
    const first = child[n];
    const before = meets[same[first]];
    for (let side = 0; side < 2; side++) {
      const next = first + side;
      const own = before === 1 && side === left ? 1 : 0;
      meets[next] = own;
      const parentAt = n * Q;
      const at = next * Q;
      if (before === 0) {
        const factor = share[next];
        for (let q = 0; q < Q; q++) products[at + q] = products[parentAt + q] * factor;
        continue;
      }
      const factors = own === 1 ? met : unmet;
      for (let q = 0; q < Q; q++) products[at + q] = products[parentAt + q] * factors[at + q];
    }
  }
}

function ascend(
  plan: ShapTree,
  { products, sums, meets }: Space,
  { leaves, outputs }: Trees,
  output: number,
  out: Float64Array,
  from: number,
): void {
  const { feature, child, parent, same, weights, metGain, unmetGain } = plan;
  const Q = weights.length;
  for (let n = feature.length - 1; n > 0; n--) {
    const at = n * Q;
    if (feature[n] < 0) {
      const value = leaves[child[n] * outputs + output];
      for (let q = 0; q < Q; q++) sums[at + q] = products[at + q] * value;
    } else {
      const below = child[n] * Q; // the right child lies Q further
      for (let q = 0; q < Q; q++) sums[at + q] = sums[below + q] + sums[below + Q + q];
    }
    if (meets[same[n]] === 0) continue; // an earlier question was not met: this one changes nothing for the column
    const gains = meets[n] === 1 ? metGain : unmetGain;
    let gain = 0;
    for (let q = 0; q < Q; q++) gain += sums[at + q] * gains[at + q];
    out[from + feature[parent[n]]] += gain;
  }
}
