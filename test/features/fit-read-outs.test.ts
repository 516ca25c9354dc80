import { describe, expect, test } from "vitest";
import {
  decodeModel,
  encode,
  encodeModel,
  fitAutoencoder,
  fitReadOuts,
  type Model,
  OptionError,
  readOuts,
  untrainedAutoencoder,
} from "../../src/index.js";
import { selectSequences } from "../../src/sequences/set/sequence-set.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

const train = randomSeries({ N: 40, F: 2, lengths: (n) => 4 + ((n * 5) % 9), missing: 0.1 });
const test_ = randomSeries({ N: 130, F: 2, lengths: (n) => (n * 3) % 11, missing: 0.1, seed: 5 });
const options = { recipe: "default", units: 5, threads: 0, train: { updates: 8 } };

describe.each(engines)("$name", ({ engine }) => {
  test("saved and loaded, every read-out is the same bits, on any number of threads", async () => {
    const model = await fitAutoencoder(engine, train, options);
    const loaded = decodeModel(encodeModel(model), "m.undertone");
    for (const readOut of readOuts) {
      const table = await encode(engine, model, test_, { readOut, threads: 0 });
      expect(new Set(table.names).size).toBe(table.names.length);
      expect(table.values.every(Number.isFinite)).toBe(true);
      for (const threads of [0, 3]) {
        const again = await encode(engine, loaded, test_, { readOut, threads });
        expect(again.names).toEqual(table.names);
        expect(again.values).toEqual(table.values);
      }
    }
  });
});

const [{ engine }] = engines;
const model: Model = await fitReadOuts(engine, untrainedAutoencoder(engine, train, options), train);
const widths = async (readOut: (typeof readOuts)[number]) =>
  (await encode(engine, model, train, { readOut })).names.length;

test("the read-outs have the columns that the page promises", async () => {
  const Z = 10; // five units a side
  const K = 10; // components: no more than units
  expect(await widths("last")).toBe(Z);
  expect(await widths("pooled")).toBe(3 * Z);
  expect(await widths("narrow")).toBe(5 * Z);
  expect(await widths("levels")).toBe(12 * Z);
  expect(await widths("wide")).toBe(5 * Z + 30 * Z + K * (K + 1)); // increments of lags 1 and 2
  expect(await widths("compact")).toBe(39); // fewer directions than 64: 40 sequences less their mean
});

test("narrow is the first columns of wide", async () => {
  const narrow = await encode(engine, model, train, { readOut: "narrow" });
  const wide = await encode(engine, model, train, { readOut: "wide" });
  expect(wide.names.slice(0, narrow.names.length)).toEqual(narrow.names);
  expect(wide.values.subarray(0, narrow.names.length)).toEqual(narrow.values.subarray(0, narrow.names.length));
});

test("levels is columns of wide", async () => {
  const levels = await encode(engine, model, train, { readOut: "levels" });
  const wide = await encode(engine, model, train, { readOut: "wide" });
  expect(levels.names).toEqual(wide.names.filter((name) => /^(mean|last|ppv)_/.test(name)));
  const at = levels.names.map((name) => wide.names.indexOf(name));
  const C = wide.names.length;
  for (const row of [0, 7, 39])
    expect(Array.from(levels.values.subarray(row * at.length, (row + 1) * at.length))).toEqual(
      at.map((column) => wide.values[row * C + column]),
    );
});

test("what was fitted comes from the training part alone, without its labels", async () => {
  const labelled = { ...train, labels: Int32Array.from(train.ids, (_, n) => n % 2), classNames: ["a", "b"] };
  expect((await fitReadOuts(engine, model, labelled)).readOut).toEqual(model.readOut);
  const other = await fitReadOuts(engine, model, selectSequences(train, [0, 1, 2, 3, 4, 5, 6, 7]));
  expect(other.readOut).not.toEqual(model.readOut);
});

test("a read-out that was not fitted, and a training part without a step, are told", async () => {
  const bare = untrainedAutoencoder(engine, train, options);
  await expect(encode(engine, bare, train, { readOut: "wide" })).rejects.toThrow(OptionError);
  const half = await fitReadOuts(engine, bare, train, { compact: false });
  await expect(encode(engine, half, train, { readOut: "compact" })).rejects.toThrow(/has none/);
  await expect(encode(engine, half, train, { readOut: "wid" as "wide" })).rejects.toThrow(/Did you mean "wide"/);
  const empty = randomSeries({ N: 2, F: 2, lengths: () => 0 });
  await expect(fitReadOuts(engine, bare, empty)).rejects.toThrow(/no sequence with a step/);
});
