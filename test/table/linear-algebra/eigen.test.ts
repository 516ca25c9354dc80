import { expect, test } from "vitest";
import { randomStream } from "../../../src/random.js";
import { fixSigns, largestEigenpairs } from "../../../src/table/linear-algebra/eigen.js";

/** V diag(values) V' with V a product of reflections. */
function symmetric(values: number[], seed: number): Float64Array {
  const n = values.length;
  const random = randomStream(seed);
  let a = Float64Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) === k % n ? values[k % n] : 0));
  for (let times = 0; times < 3; times++) {
    const v = Float64Array.from({ length: n }, () => random.normal());
    const square = v.reduce((sum, x) => sum + x * x, 0);
    const reflect = (m: Float64Array) =>
      m.map((value, k) => {
        const [i, j] = [Math.floor(k / n), k % n];
        let along = 0;
        for (let l = 0; l < n; l++) along += v[l] * m[l * n + j];
        return value - (2 * v[i] * along) / square;
      });
    const transpose = (m: Float64Array) => m.map((_, k) => m[(k % n) * n + Math.floor(k / n)]);
    a = transpose(reflect(transpose(reflect(a))));
  }
  return a;
}

const spectra: [string, number[], number][] = [
  ["distinct, some negative", [9, 7, 4, 2, 1, -3, -8], 5],
  ["a single one", [5], 1],
  ["repeated", [6, 6, 6, 2, 2, 0, 0, 0, 0], 5],
  ["all equal", [3, 3, 3, 3, 3], 5],
  ["close and far", [1e8, 1e8 - 1, 1, 1 - 1e-9, 1e-8], 3],
  ["many", Array.from({ length: 61 }, (_, k) => 100 * 0.8 ** k), 23],
];

test.each(spectra)("largestEigenpairs: %s", (_, values, count) => {
  const n = values.length;
  const a = symmetric(values, 7);
  const pairs = largestEigenpairs(a.slice(), n, count);
  const expected = values.slice().sort((x, y) => y - x);
  const size = Math.max(...values.map(Math.abs));
  expect(pairs.values.length).toBe(count);
  for (let k = 0; k < count; k++) {
    expect(Math.abs(pairs.values[k] - expected[k])).toBeLessThan(1e-13 * n * size);
    const v = pairs.vectors.subarray(k * n, (k + 1) * n);
    for (let i = 0; i < n; i++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += a[i * n + j] * v[j];
      expect(Math.abs(product - expected[k] * v[i])).toBeLessThan(1e-12 * n * size);
    }
    for (let l = 0; l <= k; l++) {
      let along = 0;
      for (let i = 0; i < n; i++) along += v[i] * pairs.vectors[l * n + i];
      expect(Math.abs(along - (l === k ? 1 : 0))).toBeLessThan(1e-13 * n);
    }
  }
});

test("largestEigenpairs of a diagonal matrix, which falls apart into pieces of one", () => {
  const n = 5;
  const diagonal = [2, 7, 7, 0, 7];
  const a = new Float64Array(n * n);
  diagonal.forEach((value, i) => {
    a[i * n + i] = value;
  });
  const { values, vectors } = largestEigenpairs(a, n, 4);
  expect(Array.from(values, (value) => Math.round(value * 1e12) / 1e12)).toEqual([7, 7, 7, 2]);
  expect(Array.from(vectors.subarray(15), Math.abs)).toEqual([1, 0, 0, 0, 0].map((x) => expect.closeTo(x, 12)));
});

test("largestEigenpairs leaves out what is below the floor", () => {
  const a = symmetric([8, 4, 1e-9, 1e-14, 0, 0], 3);
  expect(largestEigenpairs(a.slice(), 6, 6, 1e-12).values.length).toBe(3);
  expect(largestEigenpairs(a.slice(), 6, 6, 1e-3).values.length).toBe(2);
});

test("fixSigns turns vectors whose largest entry is negative, and no others", () => {
  const vectors = Float64Array.of(1, -3, 2, 0.5, -0.25, -0.5, -2, 2, 0);
  fixSigns(vectors, 3);
  expect(Array.from(vectors)).toEqual([-1, 3, -2, 0.5, -0.25, -0.5, 2, -2, -0]);
});
