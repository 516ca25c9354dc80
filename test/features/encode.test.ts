import { describe, expect, test } from "vitest";
import { OptionError, ShapeError } from "../../src/errors.js";
import { encode } from "../../src/features/encode.js";
import type { ReadOut } from "../../src/features/read-outs/read-outs.js";
import { reconstructSeries } from "../../src/features/reconstruct.js";
import { prepareSequences } from "../../src/model/prepare.js";
import { openStepper } from "../../src/model/stepper.js";
import type { LayerSpec } from "../../src/network/spec/spec.js";
import { type SequenceSet, selectSequences } from "../../src/sequences/set/sequence-set.js";
import { untrainedAutoencoder } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";
import { expectClose } from "../close.js";
import { engines, tolerance } from "../engines.js";
import { cellsOf, makeSet } from "../sequences/set/make-set.js";
import { randomSeries } from "../series.js";

const Z = 5;
const decoder: LayerSpec[] = [
  { type: "repeatVector" },
  { type: "lstm", units: 3, returnSequences: true },
  { type: "timeDistributedDense" },
];
const both: FitOptions = {
  spec: { encoder: [{ type: "lstm", units: Z, bidirectional: true }], decoder },
};
const backwards: FitOptions = {
  spec: { encoder: [{ type: "lstm", units: Z, goBackwards: true }], decoder },
};

/** Ragged, single values missing, and in sequence 1 whole steps: at its beginning, inside and at its end. */
function raggedSet(): SequenceSet {
  const cells = cellsOf(randomSeries({ N: 7, F: 3, lengths: (n) => [4, 9, 1, 6, 0, 3, 7][n], missing: 0.2 }));
  for (const t of [0, 4, 5, 8]) cells[1][t] = [null, null, null];
  cells.push([[null, null, null]]); // one step, nothing in it
  return makeSet(cells, { F: 3 });
}

describe.each(engines)("$name", async ({ engine }) => {
  const set = raggedSet();
  const cells = cellsOf(set);
  const seen = (n: number) => cells[n].map((step) => step.some((value) => value !== null));
  const row = (table: { values: Float32Array; names: readonly string[] }, n: number) =>
    table.values.slice(n * table.names.length, (n + 1) * table.names.length);

  /** The state of every step that was seen, from the last states of shorter sequences alone. */
  async function statesSeen(options: FitOptions, n: number, first: number, walk: "forward" | "backward") {
    const steps = seen(n).flatMap((is, t) => (is ? [t] : []));
    const parts = steps.map((t) => (walk === "forward" ? cells[n].slice(0, t + 1) : cells[n].slice(t)));
    const table = await encode(engine, untrainedAutoencoder(engine, set, options), makeSet(parts, { F: 3 }), {
      readOut: "last",
    });
    return parts.map((_, k) => row(table, k).slice(first, first + Z));
  }

  const pooledBy = (states: Float32Array[]) => ({
    mean: Array.from({ length: Z }, (_, k) => states.reduce((sum, s) => sum + s[k], 0) / states.length),
    max: Array.from({ length: Z }, (_, k) => Math.max(...states.map((s) => s[k]))),
  });

  test.each([
    ["forward", { recipe: "masked", units: Z }, [["forward", 0]]],
    ["backwards", backwards, [["backward", 0]]],
    [
      "both ways",
      both,
      [
        ["forward", 0],
        ["backward", Z],
      ],
    ],
  ] as const)(
    "pooled, %s: mean and max over the steps that were seen, then the last state",
    async (_, options, walks) => {
      const model = untrainedAutoencoder(engine, set, options as FitOptions);
      const pooled = await encode(engine, model, set, { readOut: "pooled" });
      const last = await encode(engine, model, set, { readOut: "last" });
      const width = Z * walks.length;
      for (const n of [0, 1, 2, 3, 5, 6]) {
        const parts = await Promise.all(
          walks.map(async ([walk, first]) => pooledBy(await statesSeen(options as FitOptions, n, first, walk))),
        );
        const expected = [...parts.flatMap(({ mean }) => mean), ...parts.flatMap(({ max }) => max)];
        const got = row(pooled, n);
        expectClose(got.subarray(0, 2 * width), expected, { rtol: tolerance(engine), name: `sequence ${n}` });
        expect(got.slice(2 * width)).toEqual(row(last, n));
      }
    },
  );

  test.each(["last", "pooled"] as const)("%s: nothing seen gives zeros", async (readOut) => {
    const table = await encode(engine, untrainedAutoencoder(engine, set, both), set, { readOut });
    for (const n of [4, 7]) expect(row(table, n).every((value) => value === 0)).toBe(true);
    expect(row(table, 2).some((value) => value !== 0)).toBe(true);
    const nobody = await encode(engine, untrainedAutoencoder(engine, set, both), makeSet([[], []], { F: 3 }), {
      readOut,
    });
    expect([nobody.rows, nobody.values.every((value) => value === 0)]).toEqual([2, true]);
  });

  test("columns are named by read-out and number", async () => {
    const named = async (options: FitOptions, readOut?: ReadOut) =>
      (await encode(engine, untrainedAutoencoder(engine, set, options), set, { readOut })).names;
    const list = (part: string, count: number) => Array.from({ length: count }, (_, z) => `${part}_${z}`);
    expect(await named({ recipe: "masked", units: Z })).toEqual(list("last", Z));
    expect(await named(both, "pooled")).toEqual([
      ...list("mean", 2 * Z),
      ...list("max", 2 * Z),
      ...list("last", 2 * Z),
    ]);
    expect(await named({ recipe: "denoising", units: Z }, "last")).toEqual(list("last", Z));
  });

  test("a row is bit for bit the same whatever else is encoded with it", async () => {
    const many = randomSeries({ N: 150, F: 2, lengths: (n) => (7 * n) % 19, missing: 0.1 });
    const model = untrainedAutoencoder(engine, many, { recipe: "masked", units: 17 });
    const whole = await encode(engine, model, many, { readOut: "pooled" });
    const order = Array.from(many.ids, (_, k) => (k * 37) % 150);
    const shuffled = await encode(engine, model, selectSequences(many, order), { readOut: "pooled" });
    order.forEach((n, k) => {
      expect(row(shuffled, k)).toEqual(row(whole, n));
    });
    for (const n of [0, 1, 18, 63, 149])
      expect((await encode(engine, model, selectSequences(many, [n]), { readOut: "pooled" })).values).toEqual(
        row(whole, n),
      );
  });

  test("a full set, without bitmap or padding, is encoded as one with an idle bitmap", async () => {
    const full = randomSeries({ N: 6, F: 2, lengths: () => 8 });
    const model = untrainedAutoencoder(engine, full, { recipe: "masked", units: Z });
    const marked = { ...full, observed: new Uint8Array(12).fill(255) };
    expect((await encode(engine, model, marked, { readOut: "pooled" })).values).toEqual(
      (await encode(engine, model, full, { readOut: "pooled" })).values,
    );
  });
});

