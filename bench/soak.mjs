// @ts-check
// Does memory stay flat? Trains and encodes for long, one process an engine, and prints what was resident before, after
// a warm-up of a tenth, at most after that, and at the end. Ends with 1 if more than --limit MB came on top.
//   node bench/soak.mjs --steps 20000 --encodes 1000000 --engines native,wasm --threads 0 --limit 48
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { encode, fitAutoencoder, loadEngine } from "../dist/index.js";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "2000" },
    encodes: { type: "string", default: "100000" },
    engines: { type: "string", default: "native,wasm" },
    threads: { type: "string", default: "0" },
    limit: { type: "string", default: "48" },
    /** in a process of its own */
    engine: { type: "string" },
  },
});
const [STEPS, ENCODES, LIMIT] = [+options.steps, +options.encodes, +options.limit];

/** Sequences of a set; a call of `encode` takes all. */
const N = 500;
const SAMPLES = 40;

/** Ragged noisy sines. */
function makeSet() {
  let state = 1;
  const uniform = () => (state = Math.imul(state, 1664525) + 1013904223) / 2 ** 32 + 0.5;
  const offsets = new Int32Array(N + 1);
  for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + 1 + Math.floor(39 * uniform());
  const values = Float32Array.from({ length: 3 * offsets[N] }, (_, k) => Math.sin(0.2 * k) + uniform());
  /** @type {import("../dist/index.js").Channel[]} */
  const channels = ["a", "b", "c"].map((name) => ({ name, kind: "numeric" }));
  return { channels, offsets, values, ids: Array.from({ length: N }, (_, n) => `s${n}`) };
}

/** Resident memory over time, in MB. */
function watchMemory() {
  const resident = () => process.memoryUsage.rss() / 2 ** 20;
  const before = resident();
  /** @type {number[]} */
  const samples = [];
  return {
    sample: () => samples.push(resident()),
    /** @param {string} what */
    report(what) {
      const warm = Math.max(...samples.slice(0, Math.ceil(samples.length / 10)));
      const later = samples.slice(Math.ceil(samples.length / 10));
      const [most, end] = [Math.max(...later), samples[samples.length - 1]];
      const figures = Object.entries({ before, "after warm-up": warm, "most after": most, end });
      const text = figures.map(([name, megabytes]) => `${name} ${megabytes.toFixed(0)} MB`).join(", ");
      console.log(`${options.engine}, ${what}: ${text}`);
      if (most - warm > LIMIT) {
        console.log(`  ${(most - warm).toFixed(0)} MB came on top, more than ${LIMIT}`);
        process.exitCode = 1;
      }
    },
  };
}

if (options.engine === undefined) {
  const file = fileURLToPath(import.meta.url);
  for (const engine of options.engines.split(",")) {
    const args = [file, ...process.argv.slice(2), "--engine", engine];
    const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
} else {
  const engine = await loadEngine(options.engine);
  const set = makeSet();
  const threads = +options.threads;
  const training = watchMemory();
  // Epochs, so that every one of them is a sample.
  const train = { epochs: Math.ceil((STEPS * 32) / N), batchSize: 32, patience: 0 };
  const fitting = { recipe: "denoising", units: 16, train, threads, validation: 0 };
  const started = performance.now();
  const model = await fitAutoencoder(engine, set, {
    ...fitting,
    readOuts: false,
    onProgress: training.sample,
  });
  const seconds = (performance.now() - started) / 1000;
  training.report(`${model.metadata.training.updates} training steps in ${seconds.toFixed(0)} s`);

  const encoding = watchMemory();
  const again = performance.now();
  const calls = Math.ceil(ENCODES / N);
  for (let k = 0; k < calls; k++) {
    await encode(engine, model, set, { readOut: k % 2 ? "pooled" : "last", threads });
    if (k % Math.ceil(calls / SAMPLES) === 0) encoding.sample();
    if (k % 50 === 0) await new Promise((resolve) => setImmediate(resolve)); // as a server would: finalizers run
  }
  encoding.sample();
  encoding.report(`${calls * N} encodes in ${((performance.now() - again) / 1000).toFixed(0)} s`);
}
