import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isolationForest, loadIsolationForest } from "../../../src/anomaly/detectors/isolation-forest.js";
import { averagePathLength } from "../../../src/anomaly/detectors/path-length.js";
import { pack } from "../../../src/classify/base/packed.js";
import { rocAuc } from "../../../src/evaluate/metrics/ranking.js";
import { type FeatureTable, selectRows } from "../../../src/table/feature-table.js";

interface Tree {
  left: number[];
  right: number[];
  feature: number[];
  threshold: number[];
  rows: number[];
}

// golden/isolation_forest.py
const golden = JSON.parse(readFileSync(new URL("../../golden/isolation-forest.json", import.meta.url), "utf8")) as {
  columns: number;
  x: number[];
  labels: number[];
  pathLengths: Record<string, number>;
  small: { sampleRows: number; trees: Tree[]; scores: number[] };
  many: { forests: number; mean: number[]; deviation: number[]; auc: number; aucDeviation: number };
};
const { columns, labels } = golden;
const x: FeatureTable = {
  values: Float32Array.from(golden.x, (value) => value / 64),
  names: Array.from({ length: columns }, (_, c) => `c${c}`),
  rows: labels.length,
};
const first = (count: number) =>
  selectRows(
    x,
    Array.from({ length: count }, (_, row) => row),
  );

/** Trees of scikit-learn as our state: left and right child of a node side by side, behind it. */
function stateOf(trees: Tree[], sampleRows: number) {
  const made = { starts: [], feature: [], threshold: [], child: [], leaves: [], covers: [] } as Record<
    string,
    number[]
  >;
  for (const tree of trees) {
    made.starts.push(made.feature.length);
    const queue: { node: number; at: number; depth: number }[] = [{ node: 0, at: made.feature.length, depth: 0 }];
    made.feature.push(-1);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { node, at, depth } = next;
      if (tree.left[node] < 0) {
        made.feature[at] = -1;
        made.threshold[at] = 0;
        made.child[at] = made.leaves.length;
        made.leaves.push(depth + averagePathLength(tree.rows[node]));
        made.covers.push(tree.rows[node]);
        continue;
      }
      const child = made.feature.length;
      made.feature.push(-1, -1);
      [made.feature[at], made.threshold[at], made.child[at]] = [tree.feature[node], tree.threshold[node], child];
      queue.push(
        { node: tree.left[node], at: child, depth: depth + 1 },
        { node: tree.right[node], at: child + 1, depth: depth + 1 },
      );
    }
  }
  return {
    kind: "isolationForest",
    columns,
    sampleRows,
    trees: {
      outputs: 1,
      starts: pack("int32", made.starts),
      feature: pack("int32", made.feature),
      threshold: pack("float64", made.threshold),
      child: pack("int32", made.child),
      missingLeft: pack(
        "uint8",
        made.feature.map(() => 0),
      ),
      leaves: pack("float64", made.leaves),
      covers: pack("float64", made.covers),
    },
  };
}

describe("beside scikit-learn", () => {
  test("the mean path among so many rows", () => {
    for (const [rows, length] of Object.entries(golden.pathLengths))
      expect(averagePathLength(Number(rows))).toBeCloseTo(length, 12);
  });

  test("trees of scikit-learn give the scores of scikit-learn", () => {
    const { trees, sampleRows, scores } = golden.small;
    const ours = loadIsolationForest(stateOf(trees, sampleRows)).score(first(scores.length));
    scores.forEach((score, row) => {
      expect(ours[row]).toBeCloseTo(score, 9); // written down to 12 digits
    });
  });

  test("forests of our own score each row as its forests do, within the chance of seeds", () => {
    const { forests, mean, deviation, auc, aucDeviation } = golden.many;
    const seeds = 50;
    const all = Array.from({ length: seeds }, (_, seed) => isolationForest({ seed }).fit(x).score(x));
    const chance = Math.sqrt(1 / seeds + 1 / forests);
    const off = mean.map((expected, row) => {
      const ours = all.reduce((sum, scores) => sum + scores[row], 0) / seeds;
      return (ours - expected) / (deviation[row] * chance);
    });
    // Rows of one forest rise and fall together, so the mean is nearly as uncertain as one row; .0035 of a score fail.
    expect(Math.abs(off.reduce((sum, z) => sum + z, 0) / off.length)).toBeLessThan(3);
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(5);
    const positive = labels.map((label) => label === 1);
    const aucs = all.map((scores) => rocAuc(scores, positive)!);
    const ours = aucs.reduce((sum, value) => sum + value, 0) / seeds;
    expect(Math.abs(ours - auc)).toBeLessThan(4 * aucDeviation * chance);
  });
});

