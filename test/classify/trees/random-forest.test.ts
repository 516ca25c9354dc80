import { describe, expect, test } from "vitest";
import { binColumns } from "../../../src/classify/trees/binning.js";
import { giniGrower } from "../../../src/classify/trees/gini-tree.js";
import { randomForest } from "../../../src/classify/trees/random-forest.js";
import { leafOf, treeBuilder } from "../../../src/classify/trees/trees.js";
import { OptionError } from "../../../src/errors.js";
import { randomStream } from "../../../src/random.js";
import { madeData, tableOf } from "../table.js";

/** One tree on all rows with whole weights, every column tried. */
function oneTree(rows: number, K: number, seed: number, rules: { minSamplesLeaf?: number; maxDepth?: number }) {
  const random = randomStream(seed);
  const { labels } = madeData(rows, 5, K, seed);
  const values = Float32Array.from({ length: rows * 5 }, () => random.integer(rows > 60 ? 90 : 7));
  const x = tableOf(values, 5);
  const weights = Float64Array.from({ length: rows }, () => 1 + random.integer(3));
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const trees = treeBuilder(K);
  const grow = giniGrower(binColumns(x, all), labels, K, {
    maxFeatures: 5,
    minSamplesLeaf: 1,
    maxDepth: Number.POSITIVE_INFINITY,
    ...rules,
  });
  grow(all.slice(), rows, weights, random, trees);
  return { x, labels, weights, trees: trees.finish() };
}

/** Sum over sides of weight * Gini impurity. */
function impurity(sides: number[][], labels: Int32Array, weights: Float64Array, K: number): number {
  return sides.reduce((sum, rows) => {
    const byClass = new Float64Array(K);
    for (const row of rows) byClass[labels[row]] += weights[row];
    const total = byClass.reduce((a, b) => a + b);
    return sum + total - byClass.reduce((squares, w) => squares + w * w, 0) / total;
  }, 0);
}

describe("a tree", () => {
  test.each([
    [30, 2, 1],
    [41, 3, 4],
    [211, 2, 1],
    [307, 5, 20],
  ])("asks first what lowers the Gini impurity most: %i rows, %i classes, %i a leaf", (rows, K, minSamplesLeaf) => {
    const { x, labels, weights, trees } = oneTree(rows, K, rows, { minSamplesLeaf });
    const all = Array.from({ length: rows }, (_, i) => i);
    const split = (column: number, threshold: number) => {
      const isLeft = (row: number) => x.values[row * 5 + column] <= threshold;
      return [all.filter(isLeft), all.filter((row) => !isLeft(row))];
    };
    let least = Number.POSITIVE_INFINITY;
    for (let column = 0; column < 5; column++)
      for (const threshold of new Set(all.map((row) => x.values[row * 5 + column]))) {
        const sides = split(column, threshold);
        if (sides.every((side) => side.length >= minSamplesLeaf))
          least = Math.min(least, impurity(sides, labels, weights, K));
      }
    const sides = split(trees.feature[0], trees.threshold[0]);
    expect(sides.every((side) => side.length >= minSamplesLeaf)).toBe(true);
    expect(impurity(sides, labels, weights, K)).toBeCloseTo(least, 9);
    // halfway between the nearest values
    const column = trees.feature[0];
    const [left, right] = sides.map((side) => side.map((row) => x.values[row * 5 + column]));
    expect(trees.threshold[0]).toBe((Math.max(...left) + Math.min(...right)) / 2);
  });

  test("has the class shares of its rows at the leaves, and pure ones unless told otherwise", () => {
    for (const maxDepth of [Number.POSITIVE_INFINITY, 3]) {
      const { x, labels, weights, trees } = oneTree(211, 3, 8, { maxDepth });
      const leaves = trees.leaves.length / 3;
      if (maxDepth === 3) expect(leaves).toBe(8);
      for (let leaf = 0; leaf < leaves; leaf++) {
        const shares = new Float64Array(3);
        labels.forEach((c, row) => {
          if (leafOf(trees, 0, x.values, row * 5) === leaf) shares[c] += weights[row];
        });
        const total = shares.reduce((a, b) => a + b);
        expect(total).toBeGreaterThan(0);
        expect(trees.covers![leaf]).toBe(total);
        for (let c = 0; c < 3; c++) expect(trees.leaves[leaf * 3 + c]).toBeCloseTo(shares[c] / total, 12);
        if (maxDepth > 3) expect(Math.max(...shares)).toBe(total);
      }
    }
  });

  test.each([3, 37])("leaves enough rows on either side, where the best split is after %i of 40", (cut) => {
    const x = tableOf(
      Float32Array.from({ length: 40 }, (_, i) => i),
      1,
    );
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i < cut ? 0 : 1));
    for (let seed = 0; seed < 5; seed++) {
      const all = Int32Array.from({ length: 40 }, (_, i) => i);
      const trees = treeBuilder(2);
      const rules = { maxFeatures: 1, minSamplesLeaf: 7, maxDepth: 1 };
      const grow = giniGrower(binColumns(x, all), labels, 2, rules);
      grow(all.slice(), 40, new Float64Array(40).fill(1), randomStream(seed), trees);
      expect(trees.finish().threshold[0]).toBe(cut === 3 ? 6.5 : 32.5);
    }
  });

  test("looks past columns that hold one value in the node", () => {
    // every draw of one column finds either an empty one or the last
    const values = Float32Array.from({ length: 40 * 5 }, (_, k) => (k % 5 === 4 ? k : k < 5 ? 1 : 0));
    const x = tableOf(values, 5); // columns 0 to 3: the first row against all others
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i > 20 ? 1 : 0));
    for (let seed = 0; seed < 20; seed++) {
      const fitted = randomForest({ trees: 1, maxFeatures: 1, seed }).fit(x, labels, 2);
      const predicted = fitted.predict(x);
      expect(labels.filter((c, i) => c === predicted[i]).length).toBeGreaterThan(34);
    }
  });
});

