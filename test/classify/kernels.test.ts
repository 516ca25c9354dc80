import { expect, test } from "vitest";
import { columnScaling } from "../../src/classify/base/training-rows.js";
import { rotatedRows } from "../../src/classify/linear/rotated-rows.js";
import { rowProducts } from "../../src/classify/linear/row-products.js";
import { distanceBlocks, PART } from "../../src/classify/neighbours/distances.js";
import { randomStream } from "../../src/random.js";
import { sumColumns } from "../../src/table/linear-algebra/column-sums.js";
import { BLOCK, dotProducts } from "../../src/table/linear-algebra/products.js";
import { tableOf } from "./table.js";

const normal = (length: number, seed: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length }, () => random.normal());
};
/** What both ways give; the first has to be WebAssembly. */
const both = <T>(make: (allowWasm: boolean) => T) => [make(true), make(false)];

test.each([
  [1, 1, 1],
  [3, 2, 2],
  [131, 7, 1],
  [261, 66, 3],
  [262, 67, 5],
])("products and sums of rows are the same bits, %i x %i, %i outputs", (rows, columns, outputs) => {
  const values = Float32Array.from(normal(rows * columns, rows));
  const make = (allowWasm: boolean, kept?: number) => {
    const products = rowProducts(values, columns, outputs, allowWasm, kept);
    expect(products.wasm).toBe(allowWasm);
    products.vectors.set(normal(columns * outputs, 5));
    const seen: number[] = [];
    products.pass((_, count) => {
      seen.push(...products.scores.subarray(0, count * outputs));
      for (let k = 0; k < count * outputs; k++) products.scores[k] = Math.sin(products.scores[k]);
    });
    return { seen, sums: products.sums.slice() };
  };
  const [fast, plain] = both(make);
  expect(fast).toEqual(plain);
  expect(make(true, 0)).toEqual(plain); // a table too large to be copied whole
  expect(fast.seen.length).toBe(rows * outputs);
});

test("sums of columns and of their squares are the same bits", () => {
  const [rows, columns] = [3001, 7];
  const values = Float32Array.from(normal(rows * columns, 1));
  const centre = normal(columns, 2);
  for (const from of [undefined, centre]) {
    const [fast, plain] = both((allowWasm) => sumColumns(values, rows, columns, from, allowWasm));
    expect(fast).toEqual(plain);
    let direct = 0;
    for (let row = 0; row < rows; row++) direct += from ? (values[row * 7 + 3] - from[3]) ** 2 : values[row * 7 + 3];
    expect(fast[3]).toBe(direct);
  }
});

test.each([true, false])("dot products are the same bits, of the same vectors: %s", (same) => {
  const [m, n, length] = [12, same ? 12 : 8, 37];
  const [fast, plain] = both((allowWasm) => {
    const { a, b, out, add, wasm } = dotProducts(m, n, 50, same, allowWasm);
    expect(wasm).toBe(allowWasm);
    a.set(normal(m * 50, 1));
    if (!same) b.set(normal(n * 50, 2));
    add(length);
    add(length);
    return out.filter((_, k) => !same || k % n <= Math.floor(k / n));
  });
  expect(fast).toEqual(plain);
});

test("what penalties cost rows is the same bits", () => {
  const n = 7;
  const trials = [1, 2].map((seed) => ({
    factor: { lower: normal(n, seed), inverse: normal(n, seed + 10) },
    rotated: [normal(n, seed + 20), normal(n, seed + 30)],
  }));
  const [fast, plain] = both((allowWasm) => {
    const turned = rotatedRows(normal(n * n, 3), n, trials, allowWasm);
    expect(turned.wasm).toBe(allowWasm);
    turned.rows.set(normal(n * BLOCK, 4));
    turned.rotate();
    return [0, 1].map((trial) => [
      turned.leverage(trial).slice(),
      ...[0, 1].map((t) => turned.residuals(trial, t, normal(100, 6)).slice(0, 100)),
    ]);
  });
  expect(fast).toEqual(plain);
});

/** Rows near each other far from the middle: products of float32 lose most there. */
test.each([1, 1e4, 1e16, 1e25])("no pair within a limit is lost, rows %f away", (away) => {
  const F = 33;
  const values = Float32Array.from(normal(64 * F, 1), (v, k) => (Math.floor(k / F) % 2 === 0 ? away : 0) + v);
  const { mean } = columnScaling("test", tableOf(values, F));
  const scaling = { mean, scale: new Float64Array(F).fill(1) };
  const rows = { values, rows: 64, scaling };
  const [fast, plain] = both((allowWasm) => {
    const blocks = distanceBlocks(scaling, allowWasm);
    blocks.loadLeft(rows, 0);
    blocks.loadRight(rows, 0);
    blocks.rightLimits.fill(Number.NEGATIVE_INFINITY);
    const within: [number, number][] = [];
    for (const limit of [1e-3, 40, 60, 70, 1e9, 1e30, 1e35]) {
      blocks.leftLimits.fill(limit);
      let looked = 0;
      for (let first = 0; first < 64; first += PART) {
        const found = blocks.near(first, PART);
        looked += found;
        for (let p = 0; p < found; p++)
          if (blocks.distances[p] < limit) within.push([blocks.places[p], blocks.distances[p]]);
      }
      if (allowWasm && away === 1 && limit === 40) expect(looked).toBeLessThan(1000); // and most are not looked at
    }
    return within.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  });
  expect(fast).toEqual(plain);
  expect(fast.length).toBeGreaterThan(64);
});
