// @ts-check
// The untrained bidirectional encoder under each read-out, beside the raw series, ridge on everything.
//   node scripts/setup.mjs && node bench/read-outs.mjs DATA_FOLDER [--seed 1] [--steps 128] [--most 400] [NAME ...]
// DATA_FOLDER holds one folder a set, with NAME_TRAIN and NAME_TEST. Series longer than --steps are averaged down;
// at most --most test series are judged (an even choice). Prints one JSON line a set, then a table and means.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { applyReadOut, fitReadOut, readOutColumns } from "../dist/features/readout/readout.js";
import {
  loadEngine,
  longestOf,
  rawFeatures,
  rawLength,
  ridgeClassifier,
  selectSequences,
  untrained,
} from "../dist/index.js";
import { fillBatch } from "../dist/model/batch.js";
import { columnsOf } from "../dist/model/columns.js";
import { openNetwork } from "../dist/model/model.js";
import { prepare } from "../dist/model/prepare.js";
import { readSource } from "../dist/node.js";
import { addDifferences } from "../dist/sequences/differences.js";
import { countOf, isObserved, lengthOf, setBit } from "../dist/sequences/sequence-set.js";

/** @typedef {import("../dist/index.js").SequenceSet} SequenceSet */
/** @typedef {import("../dist/index.js").FeatureTable} FeatureTable */
/** @typedef {import("../dist/features/readout/readout.js").ReadOutPart} ReadOutPart */

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "128" },
    most: { type: "string", default: "400" },
    penalty: { type: "string", default: "10" },
    units: { type: "string", default: "32" },
  },
});
const [folder, ...wanted] = positionals;
if (!folder)
  throw new Error(
    "usage: node bench/read-outs.mjs DATA_FOLDER [--seed 1] [--steps 128] [--most 400] [NAME ...]",
  );
const seed = Number(flags.seed);
const BATCH = 64;
const units = Number(flags.units);

/** @type {import("../dist/index.js").AutoencoderSpec} */
const spec = {
  encoder: [{ type: "lstm", units, bidirectional: true }],
  decoder: [
    { type: "repeatVector" },
    { type: "lstm", units: 8, returnSequences: true },
    { type: "timeDistributedDense" },
  ],
};
/** @type {Record<string, ReadOutPart[]>} */
const readOuts = {
  last: ["last"],
  narrow: ["mean", "max", "std", "min", "last"],
  ppv: ["mean", "max", "std", "min", "last", "ppv"],
  W: ["mean", "max", "std", "min", "last", "ppv", "modelSpace"],
  "W+d": ["mean", "max", "std", "min", "last", "ppv", "modelSpace", "incrementPpv"],
};

/**
 * Means of neighbouring steps, so that no series is longer than `steps`.
 * @param {SequenceSet} set @param {number} factor @returns {SequenceSet}
 */
function averaged(set, factor) {
  if (factor === 1) return set;
  const F = set.channels.length;
  const N = countOf(set);
  const offsets = new Int32Array(N + 1);
  for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + Math.ceil(lengthOf(set, n) / factor);
  const values = new Float32Array(offsets[N] * F);
  const observed = new Uint8Array((values.length + 7) >> 3);
  for (let n = 0; n < N; n++)
    for (let s = offsets[n]; s < offsets[n + 1]; s++)
      for (let f = 0; f < F; f++) {
        let sum = 0;
        let count = 0;
        const first = set.offsets[n] + (s - offsets[n]) * factor;
        for (let from = first; from < Math.min(first + factor, set.offsets[n + 1]); from++)
          if (isObserved(set, from * F + f)) {
            sum += set.values[from * F + f];
            count++;
          }
        if (count > 0) {
          values[s * F + f] = sum / count;
          setBit(observed, s * F + f, true);
        }
      }
  return { ...set, offsets, values, observed, times: undefined };
}

/** @param {SequenceSet} set @param {number} most */
function thinned(set, most) {
  const N = countOf(set);
  if (N <= most) return set;
  return selectSequences(
    set,
    Int32Array.from({ length: most }, (_, k) => Math.floor((k * N) / most)),
  );
}

/**
 * @param {FeatureTable} train @param {FeatureTable} test @param {SequenceSet} a @param {SequenceSet} b
 */
