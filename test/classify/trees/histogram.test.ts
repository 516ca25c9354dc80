import { describe, expect, test } from "vitest";
import { type BinnedColumns, binColumns } from "../../../src/classify/trees/binning.js";
import { findSplit, type PackedGradients, packGradients, splitTerms } from "../../../src/classify/trees/histogram.js";
import { histogramSpace } from "../../../src/classify/trees/histogram-space.js";
import { leafWiseGrower } from "../../../src/classify/trees/leaf-wise.js";
import { treeBuilder } from "../../../src/classify/trees/trees.js";
import { randomStream } from "../../../src/random.js";
import { tableOf } from "../table.js";

function made(rows: number, columns: number, seed: number) {
  const random = randomStream(seed);
  const values = Float32Array.from({ length: rows * columns }, (_, k) =>
    k % columns === 1 && random.uniform() < 0.3 ? Number.NaN : Math.round(random.normal() * 8),
  );
  const binned = binColumns(
    tableOf(values, columns),
    Int32Array.from({ length: rows }, (_, i) => i),
  );
  const gradient = Float64Array.from({ length: rows }, () => random.normal());
  const hessian = Float64Array.from({ length: rows }, () => random.uniform());
  return { binned, gradient, hessian, random };
}

function packedOf(gradient: Float64Array, hessian: Float64Array): PackedGradients {
  const values = new Float64Array(2 * gradient.length);
  const packed = { values, perRow: 0, gradientScale: 0, hessianScale: 0 };
  packGradients(gradient, hessian, packed);
  return packed;
}

