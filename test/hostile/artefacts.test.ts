import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { ArtefactError } from "../../src/errors.js";
import { encode } from "../../src/features/encode.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { decodeModel, encodeModel } from "../../src/features/model-bytes.js";
import { loadEngine } from "../../src/index.js";
import type { Model } from "../../src/model/model.js";
import type { TrainState } from "../../src/model/training-state.js";
import { type Random, randomStream } from "../../src/random.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.js";
import { trainModel } from "../../src/train/fit.js";
import type { FitOptions } from "../../src/train/options.js";
import { folderWith, spawnUndertone } from "../cli/run.js";
import { closeFile, openFile, withChecksumOf } from "../files/edit-file.js";
import { randomSeries, withCategories } from "../series.js";
import { EDITS, editFile, editsOf, type Place, withText } from "./edits.js";
import { report, size } from "./size.js";

const engine = await loadEngine("reference");
const numbers = randomSeries({ N: 60, F: 2, lengths: (n) => 5 + (n % 9), missing: 0.1 });
const skewed = withCategories({
  ...numbers,
  values: numbers.values.map((v) => Math.sign(v) * Math.exp(4 * Math.abs(v))),
});
const train = { updates: 60, batchSize: 8, seed: 3 };

/** Models that together have every part of a model file. */
const models = await Promise.all(
  (
    [
      [numbers, { recipe: "default", units: 3, train }],
      [skewed, { recipe: "robust", units: 4, prepare: { scale: "log-standard", interpolation: "linear" }, train }],
    ] as [SequenceSet, FitOptions][]
  ).map(async ([set, options]) => {
    const reading = { label: "kind", entity: "id", time: "time", window: 9, drop: ["x"] };
    const origin = { name: "data", files: [{ path: "a.csv", sha256: "0" }], reading };
    const model = await fitAutoencoder(engine, set, { ...options, threads: 0, origin });
    return { set, model, bytes: encodeModel(model), features: await allFeatures(model, set) };
  }),
);

async function allFeatures(model: Model, set: SequenceSet): Promise<Float32Array[]> {
  const tables = [];
  for (const readOut of ["last", "wide", "compact"] as const)
    tables.push((await encode(engine, model, set, { readOut, threads: 0 })).values);
  return tables;
}

/** A checkpoint with all that one can have. */
const checkpoint = await (async () => {
  const states: Promise<Uint8Array>[] = [];
  const path = join(folderWith(), "m.checkpoint");
  const onCheckpoint = (state: TrainState) => {
    if (state.update === 50) states.push(saveCheckpoint(path, state, "identity").then(() => readFileSync(path)));
    return states.at(-1)?.then(() => undefined);
  };
  const options = { recipe: "simple", units: 3, validation: 0.2, threads: 0, train };
  await trainModel(engine, numbers, options, { onCheckpoint, checkpointSeconds: -1 });
  return (await states[0])!;
})();
const folder = folderWith();
const loadState = async (bytes: Uint8Array) => {
  const path = join(folder, "m.checkpoint");
  writeFileSync(path, bytes);
  return loadCheckpoint(path, "identity");
};

/** What comes of bytes: a value, or an error, which must be an ArtefactError in one paragraph. */
async function outcome<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    expect(error).toBeInstanceOf(ArtefactError);
    expect((error as Error).message).toMatch(/^[^\n]+\.$/);
    return undefined;
  }
}

const flipped = (bytes: Uint8Array, random: Random) => {
  const copy = new Uint8Array(bytes);
  copy[random.integer(copy.length)] ^= 1 << random.integer(8);
  return copy;
};

