import { z } from "zod";
import { expectColumns, optionChecks } from "../../classify/base/checks.js";
import {
  leafOf,
  packedTrees,
  packTrees,
  type TreeBuilder,
  type Trees,
  treeBuilder,
  unpackTrees,
} from "../../classify/trees/trees.js";
import { ArtefactError, DataError, ShapeError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { type Random, randomStream, STREAMS } from "../../random.js";
import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { averagePathLength } from "./path-length.js";

/** Settings of `isolationForest`. */
export interface IsolationForestOptions {
  /** How many; default 100. */
  trees?: number;
  /** Rows that each tree is grown on, drawn without replacement; default 256, or all where there are fewer. */
  sampleRows?: number;
  seed?: number;
}

/** A fitted isolation forest as plain JSON. */
export const isolationForestState = z.strictObject({
  kind: z.literal("isolationForest"),
  columns: z.int().min(1),
  /** Rows that each tree was grown on. */
  sampleRows: z.int().min(2),
  /** A leaf holds the length of the path to it: its depth, and the mean path among the rows that were left in it. */
  trees: packedTrees,
});
export type IsolationForestState = z.infer<typeof isolationForestState>;

export interface FittedIsolationForest {
  /**
   * How strange each row is, [rows], from 0 to 1: 2^(-mean path / mean path of `sampleRows` rows). About 0.5 for a row
   * like all others, towards 1 for one that few splits isolate.
   * @throws {ShapeError} when the table has another number of columns than the training table
   * @throws {DataError} when a value is not finite
   */
  score(x: FeatureTable): Float64Array;
  /** Everything `loadIsolationForest` needs. */
  toJSON(): IsolationForestState;
}

/** A node that has its rows, and is not yet split. */
interface Open {
  node: number;
  from: number;
  to: number;
  depth: number;
}

/**
 * Isolation forest (Liu, Ting and Zhou, Isolation Forest, ICDM 2008), as in scikit-learn: each tree is grown on a
 * sample of the rows, splits a random column that is not constant at a random place between its least and its largest
 * value, and ends at the depth log2(sample), rounded up. The same seed and table give the same bits.
 * @throws {OptionError} for a setting out of its range
 */
export function isolationForest(settings: IsolationForestOptions = {}): {
  fit(x: FeatureTable): FittedIsolationForest;
} {
  const where = "isolation forest";
  expectOptions(where, settings, ["trees", "sampleRows", "seed"]);
  const { trees: treeCount = 100, sampleRows = 256, seed = 0 } = settings;
  const { whole } = optionChecks(where);
  whole("trees", treeCount, 1);
  whole("sampleRows", sampleRows, 2);
  whole("seed", seed, -(2 ** 31));
  return {
    /**
     * @throws {DataError} for fewer than 2 rows, or a value that is not finite
     * @throws {ShapeError} without columns
     */
    fit(x) {
      const columns = x.names.length;
      if (columns === 0) throw new ShapeError(`${where}: the feature table has no columns to learn from.`);
      if (x.rows < 2)
        throw new DataError(`${where}: got ${x.rows} rows, expected at least 2: one row alone cannot be isolated.`);
      expectFinite(where, x, columnSums(x));
      const sample = Math.min(sampleRows, x.rows);
      const built = treeBuilder(1);
      for (let tree = 0; tree < treeCount; tree++)
        growTree(built, x, sample, randomStream(seed, STREAMS.isolationTree, tree));
      return fittedForest({ columns, sampleRows: sample, trees: built.finish() });
    },
  };
}

/**
 * A fitted isolation forest from what its `toJSON` returned.
 * @throws {ArtefactError} when the state is of no isolation forest
 */
export function loadIsolationForest(state: unknown): FittedIsolationForest {
  const parsed = isolationForestState.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(` at ${issue.path.join(".") || "its top"}: ${issue.message}`);
  }
  const { columns, sampleRows, trees } = parsed.data;
  try {
    const unpacked = unpackTrees(trees, columns);
    if (unpacked.outputs !== 1) throw new Error("leaves of more than one number");
    if (unpacked.starts.length === 0) throw new Error("a forest without trees");
    return fittedForest({ columns, sampleRows, trees: unpacked });
  } catch (error) {
    return refuse(`: ${(error as Error).message}`);
  }
}

function refuse(what: string): never {
  throw new ArtefactError(
    `load isolation forest: this is not the state of an isolation forest${what}. Fit the forest again, or take the state that its toJSON returned.`,
  );
}

function fittedForest(forest: { columns: number; sampleRows: number; trees: Trees }): FittedIsolationForest {
  const { columns, sampleRows, trees } = forest;
  const usual = averagePathLength(sampleRows);
  return {
    score(x) {
      expectColumns("isolation forest", x, columns);
      expectFinite("isolation forest", x, columnSums(x));
      const paths = new Float64Array(x.rows);
      const count = trees.starts.length;
      for (
        let tree = 0;
        tree < count;
        tree++ // a tree at a time: it stays in the cache
      )
        for (let row = 0; row < x.rows; row++) paths[row] += trees.leaves[leafOf(trees, tree, x.values, row * columns)];
      return paths.map((sum) => 2 ** (-sum / count / usual));
    },
    toJSON: () => ({ kind: "isolationForest", columns, sampleRows, trees: packTrees(trees) }),
  };
}

function growTree(trees: TreeBuilder, x: FeatureTable, sample: number, random: Random): void {
  const rows = drawRows(x.rows, sample, random);
  const C = x.names.length;
  const deepest = Math.ceil(Math.log2(Math.max(2, sample)));
  const order = Int32Array.from({ length: C }, (_, c) => c); // columns, those that are constant in a node behind
  const open: Open[] = [{ node: trees.root(), from: 0, to: sample, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, from, to, depth } = next;
    const found = depth < deepest && to - from > 1 ? drawSplit(x, rows.subarray(from, to), order, random) : undefined;
    if (!found) {
      trees.leaf(node, [depth + averagePathLength(to - from)], to - from);
      continue;
    }
    const { column, threshold } = found;
    const child = trees.split(node, column, threshold, false);
    let middle = from;
    for (let k = from; k < to; k++) {
      if (x.values[rows[k] * C + column] > threshold) continue;
      const held = rows[k];
      rows[k] = rows[middle];
      rows[middle++] = held;
    }
    open.push(
      { node: child + 1, from: middle, to, depth: depth + 1 },
      { node: child, from, to: middle, depth: depth + 1 },
    );
  }
}

/** A column that is not constant among the rows, and a place in its range; undefined where all are constant. */
function drawSplit(x: FeatureTable, rows: Int32Array, order: Int32Array, random: Random) {
  const C = order.length;
  for (let left = C; left > 0; left--) {
    const at = random.integer(left);
    const column = order[at];
    order[at] = order[left - 1];
    order[left - 1] = column;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      const value = x.values[row * C + column];
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (min === max) continue;
    const threshold = min + random.uniform() * (max - min);
    return { column, threshold: threshold < max ? threshold : min };
  }
  return undefined;
}

/** Rows without replacement, by the first steps of a shuffle. */
function drawRows(count: number, sample: number, random: Random): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  for (let k = 0; k < sample; k++) {
    const other = k + random.integer(count - k);
    const held = rows[k];
    rows[k] = rows[other];
    rows[other] = held;
  }
  return rows.slice(0, sample);
}
