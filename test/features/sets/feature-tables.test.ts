import { describe, expect, test } from "vitest";
import { RIDGE_ALPHAS, ridgeLeaveOneOut } from "../../../src/classify/linear/ridge.js";
import { loadEngine } from "../../../src/engine/load.js";
import { nameOfExpression, parseExpression } from "../../../src/features/sets/expression.js";
import { featureTables, type MadeSet, selectByLeaveOneOut } from "../../../src/features/sets/feature-tables.js";
import { randomStream } from "../../../src/random.js";
import { type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import type { FeatureTable } from "../../../src/table/feature-table.js";
import { randomSeries } from "../../series.js";

const rows = 24;
const labels = Int32Array.from({ length: rows }, (_, n) => (n * 7) % 3);
/** Columns that know the class by so much, and noise. */
function tableOf(columns: number, signal: number, seed: number): FeatureTable {
  const random = randomStream(seed);
  return {
    rows,
    names: Array.from({ length: columns }, (_, j) => `x${j}`),
    values: Float32Array.from(
      { length: rows * columns },
      (_, k) => random.normal() + signal * (labels[Math.floor(k / columns)] === k % columns ? 1 : 0),
    ),
  };
}

/** Refits without each row, columns scaled once on all of them, intercept free, and adds up the squared errors. */
function bruteForce({ values, names }: FeatureTable, alpha: number): number {
  const C = names.length;
  const x = Array.from({ length: rows }, (_, r) => Array.from(values.subarray(r * C, (r + 1) * C)));
  for (let j = 0; j < C; j++) {
    const column = x.map((row) => row[j]);
    const mean = column.reduce((a, b) => a + b) / rows;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
    for (const row of x) row[j] = (row[j] - mean) / spread;
  }
  let error = 0;
  for (let c = 0; c < 3; c++)
    for (let out = 0; out < rows; out++) {
      const kept = x.flatMap((row, r) => (r === out ? [] : [{ row: [1, ...row], y: labels[r] === c ? 1 : -1 }]));
      const size = C + 1;
      const system = Array.from({ length: size }, (_, i) =>
        Array.from({ length: size + 1 }, (_, j) =>
          kept.reduce((sum, { row, y }) => sum + row[i] * (j < size ? row[j] : y), i === j && i > 0 ? alpha : 0),
        ),
      );
      for (let i = 0; i < size; i++)
        for (let r = 0; r < size; r++) {
          if (r === i) continue;
          const factor = system[r][i] / system[i][i];
          for (let j = i; j <= size; j++) system[r][j] -= factor * system[i][j];
        }
      const told = [1, ...x[out]].reduce((sum, value, i) => sum + (value * system[i][size]) / system[i][i], 0);
      error += ((labels[out] === c ? 1 : -1) - told) ** 2;
    }
  return error / (3 * rows);
}

describe("ridge's leave-one-out error", () => {
  test.each([
    ["fewer columns than rows", 3],
    ["more columns than rows", 27],
  ])("is what refitting without each row gives: %s", (_, columns) => {
    const table = tableOf(columns, 1.5, 2);
    const brute = Math.min(...RIDGE_ALPHAS.map((alpha) => bruteForce(table, alpha)));
    expect(ridgeLeaveOneOut(table, labels, 3)).toBeCloseTo(brute, 5);
  });
});

test("the table that tells the classes is chosen, wherever it stands", () => {
  const good = tableOf(3, 3, 5);
  const noise = tableOf(3, 0, 6);
  const found = selectByLeaveOneOut([noise, good, noise], labels, 3);
  expect(found.chosen).toBe(1);
  expect(found.errors[1]).toBeLessThan(0.6 * found.errors[0]);
  expect(found.errors[0]).toBe(found.errors[2]);
  expect(selectByLeaveOneOut([good, noise], labels, 3).chosen).toBe(0);
});

test("more columns do not win by fitting the training rows better", () => {
  const random = randomStream(8);
  const lots = { ...tableOf(60, 0, 7) };
  lots.values = lots.values.map(() => random.normal()); // enough columns to fit every row, and nothing in them
  expect(selectByLeaveOneOut([lots, tableOf(3, 2, 9)], labels, 3).chosen).toBe(1);
});

test("sets that name the same network read the same one, and read-outs are fitted once", async () => {
  const engine = await loadEngine();
  const set = randomSeries({ N: 24, F: 1, lengths: () => 6 });
  const parts = { train: Int32Array.from({ length: 16 }, (_, n) => n), test: Int32Array.of(16, 17, 18) };
  const made: MadeSet[] = [];
  let updates = 0;
  const tables = featureTables(
    {
      ...{ engine, seed: 1, fit: { units: 3, threads: 0, train: { updates: 2 } } },
      train: selectSequences(set, parts.train),
      cases: { set: selectSequences(set, parts.train), rows: parts.train },
      test: { set: selectSequences(set, parts.test), rows: parts.test },
      ...({ readOut: "pooled", align: "stretch" } as const),
      hooks: { onProgress: () => void updates++ },
    },
    { classCount: 2, classWeight: "none", onMade: async (each) => void made.push(each) },
  );
  const first = tables(1);
  for (const name of ["latent", "latent:wide", "residuals", "latent", "raw+residuals", "untrained"])
    await first.make(parseExpression(name));
  const once = updates;
  await tables(2).make(parseExpression("latent+raw"));
  expect(updates).toBe(2 * once);
  expect(made.map(({ expression }) => nameOfExpression(expression))).toEqual(
    ["latent", "latent:wide", "residuals", "raw", "untrained", "latent"], // raw serves both network seeds
  );
  const [latent, wide, residuals, raw, untrained, other] = made.map(({ model }) => model);
  expect([wide === latent, residuals === latent, raw]).toEqual([true, true, undefined]);
  expect(untrained!.weights).not.toEqual(latent!.weights);
  expect(other!.weights).not.toEqual(latent!.weights);
});

test("after a large table the engine is asked to give memory back, after a small one not", async () => {
  const engine = await loadEngine();
  let asked = 0;
  const tablesOf = (N: number) => {
    const offsets = Int32Array.from({ length: N + 1 }, (_, n) => 4096 * n);
    const ids = Array.from({ length: N }, (_, n) => `${n}`);
    const set: SequenceSet = {
      ...{ channels: [{ name: "c", kind: "numeric" as const }], offsets, ids },
      values: Float32Array.from({ length: 4096 * N }, (_, k) => k % 7),
    };
    const cases = { set, rows: Int32Array.from(ids, Number) };
    const test = { set: selectSequences(set, [0]), rows: [0] };
    const context = {
      engine: { ...engine, giveBack: () => void asked++ },
      train: set,
      cases,
      test,
      seed: 1,
      hooks: {},
    };
    const options = { fit: {}, readOut: "last", align: "stretch" } as const;
    return featureTables({ ...context, ...options }, { classCount: 2, classWeight: "none" })(1);
  };
  await tablesOf(16).make(parseExpression("raw"));
  expect(asked).toBe(0);
  await tablesOf(1025).make(parseExpression("raw"));
  expect(asked).toBe(1);
});
