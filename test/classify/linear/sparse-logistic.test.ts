import { expect, test } from "vitest";
import { logisticRegression } from "../../../src/classify/linear/logistic.js";
import { sparseLogistic } from "../../../src/classify/linear/sparse-logistic.js";
import { randomStream } from "../../../src/random.js";
import type { FeatureTable } from "../../../src/table/feature-table.js";
import { type SparseRows, selectSparseRows } from "../../../src/table/sparse-rows.js";

const WIDTH = 29;

/** Rows with a few columns of which the first ones tell the class, in a share `clear` of rows; as a table and as sparse rows. */
function made(
  rows: number,
  classes: number,
  seed: number,
  clear = 0.7,
): { x: FeatureTable; sparse: SparseRows; labels: Int32Array } {
  const random = randomStream(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const values = new Float32Array(rows * WIDTH);
  labels.forEach((label, row) => {
    for (let k = 0; k < 5; k++) values[row * WIDTH + random.integer(WIDTH)] = 0.2 + random.uniform();
    if (random.uniform() < clear) values[row * WIDTH + label] = 1.5;
  });
  const starts = new Int32Array(rows + 1);
  const columns: number[] = [];
  values.forEach((value, k) => {
    if (value !== 0) columns.push(k % WIDTH);
    starts[Math.floor(k / WIDTH) + 1] = columns.length;
  });
  const names = Array.from({ length: WIDTH }, (_, c) => `c${c}`);
  const held = values.filter((value) => value !== 0);
  const sparse = { rows, width: WIDTH, starts, columns: Int32Array.from(columns), values: held };
  return { x: { values, names, rows }, sparse, labels };
}

test.each([2, 3])("%i classes: the probabilities of dense logistic regression with the same C", (classes) => {
  const { x, sparse, labels } = made(211, classes, 3);
  const tests = made(53, classes, 4);
  for (const classWeight of ["none", "balanced"] as const) {
    const fitted = sparseLogistic({ classWeight }).fit(sparse, labels, classes);
    const C = fitted.chosen!.C!;
    const dense = logisticRegression({ C, classWeight, standardise: false, tolerance: 1e-7 }).fit(x, labels, classes);
    const expected = dense.predictProba(tests.x);
    fitted.predictProba(tests.sparse).forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 2);
    });
  }
});

test("C is chosen on rows that a trial does not see: weak for columns that tell the class, strong for noise", () => {
  const strengthOf = (labels: Int32Array, sparse: SparseRows) =>
    sparseLogistic({ classWeight: "none" }).fit(sparse, labels, 2).chosen!.C!;
  const { sparse, labels } = made(401, 2, 7, 0.95);
  expect(strengthOf(labels, sparse)).toBeGreaterThan(1);
  const noise = Int32Array.from({ length: 401 }, (_, row) => ((row * row) % 7) & 1);
  expect(strengthOf(noise, sparse)).toBe(1);
  const few = selectSparseRows(sparse, [0, 1, 2, 3, 4, 5]);
  expect(strengthOf(labels.slice(0, 6), few)).toBe(10); // no row to choose on
  const kept = sparseLogistic({ classWeight: "none", chosen: { C: 3 } }).fit(sparse, labels, 2);
  expect(kept.chosen).toEqual({ C: 3 });
  const given = sparseLogistic({ classWeight: "none", C: 3 }).fit(sparse, labels, 2);
  expect(given.predictProba(sparse)).toEqual(kept.predictProba(sparse));
});

test("rows are selected in any order; another number of columns is refused", () => {
  const { x, sparse, labels } = made(31, 2, 5);
  const some = selectSparseRows(sparse, [30, 2, 2]);
  const back = new Float32Array(3 * WIDTH);
  for (let r = 0; r < 3; r++)
    for (let k = some.starts[r]; k < some.starts[r + 1]; k++) back[r * WIDTH + some.columns[k]] = some.values[k];
  expect([...back]).toEqual([30, 2, 2].flatMap((row) => [...x.values.subarray(row * WIDTH, (row + 1) * WIDTH)]));
  const fitted = sparseLogistic({ classWeight: "none" }).fit(sparse, labels, 2);
  expect(() => fitted.predictProba({ ...sparse, width: 30 })).toThrow(/got sparse rows of 30 columns, expected 29/);
});
