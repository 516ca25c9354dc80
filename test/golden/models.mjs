// @ts-check
// Writes the model files of the present format and what they must encode to, for test/model/golden-models.test.ts:
//   npm run setup && node test/golden/models.mjs
// Run it once for each new version of the format. Files of released versions are never written again: whatever this
// library becomes, it must load them and give the numbers beside them. The script refuses to write over one.
import { existsSync, writeFileSync } from "node:fs";
import { encode, fitAutoencoder, loadEngine } from "undertone";
import { saveModel } from "undertone/node";

const folder = new URL("models/", import.meta.url);
const engine = await loadEngine("reference");

/** Numbers without a pattern in [-1, 1): the fractional parts of multiples of the golden ratio, on a grid of 1/256. */
let drawn = 0;
const draw = () => Math.round((((++drawn * 0.6180339887498949) % 1) * 2 - 1) * 256) / 256;

/**
 * Plain lists of steps, null = missing, become a set.
 * @param {import("undertone").Channel[]} channels
 * @param {(number | null)[][][]} cases
 * @param {number[]} [times] of all steps
 * @returns {import("undertone").SequenceSet}
 */
function setOf(channels, cases, times) {
  const cells = cases.flat(2);
  const observed = new Uint8Array((cells.length + 7) >> 3);
  cells.forEach((cell, k) => {
    if (cell !== null) observed[k >> 3] |= 1 << (k & 7);
  });
  let end = 0;
  return {
    channels,
    values: Float32Array.from(cells, (cell) => cell ?? 0),
    offsets: Int32Array.from([0, ...cases.map((steps) => (end += steps.length))]),
    observed,
    times: times && Float64Array.from(times),
    ids: cases.map((_, n) => `s${n}`),
  };
}

/** Two numeric channels; an empty sequence, single steps, missing values, a step and a channel never seen. */
function numericCases() {
  const cases = [7, 3, 0, 1, 9, 4].map((length) =>
    Array.from({ length }, () => /** @type {(number | null)[]} */ ([10 * draw(), 100 + 5 * draw()])),
  );
  cases[0][2] = [null, null];
  cases[0][5][1] = null;
  cases[4][0][0] = null;
  cases[5] = cases[5].map(([a]) => [a, null]);
  return cases;
}

/** A number and a category at irregular times; the last sequence has one category that is rare. */
function mixedCases() {
  return [5, 8, 2, 1, 6].map((length, n) =>
    Array.from({ length }, (_, t) => /** @type {(number | null)[]} */ ([3 * draw(), (n + t * t) % (n < 4 ? 2 : 3)])),
  );
}

const numbers = [
  { name: "a", kind: /** @type {const} */ ("numeric") },
  { name: "b", kind: /** @type {const} */ ("numeric") },
];
const mixed = [
  { name: "amount", kind: /** @type {const} */ ("numeric") },
  { name: "shop", kind: /** @type {const} */ ("categorical"), vocabulary: ["food", "fuel", "web"] },
];
const train = { updates: 30, batchSize: 4, warmUp: 5 };

/** Of the format: FORMAT_VERSION of src/model/metadata.ts. */
const VERSION = "v2";
await write("masked", numbers, numericCases(), undefined, { recipe: "masked", units: 5, train });
await write("denoising", numbers, numericCases(), undefined, {
  recipe: "denoising",
  units: 4,
  activation: "relu",
  prepare: { scale: "robust" },
  train,
});
const events = mixedCases();
const times = events.flatMap((steps) => steps.map((_, t) => 60 * t + 7 * (t % 3)));
await write("layers", mixed, events, times, {
  spec: {
    encoder: [
      { type: "embedding", units: 2 },
      { type: "lstm", units: 4, bidirectional: true, returnSequences: true },
      { type: "dropout", rate: 0.1 },
      { type: "lstm", units: 3, goBackwards: true },
    ],
    decoder: [
      { type: "repeatVector" },
      { type: "lstm", units: 4, returnSequences: true },
      { type: "timeDistributedDense" },
    ],
  },
  prepare: {
    scale: "min-max",
    scaleScope: "series",
    interpolation: "previous",
    resample: { step: 45, method: "linear" },
  },
  train,
});

/**
 * @param {string} name
 * @param {import("undertone").Channel[]} channels
 * @param {(number | null)[][][]} cases
 * @param {number[] | undefined} times
 * @param {import("undertone").FitOptions} options
 */
async function write(name, channels, cases, times, options) {
  const path = `${VERSION}-${name}`;
  const file = new URL(`${path}.undertone`, folder);
  if (existsSync(file)) throw new Error(`${path}.undertone is there already and stays as it is.`);
  const set = setOf(channels, cases, times);
  const model = await fitAutoencoder(engine, set, { ...options, readOuts: name === "masked" });
  await saveModel(file.pathname, model);
  /** @type {Record<string, { names: readonly string[], values: number[] }>} */
  const features = {};
  for (const readOut of /** @type {const} */ (["last", "pooled", "wide", "compact"])) {
    if (!model.readOut && readOut !== "last" && readOut !== "pooled") continue; // not fitted
    const { names, values } = await encode(engine, model, set, { readOut });
    features[readOut] = { names, values: Array.from(values) };
  }
  const text = JSON.stringify({ engine: engine.name, channels, cases, times, features });
  writeFileSync(new URL(`${path}.json`, folder), `${text}\n`);
}