describe("randomForest", () => {
  const { x, labels } = madeData(97, 9, 3, 4);

  test("averages its trees", () => {
    const forest = randomForest({ trees: 7, maxDepth: 2, seed: 3 }).fit(x, labels, 3);
    const more = randomForest({ trees: 8, maxDepth: 2, seed: 3 }).fit(x, labels, 3);
    const last = more.predictProba(x).map((p, k) => 8 * p - 7 * forest.predictProba(x)[k]);
    const leaves = new Set(last.map((p) => Math.round(p * 1e9)));
    expect(leaves.size).toBeGreaterThan(2); // what one tree of four leaves says
    expect(leaves.size).toBeLessThanOrEqual(12);
  });

  test("the seed draws rows and columns; every setting has its effect", () => {
    const fit = (options: Parameters<typeof randomForest>[0]) =>
      randomForest({ trees: 5, ...options })
        .fit(x, labels, 3)
        .toJSON().trees;
    const base = fit({});
    expect(fit({ seed: 0 })).toEqual(base);
    expect(fit({ maxFeatures: 3 })).toEqual(base); // the root of 9
    for (const change of [
      { seed: 1 },
      { trees: 6 },
      { maxFeatures: "all" as const },
      { maxFeatures: 2 },
      { minSamplesLeaf: 2 },
      { maxDepth: 3 },
      { classWeight: "balanced" as const },
    ])
      expect(fit(change)).not.toEqual(base);
  });

  test("rows are drawn in proportion to their weights", () => {
    const flat = tableOf(new Float32Array(100).fill(1), 1);
    const halves = Int32Array.from({ length: 100 }, (_, i) => i % 2);
    const weights = Float32Array.from(halves, (c) => (c === 1 ? 3 : 1));
    const fitted = randomForest({ trees: 400 }).fit(flat, halves, 2, { weights });
    // 400 trees of 100 draws: standard error sqrt(.75 * .25 / 40000) = .002
    expect(Math.abs(fitted.predictProba(flat)[1] - 0.75)).toBeLessThan(0.01);
  });

  test.each([
    [{ trees: 0 }, /random forest: trees is 0/],
    [{ maxFeatures: 1.5 }, /maxFeatures is 1.5/],
    [{ maxFeatures: "log2" as "sqrt" }, /maxFeatures is log2/],
    [{ minSamplesLeaf: 0 }, /minSamplesLeaf is 0/],
    [{ maxDepth: -1 }, /maxDepth is -1/],
    [{ classWeight: "even" as "none" }, /classWeight is even/],
    [{ seed: 0.5 }, /seed is 0.5/],
  ])("refuses %o", (options, words) => {
    expect(() => randomForest(options)).toThrow(OptionError);
    expect(() => randomForest(options)).toThrow(words);
  });

  test("refuses more features than columns when it sees them", () => {
    expect(() => randomForest({ maxFeatures: 10 }).fit(x, labels, 3)).toThrow(/no more than the 9 columns/);
  });
});
