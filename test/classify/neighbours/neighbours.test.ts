import { describe, expect, test } from "vitest";
import { columnScaling } from "../../../src/classify/base/training-rows.js";
import { BLOCK, distanceBlocks, PART } from "../../../src/classify/neighbours/distances.js";
import { nearest, nearestOthers } from "../../../src/classify/neighbours/nearest.js";
import { kNearestNeighbours, NEIGHBOUR_COUNTS } from "../../../src/classify/neighbours/neighbours.js";
import { OptionError } from "../../../src/errors.js";
import { randomStream } from "../../../src/random.js";
import { madeData, tableOf } from "../table.js";

/** Whole numbers, few in narrow tables: distances are exact, and many rows are equally near. */
function rounded(rows: number, columns: number, seed: number) {
  const random = randomStream(seed);
  return Float32Array.from({ length: rows * columns }, () => random.integer(columns > 5 ? 1000 : 4));
}
const unscaled = (F: number) => ({ mean: new Float64Array(F), scale: new Float64Array(F).fill(1) });

/** Neighbours by sorting all distances. */
function bySorting<A extends Float32Array | Float64Array>(
  training: A,
  query: A,
  F: number,
  k: number,
  others: boolean,
) {
  return Array.from({ length: query.length / F }, (_, row) => {
    const distances = Array.from({ length: training.length / F }, (_, other) => {
      let sum = 0;
      for (let j = 0; j < F; j++) sum += (training[other * F + j] - query[row * F + j]) ** 2;
      return { other, sum };
    }).filter(({ other }) => !(others && other === row));
    distances.sort((p, q) => p.sum - q.sum || p.other - q.other);
    return distances.slice(0, k);
  });
}

describe("nearest rows", () => {
  test.each([
    [2, 1, 1],
    [5, 3, 4],
    [63, 2, 5],
    [64, 3, 9],
    [65, 7, 9],
    [129, 3, 3],
    [70, 511, 2],
    [67, 513, 2],
  ])("of %i rows, %i columns, k %i, are those that sorting finds", (rows, F, k) => {
    const training = rounded(rows, F, rows);
    const query = rounded(rows + 3, F, rows + 1);
    const scaling = unscaled(F);
    const found = nearest({ values: training, rows, scaling }, { values: query, rows: rows + 3, scaling }, k);
    const expected = bySorting(training, query, F, k, false).flat();
    expect(Array.from(found.indices)).toEqual(expected.map(({ other }) => other));
    expect(Array.from(found.distances)).toEqual(expected.map(({ sum }) => sum));
    const most = Math.min(k, rows - 1);
    const others = nearestOthers({ values: training, rows, scaling }, most);
    expect(Array.from(others.indices)).toEqual(
      bySorting(training, training, F, most, true).flatMap((row) => row.map(({ other }) => other)),
    );
  });

  test.each([1, 2, 5, 512, 513])("WebAssembly and the plain loop give the same bits, %i columns", (F) => {
    const random = randomStream(F);
    const values = Float32Array.from({ length: 67 * F }, () => random.normal());
    const scaling = columnScaling("test", tableOf(values, F));
    const rows = { values, rows: 67, scaling };
    const [fast, plain] = [true, false].map((allowWasm) => {
      const blocks = distanceBlocks(scaling, allowWasm);
      expect(blocks.wasm).toBe(allowWasm);
      blocks.leftLimits.fill(Number.POSITIVE_INFINITY); // every pair counts
      expect([blocks.loadLeft(rows, 3), blocks.loadRight(rows, 0)]).toEqual([64, 64]);
      const all = (count: number, least: number) => {
        const out = new Float64Array(count * BLOCK);
        let pairs = 0;
        for (let first = 0; first < count; first += PART) {
          const found = blocks.near(first, Math.min(PART, count - first));
          for (let p = 0; p < found; p++) out[blocks.places[p]] = blocks.distances[p];
          pairs += found;
        }
        expect(pairs).toBeGreaterThanOrEqual(least);
        return out;
      };
      const first = all(64, 64 * BLOCK);
      expect([blocks.loadLeft(rows, 64), blocks.loadRight(rows, 60)]).toEqual([3, 7]);
      const second = all(4, 3 * 7);
      return [first, ...[0, 1, 2].map((i) => second.slice(i * BLOCK, i * BLOCK + 7))];
    });
    expect(fast).toEqual(plain);
    let direct = 0; // rows 5 and 9
    for (let j = 0; j < F; j++) direct += ((values[5 * F + j] - values[9 * F + j]) / scaling.scale[j]) ** 2;
    expect(fast[0][2 * BLOCK + 9] / direct).toBeCloseTo(1, 12);
    expect(fast[0][2 * BLOCK + 5]).toBe(0); // a row and itself
  });
});