describe("bytes", () => {
  test("a flipped bit anywhere in a model file is an ArtefactError", async () => {
    const random = randomStream(1);
    const tries = size(60, 1000);
    let refused = 0;
    for (let k = 0; k < tries; k++) {
      const { bytes } = models[k % models.length];
      if (!(await outcome(() => decodeModel(flipped(bytes, random), "m")))) refused++;
    }
    report("bit flips in model files", { tries, refused });
    expect(refused).toBe(tries);
  });

  test("every bit of the places that say that there is a checksum", async () => {
    const text = Buffer.from(models[0].bytes).toString("latin1");
    const beyond = [
      text.indexOf('formatVersion\\":2') + 16,
      text.indexOf('"format"'),
      text.indexOf('undertone","model'),
    ];
    const step = size(8, 1); // bits
    for (const at of [...Array(130).keys(), ...beyond])
      for (let bit = at % step; bit < 8; bit += step)
        for (const bytes of [models[0].bytes, checkpoint]) {
          const copy = new Uint8Array(bytes);
          copy[at] ^= 1 << bit;
          const read = bytes === checkpoint ? () => loadState(copy) : () => decodeModel(copy, "m");
          expect(await outcome<unknown>(read)).toBeUndefined();
        }
  });

  test("a flipped bit anywhere in a checkpoint is an ArtefactError", async () => {
    const random = randomStream(2);
    const tries = size(20, 200);
    let refused = 0;
    for (let k = 0; k < tries; k++) if (!(await outcome(() => loadState(flipped(checkpoint, random))))) refused++;
    report("bit flips in checkpoints", { tries, refused });
    expect(refused).toBe(tries);
    expect((await loadState(checkpoint))?.update).toBe(50);
  });

  test("a file cut anywhere, or with bytes behind its end, is an ArtefactError", async () => {
    const cuts = size(60, 500);
    for (const bytes of [models[0].bytes, checkpoint])
      for (let k = 0; k < cuts; k++) {
        const cut = bytes.slice(0, Math.floor((k * bytes.length) / cuts));
        const read = bytes === checkpoint ? () => loadState(cut) : () => decodeModel(cut, "m");
        expect(await outcome<unknown>(read)).toBeUndefined();
      }
    const longer = new Uint8Array(models[0].bytes.length + 8);
    longer.set(models[0].bytes);
    expect(await outcome(() => decodeModel(longer, "m"))).toBeUndefined();
    report("cuts", { tries: 2 * cuts });
  });
});

/**
 * Values that another sound model might have at that place: a number of any size, a name, an option that may be left out. No
 * schema can tell, so the checksum must. These must load or be refused, in words; their features are others.
 */
const FREE =
  /^(preparation\.(scaler\.(center|scale)\.\d+|interpolation|resample|differences|channels\.\d+\.(name|vocabulary\.\d+))|spec\.(encoder|decoder)\.\d+\.(activation|returnSequences|goBackwards|bidirectional|pool|rate|stddev)|wide\.(penalty|lags\.1|(quantiles|incrementQuantiles)\.\d+|components\.\d+\.(mean|projection)\.\d+)|compact\.((mean|scale|variances)\.\d+|whiten))$/;

/** Whether an edit left a free value, or put one of the same type into its place. */
function isFree(
  free: RegExp,
  bytes: Uint8Array,
  { place, path, edit }: { place: Place; path: (string | number)[]; edit: string },
) {
  if (!free.test(path.join("."))) return false;
  if (edit === "removed") return true;
  const json = place === "header" ? openFile(bytes).header : JSON.parse(openFile(bytes).header.__metadata__[place]);
  const value = path.reduce((inner, key) => inner[key], json);
  const typeOf = (some: unknown) => (some === null ? "null" : Array.isArray(some) ? "list" : typeof some);
  const changed = EDITS[edit](value);
  if (changed === null && path[0] === "history") return true; // a loss that was not finite
  return typeOf(changed) === typeOf(value);
}

describe("structure", () => {
  test("an edited model file is an ArtefactError; with a checksum made right again it may give the same features", async () => {
    const figures = { tries: 0, refused: 0, same: 0, free: 0 };
    const different: string[] = [];
    for (const [m, { set, bytes, features }] of models.entries())
      for (const { place, path, edit } of editsOf(bytes, ["header", "model", "readOut"], size(20, 2000), 3 + m)) {
        const file = editFile(bytes, place, path, edit);
        if (!file) continue;
        figures.tries++;
        expect(await outcome(() => decodeModel(withChecksumOf(bytes, file), "m"))).toBeUndefined();
        const model = await outcome(() => decodeModel(file, "m"));
        if (!model) figures.refused++;
        else if (isFree(FREE, bytes, { place, path, edit })) figures.free++;
        else if (isDeepStrictEqual(await allFeatures(model, set), features)) figures.same++;
        else different.push(`${place} ${path.join(".")}: ${edit}`);
      }
    report("edits of model files", figures);
    expect(different).toEqual([]);
    expect(figures.refused).toBeGreaterThan(figures.tries / 2);
  });

  test("an edited checkpoint is an ArtefactError; with a checksum made right again it may be the same state", async () => {
    const figures = { tries: 0, refused: 0, same: 0, free: 0 };
    const sound = await loadState(checkpoint);
    const edits = [
      ...editsOf(checkpoint, ["header"], size(20, 500), 5),
      ...editsOf(checkpoint, ["state"], size(80, 1000), 6),
    ];
    for (const { place, path, edit } of edits) {
      const name = path.join(".");
      const file = name === "__metadata__.identity" ? undefined : editFile(checkpoint, place, path, edit);
      if (!file) continue;
      figures.tries++;
      expect(await outcome(() => loadState(withChecksumOf(checkpoint, file)))).toBeUndefined();
      const state = await outcome(() => loadState(file));
      if (!state) figures.refused++;
      else if (isFree(FREE_STATE, checkpoint, { place, path, edit })) figures.free++;
      else {
        expect(state, `${place} ${name}: ${edit}`).toEqual(sound);
        figures.same++;
      }
    }
    report("edits of checkpoints", figures);
    expect(figures.refused).toBeGreaterThan(figures.tries / 2);
  });
});

