import { expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { columnMoments } from "../../src/table/feature-table.js";
import { fitPca, transformPca } from "../../src/table/pca.js";
import { tableOf } from "../classify/table.js";

/** Rows with a few strong directions, away from the origin, one column constant. */
function spread(rows: number, columns: number, seed = 1) {
  const random = randomStream(seed);
  const mixing = Float64Array.from({ length: 3 * columns }, () => random.normal());
  return tableOf(
    Array.from({ length: rows }, () => {
      const hidden = [5 * random.normal(), 2 * random.normal(), random.normal()];
      return Array.from({ length: columns }, (_, j) =>
        j === 1
          ? 4.5
          : 10 + j + hidden.reduce((sum, h, k) => sum + h * mixing[k * columns + j], 0) + 0.1 * random.normal(),
      );
    }).flat(),
    columns,
  );
}

const covariance = (values: ArrayLike<number>, rows: number, columns: number, a: number, b: number) => {
  let [ma, mb, product] = [0, 0, 0];
  for (let r = 0; r < rows; r++) {
    ma += values[r * columns + a] / rows;
    mb += values[r * columns + b] / rows;
  }
  for (let r = 0; r < rows; r++) product += ((values[r * columns + a] - ma) * (values[r * columns + b] - mb)) / rows;
  return product;
};

// rows below and above the columns: both ways to the components; 259 and 261 straddle the block of 256
test.each([
  [13, 29],
  [31, 11],
  [261, 7],
  [17, 259],
  [11, 11],
])("components of %i x %i: uncorrelated, ordered, orthonormal, with the variances stated", (rows, columns) => {
  const table = spread(rows, columns);
  const pca = fitPca(table, 5);
  expect(pca.variances.length).toBe(5);
  const scores = transformPca(pca, table);
  expect(scores.names).toEqual(["pca_0", "pca_1", "pca_2", "pca_3", "pca_4"]);
  for (let a = 0; a < 5; a++) {
    if (a > 0) expect(pca.variances[a]).toBeLessThanOrEqual(pca.variances[a - 1]);
    for (let b = 0; b <= a; b++) {
      // float32 scores: 6e-8 of the largest
      const size = Math.sqrt(pca.variances[0] * pca.variances[a]);
      expect(Math.abs(covariance(scores.values, rows, 5, a, b) - (a === b ? pca.variances[a] : 0))).toBeLessThan(
        1e-5 * size,
      );
      let along = 0;
      for (let j = 0; j < columns; j++) along += pca.components[a * columns + j] * pca.components[b * columns + j];
      expect(Math.abs(along - (a === b ? 1 : 0))).toBeLessThan(1e-9);
    }
    const component = pca.components.slice(a * columns, (a + 1) * columns);
    const top = component.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    expect(top).toBeGreaterThan(0);
    expect(component[1]).toBeCloseTo(0, 9); // the constant column
  }
});

test("rows on a plane give two components, which give the rows back", () => {
  const random = randomStream(2);
  const rows = Array.from({ length: 40 }, () => [random.integer(9), random.integer(9)]);
  const table = tableOf(
    rows.flatMap(([u, v]) => [u, v, u + 2 * v, 3 - u]),
    4,
  );
  const pca = fitPca(table, 4);
  expect(pca.variances.length).toBe(2);
  expect(pca.variances[0] + pca.variances[1]).toBeCloseTo(pca.totalVariance, 9);
  const scores = transformPca(pca, table).values;
  table.values.forEach((value, k) => {
    const [row, j] = [Math.floor(k / 4), k % 4];
    const back = pca.mean[j] + scores[2 * row] * pca.components[j] + scores[2 * row + 1] * pca.components[4 + j];
    expect(back).toBeCloseTo(value, 5);
  });
});

test("standardise works on columns of variance 1; whiten makes scores of variance 1", () => {
  const table = spread(60, 6);
  for (let row = 0; row < 60; row++) table.values[row * 6 + 3] *= 1000; // another unit
  expect(fitPca(table, 1).components[3]).toBeGreaterThan(0.999);
  const pca = fitPca(table, 3, { standardise: true, whiten: true });
  expect(pca.totalVariance).toBeCloseTo(5, 10); // six columns, one of them constant
  expect(Math.abs(pca.components[3])).toBeLessThan(0.9);
  const { deviation, mean } = columnMoments("test", transformPca(pca, table));
  for (let k = 0; k < 3; k++) {
    expect(deviation[k]).toBeCloseTo(1, 5);
    expect(mean[k]).toBeCloseTo(0, 5);
  }
});

test("half whitened, a component of variance v has the root of v", () => {
  const table = spread(60, 6);
  const pca = fitPca(table, 3, { whiten: "half" });
  const { deviation } = columnMoments("test", transformPca(pca, table));
  for (let k = 0; k < 3; k++) expect(deviation[k] ** 2).toBeCloseTo(Math.sqrt(pca.variances[k]), 5);
  expect(deviation[0]).toBeGreaterThan(deviation[2]);
});

test("the state survives JSON, and new rows do not move it", () => {
  const pca = fitPca(spread(20, 9), 3);
  const others = spread(8, 9, 5);
  const again = transformPca(JSON.parse(JSON.stringify(pca)), others);
  expect(again).toEqual(transformPca(pca, others));
  const { mean } = columnMoments("test", again);
  expect(Math.abs(mean[0])).toBeGreaterThan(1e-3); // centred on the training part, not on these
});

test("what cannot be", () => {
  const table = spread(5, 4);
  expect(() => fitPca(table, 0)).toThrow(/got k 0, expected a whole number/);
  expect(() => fitPca(tableOf([1, 2], 2), 1)).toThrow(/got 1 rows, expected at least 2/);
  expect([...transformPca(fitPca(tableOf([1, 2, 1, 2], 2), 1), tableOf([1, 2, 3, 4], 2)).values]).toEqual([0, 0]); // constant columns
  expect(() => fitPca(tableOf([1, 2, 3, Number.NaN], 2), 1)).toThrow(/column "f1" is NaN in row 1/);
  expect(() => transformPca(fitPca(table, 2), spread(5, 3))).toThrow(/got a table of 3 columns, expected 4/);
});