test("two trees by hand: the score is 2 to the minus mean path over the usual path", () => {
  // One split at 1 of four rows: to the left one row (path 1), to the right three (1 + mean path of three). And a leaf.
  const hand = stateOf(
    [
      { left: [1, -1, -1], right: [2, -1, -1], feature: [0, -2, -2], threshold: [1, -2, -2], rows: [4, 1, 3] },
      { left: [-1], right: [-1], feature: [-2], threshold: [-2], rows: [4] },
    ],
    4,
  );
  const forest = loadIsolationForest({ ...hand, columns: 1 });
  const scores = forest.score({ values: Float32Array.of(0.5, 1, 2), names: ["c"], rows: 3 });
  const c = (n: number) => 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
  const left = 2 ** (-(1 + c(4)) / 2 / c(4));
  expect(scores[0]).toBeCloseTo(left, 14);
  expect(scores[1]).toBeCloseTo(left, 14); // a value at the threshold goes left
  expect(scores[2]).toBeCloseTo(2 ** (-(1 + c(3) + c(4)) / 2 / c(4)), 14);
});

describe("a fitted forest", () => {
  const fitted = isolationForest({ trees: 7, sampleRows: 13, seed: 5 }).fit(x);

  test("through JSON and back it gives the same bits, and so does the same seed; another seed does not", () => {
    const scores = fitted.score(x);
    expect(loadIsolationForest(JSON.parse(JSON.stringify(fitted.toJSON()))).score(x)).toEqual(scores);
    expect(isolationForest({ trees: 7, sampleRows: 13, seed: 5 }).fit(x).score(x)).toEqual(scores);
    expect(isolationForest({ trees: 7, sampleRows: 13, seed: 6 }).fit(x).score(x)).not.toEqual(scores);
  });

  test("the score of a row does not depend on the other rows", () => {
    expect(fitted.score(first(11))).toEqual(fitted.score(x).slice(0, 11));
  });

  test("few rows are all drawn, and rows that are equal are not split", () => {
    const equal: FeatureTable = { values: new Float32Array(3 * 2).fill(4), names: ["a", "b"], rows: 3 };
    const forest = isolationForest({ trees: 3 }).fit(equal);
    expect(forest.toJSON().sampleRows).toBe(3);
    expect(Array.from(forest.score(equal))).toEqual([0.5, 0.5, 0.5]);
  });

  test("refuses settings, tables and states that are none", () => {
    expect(() => isolationForest({ trees: 0 })).toThrow(/trees is 0, expected a whole number from 1/);
    expect(() => isolationForest({ sampleRow: 9 } as never)).toThrow(/sampleRows/);
    expect(() => isolationForest().fit(first(1))).toThrow(/got 1 rows, expected at least 2/);
    expect(() => fitted.score({ values: new Float32Array(4), names: ["a", "b"], rows: 2 })).toThrow(
      /table of 2 columns/,
    );
    const broken = { ...x, values: x.values.slice() };
    broken.values[3] = Number.NaN;
    expect(() => isolationForest().fit(broken)).toThrow(/column "c3" is NaN in row 0/);
    expect(() => fitted.score(broken)).toThrow(/column "c3" is NaN in row 0/);
    expect(() => loadIsolationForest({ ...fitted.toJSON(), kind: "forest" })).toThrow(/at kind/);
    expect(() => loadIsolationForest({ ...fitted.toJSON(), columns: 1 })).toThrow(/points outside/);
    expect(() => loadIsolationForest(null)).toThrow(/at its top/);
  });
});
