import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/random.js";
import {
  factorTridiagonal,
  inverseQuadraticForms,
  solveTridiagonal,
  tridiagonalize,
} from "../../../src/table/linear-algebra/tridiagonal.js";

function randomSymmetric(n: number, rank: number): Float64Array {
  const random = randomStream(n, rank);
  const factor = Float64Array.from({ length: n * rank }, () => random.normal());
  return Float64Array.from({ length: n * n }, (_, k) => {
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += factor[Math.floor(k / n) * rank + r] * factor[(k % n) * rank + r];
    return sum;
  });
}

describe.each([
  [1, 1],
  [2, 2],
  [3, 3],
  [7, 2],
  [31, 31],
  [53, 17],
])("a symmetric matrix of size %i and rank %i", (n, rank) => {
  const a = randomSymmetric(n, rank);
  const reduced = tridiagonalize(a.slice(), n);
  const { diagonal, off, qt } = reduced;
  const size = Math.max(...a.map(Math.abs));
  const indices = Array.from({ length: n }, (_, k) => k);

  test("is Q T Q' with Q orthogonal", () => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let rebuilt = 0;
        let product = 0;
        for (let k = 0; k < n; k++) {
          const left = qt[k * n + i];
          rebuilt += left * diagonal[k] * qt[k * n + j];
          if (k + 1 < n) rebuilt += off[k] * (left * qt[(k + 1) * n + j] + qt[(k + 1) * n + i] * qt[k * n + j]);
          product += qt[i * n + k] * qt[j * n + k];
        }
        expect(Math.abs(rebuilt - a[i * n + j]) / size).toBeLessThan(n * 1e-14);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 12);
      }
  });

  test("solves and inverse forms undo T + shift", () => {
    const shift = 0.37;
    const factor = factorTridiagonal(reduced, shift);
    const b = Float64Array.from(indices, (k) => Math.sin(k + 1));
    const x = solveTridiagonal(factor, b);
    for (const k of indices) {
      const back =
        (diagonal[k] + shift) * x[k] + (k > 0 ? off[k - 1] * x[k - 1] : 0) + (k + 1 < n ? off[k] * x[k + 1] : 0);
      expect(back).toBeCloseTo(b[k], 10);
    }
    const stride = 3;
    const many = new Float64Array(n * stride);
    for (const k of indices) {
      many[k * stride] = b[k];
      many[k * stride + 1] = k === n - 1 ? 1 : 0;
    }
    const forms = inverseQuadraticForms(factor, many, stride, 2);
    expect(forms.length).toBe(2);
    expect(forms[0]).toBeCloseTo(
      indices.reduce((sum, k) => sum + b[k] * x[k], 0),
      10,
    );
    const last = new Float64Array(n);
    last[n - 1] = 1;
    expect(forms[1]).toBeCloseTo(solveTridiagonal(factor, last)[n - 1], 10);
  });
});

test("a column that is all but reduced loses no digits", () => {
  const a = [2, 1, 1e-9, 1, 3, 0.5, 1e-9, 0.5, 4];
  const { diagonal, off } = tridiagonalize(Float64Array.from(a), 3);
  expect(Array.from(diagonal, (d) => Math.round(d * 1e6) / 1e6)).toEqual([2, 3, 4]);
  expect(Math.abs(off[0])).toBeCloseTo(1, 12);
  expect(Math.abs(off[1])).toBeCloseTo(0.5, 6);
});
