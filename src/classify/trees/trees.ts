import { z } from "zod";
import { pack, unpack } from "../base/packed.js";

/** Binary decision trees, one after another. */
export interface Trees {
  /** [trees], the root of each. */
  starts: Int32Array;
  /** [nodes], the column a node splits by; -1 at a leaf. */
  feature: Int32Array;
  /** [nodes], values up to and including it go left; 0 at a leaf. */
  threshold: Float64Array;
  /** [nodes], the left child, with the right one after it; at a leaf, its row in `leaves`. */
  child: Int32Array;
  /** [nodes], 1 where a missing value goes left. */
  missingLeft: Uint8Array;
  /** [leaves, outputs] */
  leaves: Float64Array;
  /** [leaves], above 0: the weight of the training rows in each. Absent: saved before it was kept. */
  covers?: Float64Array;
  outputs: number;
}

/** Trees in the making. A node starts as a leaf without values and gets either children or values. */
export interface TreeBuilder {
  /** Starts a tree; returns its root. */
  root(): number;
  /** Turns a node into a question; returns its left child, the right one is the next. */
  split(node: number, feature: number, threshold: number, missingLeft: boolean): number;
  /** Gives a node the next row of leaf values, `outputs` numbers. @param cover the weight of its training rows */
  leaf(node: number, values: ArrayLike<number>, cover: number): void;
  /** The trees so far, to look at before the next change. Arrays may be longer than used. */
  view(): Trees;
  /** The first `count` trees, or all. */
  finish(count?: number): Trees;
}

export function treeBuilder(outputs: number): TreeBuilder {
  const made: Required<Trees> = {
    starts: new Int32Array(16),
    feature: new Int32Array(256),
    threshold: new Float64Array(256),
    child: new Int32Array(256),
    missingLeft: new Uint8Array(256),
    leaves: new Float64Array(256),
    covers: new Float64Array(128),
    outputs,
  };
  let leavesBefore = new Int32Array(16); // of each tree
  let trees = 0;
  let nodes = 0;
  let leaves = 0;
  const node = (): number => {
    if (nodes === made.feature.length) {
      made.feature = grown(made.feature);
      made.threshold = grown(made.threshold);
      made.child = grown(made.child);
      made.missingLeft = grown(made.missingLeft);
    }
    made.feature[nodes] = -1;
    return nodes++;
  };
  return {
    root() {
      if (trees === made.starts.length) {
        made.starts = grown(made.starts);
        leavesBefore = grown(leavesBefore);
      }
      made.starts[trees] = nodes;
      leavesBefore[trees++] = leaves;
      return node();
    },
    split(parent, column, limit, left) {
      const child = node();
      node();
      made.feature[parent] = column;
      made.threshold[parent] = limit;
      made.missingLeft[parent] = left ? 1 : 0;
      made.child[parent] = child;
      return child;
    },
    leaf(at, values, cover) {
      const from = leaves * outputs;
      while (from + outputs > made.leaves.length) made.leaves = grown(made.leaves);
      for (let k = 0; k < outputs; k++) made.leaves[from + k] = values[k];
      if (leaves === made.covers.length) made.covers = grown(made.covers);
      made.covers[leaves] = cover;
      made.child[at] = leaves++;
    },
    view: () => made,
    finish(count = trees) {
      const nodeCount = count < trees ? made.starts[count] : nodes;
      const leafCount = count < trees ? leavesBefore[count] : leaves;
      return {
        starts: made.starts.slice(0, count),
        feature: made.feature.slice(0, nodeCount),
        threshold: made.threshold.slice(0, nodeCount),
        child: made.child.slice(0, nodeCount),
        missingLeft: made.missingLeft.slice(0, nodeCount),
        leaves: made.leaves.slice(0, leafCount * outputs),
        covers: made.covers.slice(0, leafCount),
        outputs,
      };
    },
  };
}

/** A copy of twice the length. */
function grown<A extends Int32Array | Float64Array | Uint8Array>(values: A): A {
  const longer = new (values.constructor as new (length: number) => A)(2 * values.length);
  longer.set(values);
  return longer;
}

/** The row of `leaves` that a case ends in. @param values its columns start at `from` */
export function leafOf(trees: Trees, tree: number, values: Float32Array, from: number): number {
  const { feature, threshold, child, missingLeft } = trees;
  let node = trees.starts[tree];
  for (let column = feature[node]; column >= 0; column = feature[node]) {
    const value = values[from + column];
    if (value <= threshold[node]) node = child[node];
    else node = child[node] + (Number.isNaN(value) && missingLeft[node] === 1 ? 0 : 1);
  }
  return child[node];
}

/** Decision trees as plain data; `Trees` has the meaning of each array, `packed.ts` the form of the strings. */
export const packedTrees = z.object({
  outputs: z.int().min(1),
  starts: z.string(),
  feature: z.string(),
  threshold: z.string(),
  child: z.string(),
  missingLeft: z.string(),
  leaves: z.string(),
  covers: z.string().optional(),
});
export type PackedTrees = z.infer<typeof packedTrees>;

export function packTrees(trees: Trees): PackedTrees {
  return {
    outputs: trees.outputs,
    starts: pack("int32", trees.starts),
    feature: pack("int32", trees.feature),
    threshold: pack("float64", trees.threshold),
    child: pack("int32", trees.child),
    missingLeft: pack("uint8", trees.missingLeft),
    leaves: pack("float64", trees.leaves),
    ...(trees.covers && { covers: pack("float64", trees.covers) }),
  };
}

/** @throws {Error} in a few words when these are no trees over this number of columns */
export function unpackTrees(packed: PackedTrees, columns: number): Trees {
  const trees: Trees = {
    outputs: packed.outputs,
    starts: unpack("int32", packed.starts),
    feature: unpack("int32", packed.feature),
    threshold: unpack("float64", packed.threshold),
    child: unpack("int32", packed.child),
    missingLeft: unpack("uint8", packed.missingLeft),
    leaves: unpack("float64", packed.leaves),
    ...(packed.covers !== undefined && { covers: unpack("float64", packed.covers) }),
  };
  const { starts, feature, threshold, child, missingLeft, leaves, covers, outputs } = trees;
  const nodes = feature.length;
  if (threshold.length !== nodes || child.length !== nodes || missingLeft.length !== nodes)
    throw new Error("trees whose arrays differ in length");
  if (starts.some((start) => start < 0 || start >= nodes)) throw new Error("a tree without a root");
  const leafCount = leaves.length / outputs;
  if (
    covers &&
    (covers.length !== leafCount || !covers.every((cover) => cover > 0 && cover < Number.POSITIVE_INFINITY))
  )
    throw new Error("weights of training rows that do not match the leaves");
  for (let node = 0; node < nodes; node++) {
    const inside = // a child stands behind its parent: no circle
      feature[node] < 0
        ? child[node] >= 0 && child[node] < leafCount
        : feature[node] < columns && child[node] > node && child[node] + 1 < nodes;
    if (!inside) throw new Error(`a tree node (${node}) that points outside`);
  }
  if (!eachReachedOnce(trees)) throw new Error("tree nodes that are not each in one tree");
  return trees;
}

/** Whether every node is a root or the child of one other. */
function eachReachedOnce({ starts, feature, child }: Trees): boolean {
  const times = new Int32Array(feature.length);
  for (const start of starts) times[start]++;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] < 0) continue;
    times[child[node]]++;
    times[child[node] + 1]++;
  }
  return times.every((count) => count === 1);
}
