import { describe, expect, test } from "vitest";
import { columnScaling } from "../../../src/classify/base/training-rows.js";
import { decisionValues } from "../../../src/classify/linear/linear-model.js";
import { RIDGE_ALPHAS, ridgeClassifier } from "../../../src/classify/linear/ridge.js";
import type { FeatureTable } from "../../../src/table/feature-table.js";
import { madeData, tableOf } from "../table.js";

/** Ridge with a free intercept by Gaussian elimination on the normal equations; decisions on `at`. */
function plainRidge(x: number[][], y: number[], weights: number[], alpha: number, at: number[]): number {
  const n = at.length + 1;
  const design = x.map((row) => [...row, 1]);
  const system = Array.from({ length: n }, (_, a) => [
    ...Array.from({ length: n }, (_, b) =>
      design.reduce((sum, row, i) => sum + weights[i] * row[a] * row[b], a === b && a < n - 1 ? alpha : 0),
    ),
    design.reduce((sum, row, i) => sum + weights[i] * row[a] * y[i], 0),
  ]);
  for (let k = 0; k < n; k++) {
    const pivot = system.findIndex(
      (row, i) => i >= k && Math.abs(row[k]) === Math.max(...system.slice(k).map((r) => Math.abs(r[k]))),
    );
    [system[k], system[pivot]] = [system[pivot], system[k]];
    for (let i = 0; i < n; i++)
      if (i !== k) {
        const factor = system[i][k] / system[k][k];
        for (let j = k; j <= n; j++) system[i][j] -= factor * system[k][j];
      }
  }
  return [...at, 1].reduce((sum, value, k) => sum + (value * system[k][n]) / system[k][k], 0);
}

function standardisedRows(x: FeatureTable): number[][] {
  const { mean, scale } = columnScaling("test", x);
  return Array.from({ length: x.rows }, (_, i) =>
    Array.from(scale, (s, j) => (x.values[i * scale.length + j] - mean[j]) / s),
  );
}

describe.each([
  { rows: 17, columns: 3, classes: 2 },
  { rows: 11, columns: 13, classes: 2 },
  { rows: 13, columns: 5, classes: 3 },
  { rows: 7, columns: 7, classes: 3 },
  { rows: 263, columns: 2, classes: 2 }, // a block of 256 and 7 rows
  { rows: 13, columns: 3, classes: 2, copies: 101 }, // a block of 256 and 47 columns
])("ridge on $rows x $columns, $classes classes, copies $copies", ({ rows, columns, classes, copies = 1 }) => {
  test.each([1, 2, 3])("chooses the penalty that leaving out each row in turn chooses, seed %i", (seed) => {
    const { x: once, labels } = madeData(rows, columns, classes, seed);
    // every column several times over is the same as once with a penalty divided by the number of copies
    const x = tableOf(
      Array.from({ length: rows }, (_, i) => i).flatMap((i) =>
        Array.from({ length: columns * copies }, (_, j) => once.values[i * columns + (j % columns)]),
      ),
      columns * copies,
    );
    const weights = Array.from({ length: rows }, (_, i) => 0.5 + ((i * 7) % 4) / 2);
    const standard = standardisedRows(once);
    const positives = classes === 2 ? [1] : [0, 1, 2];
    const errors = RIDGE_ALPHAS.map((alpha) => {
      let error = 0;
      for (const positive of positives) {
        const y = Array.from(labels, (label) => (label === positive ? 1 : -1));
        for (let i = 0; i < rows; i++) {
          const others = Array.from(labels.keys()).filter((k) => k !== i);
          const predicted = plainRidge(
            others.map((k) => standard[k]),
            others.map((k) => y[k]),
            others.map((k) => weights[k]),
            alpha / copies,
            standard[i],
          );
          error += weights[i] * (predicted - y[i]) ** 2;
        }
      }
      return error;
    });
    const fitted = ridgeClassifier().fit(x, labels, classes, { weights: Float32Array.from(weights) });
    const { alpha } = fitted.toJSON();
    expect(alpha).toBe(RIDGE_ALPHAS[errors.indexOf(Math.min(...errors))]);
    const decisions = decisionValues(fitted.toJSON(), x);
    for (const [t, positive] of positives.entries()) {
      const y = Array.from(labels, (label) => (label === positive ? 1 : -1));
      for (let i = 0; i < rows; i++)
        expect(decisions[i * positives.length + t]).toBeCloseTo(
          plainRidge(standard, y, weights, alpha! / copies, standard[i]),
          8,
        );
    }
  });
});

test("two rows are enough, tall or wide", () => {
  for (const columns of [1, 2, 5]) {
    const x = tableOf(
      Array.from({ length: 2 * columns }, (_, k) => (k < columns ? 0 : 1)),
      columns,
    );
    expect(Array.from(ridgeClassifier().fit(x, Int32Array.of(0, 1), 2).predict(x))).toEqual([0, 1]);
  }
});
