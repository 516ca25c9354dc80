import { describe, expect, test } from "vitest";
import { type BinnedColumns, binColumns, thresholdBetween } from "../../../src/classify/trees/binning.js";
import { randomStream } from "../../../src/random.js";
import { tableOf } from "../table.js";

const all = (rows: number) => Int32Array.from({ length: rows }, (_, i) => i);
const codesOf = ({ codes, rows }: BinnedColumns, column: number) =>
  Array.from(codes.subarray(column * rows, (column + 1) * rows));

describe("binColumns", () => {
  test("gives each of few values a bin, in order, halfway apart, missing ones last", () => {
    const values = [3, -2, Number.NaN, 3, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const binned = binColumns(tableOf(values, 1), all(8));
    expect(codesOf(binned, 0)).toEqual([3, 1, 5, 3, 2, 2, 4, 0]);
    expect(Array.from(binned.low)).toEqual([-Infinity, -2, 0, 3, Infinity, Number.NaN]);
    const between = [0, 1, 2, 3, 4].map((bin) => thresholdBetween(binned, bin, bin + 1));
    expect(between).toEqual([-Infinity, -1, 1.5, Math.fround(3.4028235e38), Infinity]);
  });

  test("leaves out columns that hold one value only, or none", () => {
    const none = Number.NaN;
    const binned = binColumns(tableOf([1, 5, none, 1, 2, 1, 5, none, 2, none], 5), all(2));
    expect(Array.from(binned.columns)).toEqual([3, 4]);
    expect(codesOf(binned, 0)).toEqual([0, 1]);
    expect(codesOf(binned, 1)).toEqual([0, 1]);
    expect(Array.from(binned.hasMissing)).toEqual([0, 1]);
    expect(Array.from(binned.offsets)).toEqual([0, 2, 4]);
  });

  test("reads the given rows only", () => {
    const binned = binColumns(tableOf([9, 1, 7, 2, 8, 3], 1), Int32Array.of(5, 1, 3));
    expect(codesOf(binned, 0)).toEqual([2, 0, 1]);
  });

  test.each([254, 255, 256, 257, 1021])("%i distinct values: ordered bins of about equal size", (rows) => {
    const random = randomStream(rows);
    const values = random.shuffle(Float32Array.from({ length: rows }, (_, i) => (i - 100) * 0.37));
    const withMissing = Float32Array.from([...values, Number.NaN]);
    const binned = binColumns(tableOf(withMissing, 1), all(rows + 1));
    const codes = codesOf(binned, 0);
    const bins = Math.min(rows, 255);
    expect(codes.pop()).toBe(bins);
    expect(binned.offsets[1]).toBe(bins + 1);
    const sizes = new Int32Array(bins);
    for (const code of codes) sizes[code]++;
    expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.ceil(rows / 255));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    // every value lies between the thresholds around its bin
    codes.forEach((code, row) => {
      if (code > 0) expect(values[row]).toBeGreaterThan(thresholdBetween(binned, code - 1, code));
      if (code < bins - 1) expect(values[row]).toBeLessThan(thresholdBetween(binned, code, code + 1));
    });
  });

  test("a value as frequent as a whole bin gets a bin of its own", () => {
    const random = randomStream(3);
    const values = Float32Array.from({ length: 2000 }, (_, i) => (i < 1200 ? 0 : random.normal()));
    const binned = binColumns(tableOf(values, 1), all(2000), 16);
    const own = codesOf(binned, 0).slice(0, 1200);
    expect(new Set(own).size).toBe(1);
    expect(binned.low[own[0]]).toBe(0);
    expect(binned.high[own[0]]).toBe(0);
    expect(binned.offsets[1]).toBe(16);
    const others = new Int32Array(16);
    for (const code of codesOf(binned, 0).slice(1200)) others[code]++;
    expect(Math.max(...others)).toBeLessThan(100); // 800 values in 15 bins, 53 each
  });
});