/** Numbers that another training might have there. */
const FREE_STATE =
  /^(lossSum|lossCount|firstLoss|stale|update|adamSteps|goodAdamSteps|warnings(\.\d+)?|best\.(loss|update)|history(\.\d+(\.\w+)?)?)$/;

/** A sound model with another value at one place. */
function withValue(place: Place, path: (string | number)[], value: unknown): Uint8Array {
  const { header, body } = openFile(models[0].bytes);
  const json = JSON.parse(header.__metadata__[place]);
  const holder = path.slice(0, -1).reduce((inner, key) => inner[key], json);
  expect(holder).toHaveProperty([path.at(-1)!]);
  holder[path.at(-1)!] = value;
  return closeFile(withText(header, place, JSON.stringify(json)), body);
}

describe("files that were seen to do harm", () => {
  test.each([
    ["1e9 units", () => withValue("model", ["spec", "encoder", 0, "units"], 1e9)],
    ["1e308 units", () => withValue("model", ["spec", "encoder", 0, "units"], 1e308)],
    [
      "100,000 layers",
      () => withValue("model", ["spec", "encoder"], [...Array(100_000).fill(LAYER), { type: "lstm", units: 1 }]),
    ],
    ["text as penalty", () => withValue("readOut", ["wide", "penalty"], "x")],
    ["null quantiles", () => withValue("readOut", ["wide", "quantiles"], Array(60).fill(null))],
    ["components of one row", () => withValue("readOut", ["wide", "components", 0, "mean"], [0])],
    ["a reading option that is a number", () => withValue("model", ["data", "reading", "label"], 5)],
    ["a weight that is not a number", () => withWeight(Number.NaN)],
    ["a weight that is infinite", () => withWeight(Number.POSITIVE_INFINITY)],
    ["5,000 tensors over one body", () => withManyTensors()],
  ] as [string, () => Uint8Array][])("%s", async (_, make) => {
    const file = make();
    global.gc?.();
    const before = process.memoryUsage();
    const started = performance.now();
    expect(await outcome(() => decodeModel(file, "m"))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5000);
    const { arrayBuffers, rss } = process.memoryUsage();
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(20e6);
    expect(rss - before.rss).toBeLessThan(200e6);
  });

  test("the command ends in words and with 1", () => {
    const { bytes } = models[0];
    const folder = folderWith({ "t.csv": "id,c0,c1\na,1,2\n", "flip.undertone": flipped(bytes, randomStream(9)) });
    writeFileSync(join(folder, "units.undertone"), withValue("model", ["spec", "encoder", 0, "units"], 1e9));
    for (const name of ["flip", "units"]) {
      const { code, stderr } = spawnUndertone(folder, "encode", `${name}.undertone`, "t.csv", "-o", "z.csv");
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^ArtefactError: ${name}\\.undertone: .*damaged.*\n$`, "i")),
      ]);
    }
  });
});

const LAYER = { type: "lstm", units: 1, returnSequences: true };

function withWeight(weight: number): Uint8Array {
  const { header, body } = openFile(models[0].bytes);
  const { __metadata__: _, ...tensors } = header;
  const copy = new Uint8Array(body);
  new DataView(copy.buffer).setFloat32(Object.values(tensors)[0].data_offsets[0], weight, true);
  return closeFile(header, copy);
}

/** Two million bytes that each of 5,000 tensors claims: 10 GB if each got a copy. */
function withManyTensors(): Uint8Array {
  const { header } = openFile(models[0].bytes);
  const entry = { dtype: "F32", shape: [500_000], data_offsets: [0, 2_000_000] };
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, k) => [`t${k}`, entry]));
  return closeFile({ __metadata__: header.__metadata__, ...many }, new Uint8Array(2_000_000));
}