function accuracy(train, test, a, b) {
  const classes = /** @type {readonly string[]} */ (a.classNames).length;
  const fitted = ridgeClassifier().fit(train, /** @type {Int32Array} */ (a.labels), classes);
  const predicted = fitted.predict(test);
  return predicted.reduce((sum, c, n) => sum + (c === b.labels?.[n] ? 1 : 0), 0) / predicted.length;
}

const engine = await loadEngine("auto");
/** @type {Record<string, number | string>[]} */
const results = [];
for (const name of wanted.length > 0 ? wanted : readdirSync(folder).sort()) {
  const source = await readSource(join(folder, name));
  if (!source.test) continue;
  const started = performance.now();
  const factor = Math.ceil(Math.max(longestOf(source.train), longestOf(source.test)) / Number(flags.steps));
  const train = averaged(source.train, factor);
  const test = averaged(thinned(source.test, Number(flags.most)), factor);
  const T = rawLength(train);
  /** @type {Record<string, number | string>} */
  const row = { name, train: countOf(train), T: longestOf(train) };
  row.raw = accuracy(rawFeatures(train, T, "stretch"), rawFeatures(test, T, "stretch"), train, test);
  const model = untrained(engine, addDifferences(train), {
    spec,
    train: { seed },
    prepare: { interpolation: "none" },
  });

  /** @param {SequenceSet} set */
  function* statesOf(set) {
    const prepared = prepare(addDifferences(set), model.metadata.preparation);
    const { groups } = columnsOf(prepared.channels);
    const network = openNetwork(
      engine,
      model,
      { batch: BATCH, steps: Math.max(1, longestOf(prepared)) },
      "encode",
    );
    for (let from = 0; from < countOf(set); from += BATCH) {
      const indices = Array.from({ length: Math.min(BATCH, countOf(set) - from) }, (_, k) => from + k);
      const batch = fillBatch(network, prepared, groups, indices);
      const pass = network.forward(batch);
      const { data } = network.ws;
      const views = network.states.map(({ every }, k) => ({
        data,
        offset: every.offset(pass),
        stride: every.stride,
        width: every.width,
        layer: 0,
        reverse: k === 1,
      }));
      yield {
        T: batch.T,
        B: batch.B,
        mask: batch.masked ? { data, offset: network.place.mask } : undefined,
        views,
      };
    }
  }
  const state = fitReadOut({ parts: "wide", seed, penalty: Number(flags.penalty) }, statesOf(train));
  const names = readOutColumns(state);
  /** @param {SequenceSet} set @returns {FeatureTable} */
  const table = (set) => {
    const values = new Float32Array(countOf(set) * names.length);
    let at = 0;
    for (const states of statesOf(set)) {
      const rows = applyReadOut(state, states);
      values.set(rows, at);
      at += rows.length;
    }
    return { values, names, rows: countOf(set) };
  };
  const all = { train: table(train), test: table(test) };
  row.seconds = (performance.now() - started) / 1000;
  for (const [key, parts] of Object.entries(readOuts)) {
    const columns = names.flatMap((column, k) =>
      parts.some((part) => column.startsWith(`${part}_`)) ? [k] : [],
    );
    /** @param {FeatureTable} x @returns {FeatureTable} */
    const pick = (x) => ({
      values: Float32Array.from({ length: x.rows * columns.length }, (_, k) => {
        const r = Math.floor(k / columns.length);
        return x.values[r * names.length + columns[k - r * columns.length]];
      }),
      names: columns.map((k) => names[k]),
      rows: x.rows,
    });
    row[key] = accuracy(pick(all.train), pick(all.test), train, test);
  }
  results.push(row);
  console.log(JSON.stringify(row));
}

const keys = ["raw", ...Object.keys(readOuts)];
console.log(`\n| set | train | T | ${keys.join(" | ")} |\n|---|---|---|${keys.map(() => "---").join("|")}|`);
const short = (/** @type {number | string} */ value) => Number(value).toFixed(3);
for (const row of results)
  console.log(
    `| ${row.name} | ${row.train} | ${row.T} | ${keys.map((key) => short(row[key])).join(" | ")} |`,
  );
const mean = (/** @type {string} */ key) =>
  results.reduce((sum, row) => sum + Number(row[key]), 0) / results.length;
console.log(`| mean of ${results.length} | | | ${keys.map((key) => short(mean(key))).join(" | ")} |`);
