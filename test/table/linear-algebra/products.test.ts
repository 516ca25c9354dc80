import { expect, test } from "vitest";
import { randomStream } from "../../../src/random.js";
import {
  addDotProducts,
  BLOCK,
  productsOfColumns,
  productsOfRows,
} from "../../../src/table/linear-algebra/products.js";
import { expectClose } from "../../close.js";

test("dot products are added, and the lower half is complete", () => {
  const [m, n, length] = [8, 6, 5];
  const random = randomStream(3);
  const a = Float64Array.from({ length: m * length }, () => random.normal());
  const b = Float64Array.from({ length: n * length }, () => random.normal());
  const dot = (p: Float64Array, i: number, q: Float64Array, j: number) =>
    p.subarray(i * length, (i + 1) * length).reduce((sum, value, k) => sum + value * q[j * length + k], 0);
  const out = new Float64Array(m * n).fill(10);
  addDotProducts(out, a, b, m, n, length, false);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) expect(out[i * n + j]).toBeCloseTo(10 + dot(a, i, b, j), 12);
  const gram = new Float64Array(m * m);
  addDotProducts(gram, a, a, m, m, length, true);
  for (let i = 0; i < m; i++) for (let j = 0; j <= i; j++) expect(gram[i * m + j]).toBeCloseTo(dot(a, i, a, j), 12);
});

// sizes straddle the tile of 4 and the block of 256
test.each([
  [1, 1],
  [3, 5],
  [5, 257],
  [256, 4],
  [258, 7],
])("products of rows and of columns of a matrix [%i, %i] agree with plain loops", (rows, columns) => {
  const random = randomStream(rows, columns);
  const matrix = Float64Array.from({ length: rows * columns }, () => random.normal());
  const entry = (row: number, column: number) => matrix[row * columns + column];
  const plain = (n: number, length: number, of: (i: number, k: number) => number) => {
    const sums: number[] = [];
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < length; k++) sum += of(i, k) * of(j, k);
        sums.push(sum);
      }
    return sums;
  };
  const lower = (products: Float64Array, n: number) => {
    expect(products.length).toBe(n * n);
    return Array.from(products).filter((_, k) => k % n <= Math.floor(k / n));
  };
  const close = { rtol: 1e-13 };
  const seen = new Float64Array(rows * columns);
  const byColumns = productsOfColumns(rows, columns, entry, (block, from, count) => {
    for (let r = 0; r < BLOCK; r++)
      for (let j = 0; j < columns; j++)
        if (r < count) seen[(from + r) * columns + j] += block[j * BLOCK + r];
        else expect(block[j * BLOCK + r]).toBe(0);
  });
  expect(seen).toEqual(matrix);
  expectClose(
    lower(byColumns, columns),
    plain(columns, rows, (j, r) => entry(r, j)),
    { ...close, name: "X' X" },
  );
  expectClose(lower(productsOfRows(rows, columns, entry), rows), plain(rows, columns, entry), {
    ...close,
    name: "X X'",
  });
});
