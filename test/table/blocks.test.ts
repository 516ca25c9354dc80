import { expect, test } from "vitest";
import { randomStream } from "../../src/random.js";
import { balanceBlocks, fitBlocks, transformBlocks } from "../../src/table/blocks.js";
import type { FeatureTable } from "../../src/table/feature-table.js";
import { columnMoments } from "../../src/table/feature-table.js";

function block(name: string, rows: number, columns: number, spread: number, seed: number): FeatureTable {
  const random = randomStream(seed);
  return {
    values: Float32Array.from({ length: rows * columns }, () => 7 + spread * random.normal()),
    names: Array.from({ length: columns }, (_, j) => `${name}_${j}`),
    rows,
  };
}

const wide = block("wide", 19, 31, 100, 1);
const narrow = block("narrow", 19, 3, 0.01, 2);
for (let row = 0; row < 19; row++) narrow.values[row * 3 + 1] = 5; // constant in training

test("blocks have equal total variance, columns of one block equal variance, and the mean column variance 1", () => {
  const { train } = balanceBlocks([wide, narrow], [wide, narrow]);
  expect(train.names).toEqual([...wide.names, ...narrow.names]);
  const { mean, deviation } = columnMoments("test", train);
  const variance = deviation.map((value) => value * value);
  const total = (from: number, to: number) => variance.subarray(from, to).reduce((sum, v) => sum + v, 0);
  expect(total(0, 31)).toBeCloseTo(16.5, 3); // 33 columns vary: half for each block
  expect(total(31, 34)).toBeCloseTo(16.5, 3);
  expect(variance[31]).toBeCloseTo(variance[33], 3);
  expect(variance[32]).toBe(0);
  for (const value of mean) expect(value).toBeCloseTo(0, 4);
});

test("test rows are scaled as the training part says, constant columns stay silent, JSON keeps the state", () => {
  const test2 = [block("wide", 2, 31, 1, 3), block("narrow", 2, 3, 0, 4)];
  const scale = fitBlocks([wide, narrow]);
  const table = transformBlocks(JSON.parse(JSON.stringify(scale)), test2);
  expect(table).toEqual(balanceBlocks([wide, narrow], test2).test);
  const { mean, deviation } = columnMoments("test", wide);
  const expected = ((test2[0].values[5] - mean[5]) / deviation[5]) * Math.sqrt(16.5 / 31);
  expect(table.values[5]).toBeCloseTo(expected, 5);
  expect(table.values[32]).toBe(0); // 7 where training has 5
  expect(table.values[31]).not.toBe(0);
});

test("names, rows and columns that do not fit", () => {
  expect(() => balanceBlocks([wide, wide], [wide, wide])).toThrow(/two columns are called "wide_0"/);
  const named = balanceBlocks([wide, wide], [wide, wide], ["a", "b"]).test.names;
  expect([named[0], named[31]]).toEqual(["a:wide_0", "b:wide_0"]);
  expect(() => fitBlocks([wide, block("n", 18, 2, 1, 1)])).toThrow(/got blocks of 19, 18 rows/);
  expect(() => fitBlocks([])).toThrow(/got no blocks/);
  expect(() => transformBlocks(fitBlocks([wide, narrow]), [narrow, wide])).toThrow(
    /got blocks of 3, 31 columns, expected 31, 3/,
  );
});