const [{ engine }] = engines;

test("the calling thread lets others have their turn while it encodes", async () => {
  const [{ engine }] = engines;
  const set = randomSeries({ N: 1601, F: 3, lengths: () => 2 });
  const model = untrainedAutoencoder(engine, set, both);
  let turn = false;
  setTimeout(() => {
    turn = true;
  }, 0);
  const done: number[] = [];
  await encode(engine, model, set, { threads: 0, onProgress: (share) => done.push(share) });
  expect([turn, done.length, done.at(-1)]).toEqual([true, 3, 1]);
});

test("channels are taken by name: another order and channels too many do not matter", async () => {
  const set = raggedSet();
  const model = untrainedAutoencoder(engine, set, { recipe: "masked", units: Z });
  const turned = makeSet(
    cellsOf(set).map((steps) => steps.map(([a, b, c]) => [c, 7, a, b])),
    { F: 4 },
  );
  turned.channels = ["c2", "extra", "c0", "c1"].map((name) => ({ name, kind: "numeric" }));
  expect(await encode(engine, model, turned, { readOut: "pooled" })).toEqual(
    await encode(engine, model, set, { readOut: "pooled" }),
  );
  const lacking = { ...turned, channels: turned.channels.map((c) => ({ ...c, name: `${c.name}x` })) };
  await expect(encode(engine, model, lacking)).rejects.toThrow(OptionError);
  await expect(encode(engine, model, lacking)).rejects.toThrow(/no channel "c0". Did you mean "c0x"/);
});

test("categories are taken by name; one the model does not know is missing", async () => {
  const set = makeSet([[[1, 0]], [[2, 1]], [[3, 2]], [[4, 3]]], { F: 2, categorical: 1 });
  const model = untrainedAutoencoder(engine, set, { recipe: "masked", units: Z });
  const renamed = makeSet([[[1, 1]], [[2, 2]], [[3, 3]], [[4, 0]]], { F: 2, categorical: 1 });
  renamed.channels = [set.channels[0], { name: "c1", kind: "categorical", vocabulary: ["new", "a", "b", "c"] }];
  const expected = makeSet([[[1, 0]], [[2, 1]], [[3, 2]], [[4, null]]], { F: 2, categorical: 1 });
  expect(await encode(engine, model, renamed)).toEqual(await encode(engine, model, expected));
  expect(cellsOf(prepareSequences(renamed, model.metadata.preparation))[3][0][1]).toBeNull();
});

test("the model's own scaling is used, not the one of the set at hand", async () => {
  const set = raggedSet();
  const model = untrainedAutoencoder(engine, set, { recipe: "masked", units: Z });
  const alone = await encode(engine, model, selectSequences(set, [3]), { readOut: "last" });
  expect(alone.values).toEqual((await encode(engine, model, set, { readOut: "last" })).values.slice(3 * Z, 4 * Z));
});

test("a model with fewer weights or more than its layers have is refused by name, and so are two channels of one name", async () => {
  const set = makeSet(cellsOf(randomSeries({ N: 3, F: 2, lengths: () => 4 })), { F: 2 });
  const model = untrainedAutoencoder(engine, set, { spec: { encoder: [{ type: "lstm", units: Z }], decoder } });
  const count = model.weights.length;
  for (const weights of [model.weights.slice(1), Float32Array.of(...model.weights, 0), undefined as never]) {
    const words = new RegExp(`Model: got (${weights?.length}|no) weights, expected ${count}`);
    const wrong = { ...model, weights };
    await expect(encode(engine, wrong, set)).rejects.toThrow(words);
    await expect(encode(engine, wrong, set)).rejects.toThrow(ShapeError);
    expect(() => openStepper(engine, wrong)).toThrow(words);
    expect(() => reconstructSeries(engine, wrong, set)).toThrow(words);
  }
  const { channels } = set;
  const twice = { ...set, channels: [channels[0], { ...channels[1], name: channels[0].name }] };
  const words = new RegExp(`got "${channels[0].name}" as channel 0 and as channel 1, expected distinct names`);
  await expect(encode(engine, model, twice)).rejects.toThrow(words);
  expect(() => untrainedAutoencoder(engine, twice)).toThrow(words);
});
