import { expect, test } from "vitest";
import { gaussLegendre } from "../../../src/classify/explain/gauss-legendre.js";
import { shapTree } from "../../../src/classify/explain/shap-tree.js";
import { addTreeShap } from "../../../src/classify/explain/tree-shap.js";
import { leafOf, type Trees, treeBuilder } from "../../../src/classify/trees/trees.js";
import { randomStream } from "../../../src/random.js";
import { expectClose } from "../../close.js";
import { tableOf } from "../table.js";

test.each([1, 2, 3, 5, 8, 13, 40])("%i Gauss-Legendre points integrate powers up to 2 n - 1", (n) => {
  const { points, weights } = gaussLegendre(n);
  for (const power of [0, 1, 2 * n - 2, 2 * n - 1]) {
    const integral = points.reduce((sum, y, q) => sum + weights[q] * y ** power, 0);
    expect(integral * (power + 1)).toBeCloseTo(1, 12);
  }
  expect(points.every((y, q) => y > 0 && Math.abs(y + points[n - 1 - q] - 1) < 1e-15)).toBe(true);
});

/** A random tree over the columns, which it asks about again and again; covers are random too. */
function randomTree(columns: number, leaves: number, outputs: number, seed: number): Trees {
  const random = randomStream(seed);
  const trees = treeBuilder(outputs);
  const open = [trees.root()];
  while (open.length < leaves) {
    const [node] = open.splice(random.integer(open.length), 1);
    const left = trees.split(node, random.integer(columns), random.normal(), random.integer(2) === 1);
    open.push(left, left + 1);
  }
  for (const node of open)
    trees.leaf(
      node,
      Array.from({ length: outputs }, () => random.normal()),
      0.1 + 5 * random.uniform(),
    );
  return trees.finish();
}

/** Rows of which a quarter of the values are missing. */
function randomRows(rows: number, columns: number, seed: number) {
  const random = randomStream(seed);
  return tableOf(
    Array.from({ length: rows * columns }, () => (random.integer(4) === 0 ? Number.NaN : random.normal())),
    columns,
  );
}

/** Weight of the training rows below a node. */
const coverOf = (trees: Trees, node: number): number =>
  trees.feature[node] < 0
    ? trees.covers![trees.child[node]]
    : coverOf(trees, trees.child[node]) + coverOf(trees, trees.child[node] + 1);

/** The mean of the leaves that a row can come to when only the columns of `known` (bits) are known: algorithm 1. */
function expectedValue(trees: Trees, node: number, row: Float32Array, known: number, output: number): number {
  const column = trees.feature[node];
  const child = trees.child[node];
  if (column < 0) return trees.leaves[child * trees.outputs + output];
  const of = (side: number) => expectedValue(trees, child + side, row, known, output);
  if ((known >> column) & 1) {
    const left = row[column] <= trees.threshold[node] || (Number.isNaN(row[column]) && trees.missingLeft[node] === 1);
    return of(left ? 0 : 1);
  }
  const [a, b] = [coverOf(trees, child), coverOf(trees, child + 1)];
  return (a * of(0) + b * of(1)) / (a + b);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const bits = (set: number): number => (set === 0 ? 0 : (set & 1) + bits(set >> 1));

/** Shapley values by their definition, over all coalitions. */
function byDefinition(trees: Trees, row: Float32Array, output: number): number[] {
  const M = row.length;
  const value = Array.from({ length: 2 ** M }, (_, known) => expectedValue(trees, 0, row, known, output));
  return Array.from({ length: M }, (_, column) => {
    let sum = 0;
    for (let known = 0; known < 2 ** M; known++) {
      if ((known >> column) & 1) continue;
      const size = bits(known);
      const weight = (factorial(size) * factorial(M - size - 1)) / factorial(M);
      sum += weight * (value[known | (1 << column)] - value[known]);
    }
    return sum;
  });
}

test.each([
  [1, 2, 1],
  [2, 7, 1],
  [3, 1, 1],
  [5, 13, 3],
  [6, 31, 2],
  [7, 40, 1],
])("Shapley values by their definition: %i columns, %i leaves, %i outputs", (columns, leaves, outputs) => {
  for (let seed = 0; seed < 3; seed++) {
    const trees = randomTree(columns, leaves, outputs, seed);
    const x = randomRows(5, columns, seed + 100);
    const asked = Array.from({ length: outputs }, (_, k) => k);
    const out = new Float64Array(5 * outputs * columns);
    const mean = addTreeShap(trees, shapTree(trees, 0), x, asked, out, outputs * columns);
    const rows = Array.from({ length: 5 }, (_, r) => x.values.subarray(r * columns, (r + 1) * columns));
    const expected = rows.flatMap((row) => asked.flatMap((output) => byDefinition(trees, row, output)));
    expectClose(out, expected, { rtol: 1e-12, name: "contributions" });
    expectClose(
      mean,
      asked.map((output) => expectedValue(trees, 0, rows[0], 0, output)),
      { rtol: 1e-13, name: "mean" },
    );
  }
});

test("a chain of 60 questions about 60 columns keeps its digits", () => {
  const M = 60;
  const random = randomStream(5);
  const trees = treeBuilder(1);
  let node = trees.root();
  for (let column = 0; column < M; column++) {
    const left = trees.split(node, column, 0, false);
    trees.leaf(left, [random.normal()], 1 + random.uniform());
    node = left + 1;
  }
  trees.leaf(node, [random.normal()], 1);
  const chain = trees.finish();
  const x = tableOf(new Float32Array(M).fill(1), M);
  x.values[M - 2] = -1;
  const out = new Float64Array(M);
  const [mean] = addTreeShap(chain, shapTree(chain, 0), x, [0], out, M);
  const score = chain.leaves[leafOf(chain, 0, x.values, 0)];
  expect(out.reduce((sum, value) => sum + value, mean)).toBeCloseTo(score, 12);
});