describe("packed gradients", () => {
  test.each([1, 2, 3, 1000, 65535, 65536])("of %i rows add up exactly to rows, hessian and gradient", (n) => {
    const random = randomStream(n);
    const gradient = Float64Array.from({ length: n }, () => random.normal());
    const hessian = Float64Array.from({ length: n }, () => random.uniform() ** 4);
    const { values, perRow, gradientScale, hessianScale } = packedOf(gradient, hessian);
    let first = 0;
    let second = 0;
    let hessians = 0;
    let gradients = 0;
    for (let i = 0; i < n; i++) {
      first += values[2 * i];
      second += values[2 * i + 1];
      hessians += hessian[i];
      gradients += gradient[i];
    }
    expect(Number.isSafeInteger(first) && Number.isSafeInteger(second)).toBe(true);
    expect(Math.floor(second / perRow)).toBe(n);
    // each row is rounded by half a unit at most
    expect(Math.abs((second - n * perRow) / hessianScale - hessians)).toBeLessThan(n / hessianScale);
    expect(hessianScale).toBeGreaterThan(2 ** 50 / (n + 1) ** 2);
    expect(Math.abs(first / gradientScale - gradients)).toBeLessThan(n / gradientScale);
    expect(gradientScale).toBeGreaterThan(2 ** 50 / (n + 1));
  });

  test("stay finite when every gradient is 0", () => {
    const { values } = packedOf(new Float64Array(3), new Float64Array(3));
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe("histogramSpace", () => {
  test.each([1, 2, 3, 4, 5, 8, 9])("WebAssembly and plain loops give the same bits, %i columns", (C) => {
    const { binned, gradient, hessian, random } = made(211, C + 1, C);
    const packed = packedOf(gradient, hessian);
    const [fast, plain] = [true, false].map((allowWasm) => histogramSpace(binned, 3, allowWasm));
    expect([fast.wasm, plain.wasm]).toEqual([true, false]);
    const order = random.shuffle(Int32Array.from({ length: 211 }, (_, i) => i));
    const expected = new Float64Array(2 * binned.offsets[binned.columns.length]);
    for (const space of [fast, plain]) {
      space.rows.set(order);
      for (let i = 0; i < 60; i++)
        for (const k of [0, 1]) space.ordered[2 * i + k] = packed.values[2 * order[100 + i] + k];
      space.addRows(space.histograms[1], 100, 60);
      space.addRows(space.histograms[2], 100, 1);
      space.subtract(space.histograms[1], space.histograms[2]);
      expect(space.histograms[0].every((value) => value === 0)).toBe(true);
    }
    for (let i = 101; i < 160; i++)
      for (let c = 0; c < binned.columns.length; c++)
        for (const k of [0, 1]) {
          const bin = binned.offsets[c] + binned.codes[c * 211 + order[i]];
          expected[2 * bin + k] += packed.values[2 * order[i] + k];
        }
    expect(fast.histograms[1]).toEqual(expected);
    expect(plain.histograms[1]).toEqual(expected);
  });
});

/** Every split tried in plain float64. */
function bruteForce(binned: BinnedColumns, gradient: Float64Array, hessian: Float64Array, least: number, l2: number) {
  const n = binned.rows;
  const score = (rows: number[]) => {
    const g = rows.reduce((sum, row) => sum + gradient[row], 0);
    return (g * g) / (rows.reduce((sum, row) => sum + hessian[row], 0) + l2);
  };
  const rows = Array.from({ length: n }, (_, i) => i);
  let best = { gain: 0, column: -1, bin: -1, missingLeft: false };
  for (let column = 0; column < binned.columns.length; column++) {
    const bins = binned.offsets[column + 1] - binned.offsets[column];
    for (const missingLeft of binned.hasMissing[column] ? [false, true] : [false])
      for (let bin = 0; bin < bins; bin++) {
        const isLeft = (row: number) => {
          const code = binned.codes[column * n + row];
          return binned.hasMissing[column] && code === bins - 1 ? missingLeft : code <= bin;
        };
        const left = rows.filter(isLeft);
        const right = rows.filter((row) => !isLeft(row));
        if (left.length < least || right.length < least) continue;
        const gain = score(left) + score(right) - score(rows);
        if (gain > best.gain + 1e-9) best = { gain, column, bin, missingLeft };
      }
  }
  return best;
}

describe("findSplit", () => {
  test.each([
    [1, 1, 0],
    [2, 7, 0],
    [3, 20, 0.5],
    [4, 1, 3],
    [5, 50, 0],
  ])("finds what trying every split finds, seed %i, %i rows a leaf, l2 %f", (seed, minSamplesLeaf, l2) => {
    const { binned, gradient, hessian } = made(103, 5, seed);
    if (seed === 2) for (let i = 0; i < 103; i++) gradient[i] += binned.codes[103 + i] > 20 ? 3 : 0; // missing matters
    const expected = bruteForce(binned, gradient, hessian, minSamplesLeaf, l2);
    const packed = packedOf(gradient, hessian);
    const space = histogramSpace(binned, 1);
    space.rows.set(Int32Array.from({ length: 103 }, (_, i) => i));
    space.ordered.set(packed.values);
    space.addRows(space.histograms[0], 0, 103);
    let g = 0;
    let h = -103 * packed.perRow;
    for (let i = 0; i < 103; i++) {
      g += packed.values[2 * i];
      h += packed.values[2 * i + 1];
    }
    const rules = { minSamplesLeaf, l2: l2 * packed.hessianScale, minHessian: 0 };
    const terms = splitTerms(packed.perRow, rules, 103, g, h);
    const found = findSplit(space.histograms[0], binned, terms);
    expect(space.findSplit(space.histograms[0], terms)).toEqual(found);
    expect(found).toMatchObject({
      column: expected.column,
      bin: expected.bin,
      missingLeft: expected.missingLeft,
    });
    const unit = packed.hessianScale / packed.gradientScale ** 2;
    expect(found.gain * unit).toBeCloseTo(expected.gain, 6);
  });

  test("WebAssembly and plain loops find the same split to the last bit, equal gains too", () => {
    let without = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomStream(seed, 5);
      const rows = 20 + random.integer(300);
      const { binned, gradient, hessian } = made(rows, 1 + (seed % 6), seed);
      if (seed % 3 === 0) gradient.forEach((value, i) => void (gradient[i] = Math.sign(value))); // many equal gains
      if (seed % 3 === 0) hessian.fill(0.25);
      const packed = packedOf(gradient, hessian);
      const spaces = [true, false].map((allowWasm) => histogramSpace(binned, 1, allowWasm));
      expect(spaces.map(({ wasm }) => wasm)).toEqual([true, false]);
      const taken = 1 + random.integer(rows);
      const order = random.shuffle(Int32Array.from({ length: rows }, (_, i) => i));
      let [g, h] = [0, -taken * packed.perRow];
      for (let i = 0; i < taken; i++) {
        g += packed.values[2 * order[i]];
        h += packed.values[2 * order[i] + 1];
      }
      const rules = { minSamplesLeaf: 1 + random.integer(9), l2: seed % 2, minHessian: random.uniform() * (seed % 4) };
      for (const key of ["l2", "minHessian"] as const) rules[key] *= packed.hessianScale;
      const terms = splitTerms(packed.perRow, rules, taken, g, h);
      const [fast, plain] = spaces.map((space) => {
        space.rows.set(order);
        for (let i = 0; i < taken; i++)
          space.ordered.set(packed.values.subarray(2 * order[i], 2 * order[i] + 2), 2 * i);
        space.addRows(space.histograms[0], 0, taken);
        return space.findSplit(space.histograms[0], terms);
      });
      expect(fast).toEqual(plain);
      if (plain.column < 0) without++;
    }
    expect(without).toBeGreaterThan(3);
    expect(without).toBeLessThan(30);
  });

  test("finds none where every side would be too small, too light, or no better", () => {
    const { binned, gradient, hessian } = made(103, 5, 1);
    const packed = packedOf(gradient, hessian);
    const histogram = new Float64Array(2 * binned.offsets[binned.columns.length]);
    const rules = { minSamplesLeaf: 1, l2: 1, minHessian: 0 };
    const split = (changes: Partial<typeof rules>) =>
      findSplit(histogram, binned, splitTerms(packed.perRow, { ...rules, ...changes }, 103, 1, 103)).gain;
    binned.codes.forEach((code, k) => {
      const bin = binned.offsets[Math.floor(k / 103)] + code;
      histogram[2 * bin] += code; // a slope along the codes
      histogram[2 * bin + 1] += packed.perRow + 1;
    });
    expect(split({})).toBeGreaterThan(0);
    expect(split({ minSamplesLeaf: 52 })).toBe(0);
    expect(split({ minHessian: 52 })).toBe(0);
    // the same slope everywhere
    for (let k = 0; k < histogram.length; k += 2) histogram[k] = Math.floor(histogram[k + 1] / packed.perRow);
    expect(findSplit(histogram, binned, splitTerms(packed.perRow, rules, 103, 103, 103)).gain).toBe(0);
    for (let k = 0; k < histogram.length; k += 2) histogram[k] = 0;
    expect(findSplit(histogram, binned, splitTerms(packed.perRow, rules, 103, 0, 103)).gain).toBe(0);
  });
});

test("trees do not depend on memory for histograms or on WebAssembly", () => {
  const { binned, gradient, hessian } = made(997, 6, 9);
  const rules = { maxLeafNodes: 40, minSamplesLeaf: 5, l2: 0.1, minHessian: 1e-3, learningRate: 0.3 };
  const grown = [{}, { histogramBytes: 0 }, { allowWasm: false }].map((options) => {
    const trees = treeBuilder(1);
    const scores = new Float64Array(997);
    const grow = leafWiseGrower(binned, rules, new Float64Array(997).fill(1), options);
    const leaves = [grow(gradient, hessian, scores, trees), grow(hessian, hessian, scores, trees)];
    return { leaves, scores, trees: trees.finish() };
  });
  expect(grown[0].leaves[0]).toBe(40);
  expect(grown[1]).toEqual(grown[0]);
  expect(grown[2]).toEqual(grown[0]);
});

test("a leaf is the rule's Newton step, and at least minSamplesLeaf rows are in it", () => {
  const { binned, gradient, hessian } = made(401, 4, 2);
  const rules = { maxLeafNodes: 12, minSamplesLeaf: 17, l2: 0.7, minHessian: 1e-3, learningRate: 0.25 };
  const scores = new Float64Array(401);
  const weights = scores.map((_, row) => 1 + (row % 5));
  const trees = treeBuilder(1);
  expect(leafWiseGrower(binned, rules, weights)(gradient, hessian, scores, trees)).toBe(12);
  const values = new Set(scores);
  expect(values.size).toBe(12);
  for (const value of values) {
    const rows = Array.from(scores.keys()).filter((row) => scores[row] === value);
    expect(rows.length).toBeGreaterThanOrEqual(17);
    const g = rows.reduce((sum, row) => sum + gradient[row], 0);
    const h = rows.reduce((sum, row) => sum + hessian[row], 0);
    expect(value).toBeCloseTo((-0.25 * g) / (h + 0.7), 12);
    const { leaves, covers } = trees.finish();
    expect(covers![leaves.indexOf(value)]).toBe(rows.reduce((sum, row) => sum + weights[row], 0));
  }
});