describe("kNearestNeighbours", () => {
  const { x, labels } = madeData(103, 4, 3, 5);

  // seeds 18 and 30: the weights decide
  test.each([5, 18, 30])("auto takes the least weighted error when each row is left out, seed %i", (seed) => {
    const data = madeData(103, 4, 3, seed);
    const { mean, scale } = columnScaling("test", data.x);
    const scaled = Float64Array.from(data.x.values, (v, i) => (v - mean[i % 4]) / scale[i % 4]);
    const neighbours = bySorting(scaled, scaled, 4, 9, true);
    const counts = [0, 1, 2].map((c) => data.labels.filter((label) => label === c).length);
    for (const classWeight of ["none", "balanced"] as const) {
      const weightOf = (row: number) => (classWeight === "none" ? 1 : 1 / counts[data.labels[row]]);
      const errors = NEIGHBOUR_COUNTS.map((k) => {
        let error = 0;
        neighbours.forEach((near, row) => {
          const votes = [0, 0, 0];
          for (const { other } of near.slice(0, k)) votes[data.labels[other]] += weightOf(other);
          if (votes.indexOf(Math.max(...votes)) !== data.labels[row]) error += weightOf(row);
        });
        return error;
      });
      const best = NEIGHBOUR_COUNTS[errors.indexOf(Math.min(...errors))];
      expect(kNearestNeighbours({ classWeight }).fit(data.x, data.labels, 3).toJSON().k).toBe(best);
    }
  });

  test("probabilities are shares of the votes, each of its weight", () => {
    const line = tableOf([0, 1, 2, 10, 11], 1);
    const classes = Int32Array.of(0, 0, 1, 1, 0);
    const weights = Float32Array.of(1, 1, 6, 1, 1);
    const at = tableOf([0.5], 1);
    const plain = kNearestNeighbours({ k: 3 }).fit(line, classes, 2).predictProba(at);
    expect(Array.from(plain)).toEqual([2 / 3, 1 / 3]);
    const weighted = kNearestNeighbours({ k: 3 }).fit(line, classes, 2, { weights }).predictProba(at);
    expect(Array.from(weighted)).toEqual([0.25, 0.75]);
    expect(Array.from(kNearestNeighbours({ k: 1 }).fit(line, classes, 2).predictProba(at))).toEqual([1, 0]);
  });

  test("a wide column weighs no more than a narrow one", () => {
    const table = tableOf([0, 0, 0, 1000, 1, 0, 1, 1000], 2);
    const classes = Int32Array.of(0, 0, 1, 1); // told apart by the narrow column
    const fitted = kNearestNeighbours({ k: 1 }).fit(table, classes, 2);
    expect(Array.from(fitted.predict(tableOf([0.2, 400, 0.9, 600], 2)))).toEqual([0, 1]);
  });

  test("a column that was constant in training has no say, however far off it is later", () => {
    const table = tableOf([7, 0, 7, 1, 7, 2, 7, 3], 2);
    const fitted = kNearestNeighbours({ k: 1 }).fit(table, Int32Array.of(0, 1, 0, 1), 2);
    expect(Array.from(fitted.predict(tableOf([3e38, 2.9, -3e38, 2.1], 2)))).toEqual([1, 0]);
  });

  test("refuses a k that cannot be", () => {
    for (const k of [0, 1.5, -3, "all" as "auto"]) expect(() => kNearestNeighbours({ k })).toThrow(OptionError);
    expect(() => kNearestNeighbours({ classWeight: "even" as "none" })).toThrow(/classWeight is even/);
    expect(() => kNearestNeighbours({ k: 104 }).fit(x, labels, 3)).toThrow(/k is 104 with 103 training rows/);
    expect(() => kNearestNeighbours({ k: 103 }).fit(x, labels, 3)).not.toThrow();
  });
});
