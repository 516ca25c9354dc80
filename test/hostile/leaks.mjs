// @ts-check
// Fits or encodes again and again in one process and prints, as JSON, its open files, threads and resident memory after
// a warm-up and at the end:   node --expose-gc leaks.mjs fits|encodes ENGINE COUNT THREADS
import { readdirSync } from "node:fs";
import { encode, fitAutoencoder, loadEngine } from "../../dist/index.js";

const [what, name, count, threads] = process.argv.slice(2);

const T = 6;
/** @param {number} N @returns {import("../../dist/index.js").SequenceSet} */
const makeSet = (N) => ({
  channels: [{ name: "a", kind: "numeric" }],
  offsets: Int32Array.from({ length: N + 1 }, (_, n) => n * T),
  values: Float32Array.from({ length: N * T }, (_, k) => Math.sin(k * k)),
  ids: Array.from({ length: N }, (_, n) => `s${n}`),
});
const engine = await loadEngine(name);
const options = { units: 4, readOuts: false, train: { updates: 4, batchSize: 32 } };
const model = await fitAutoencoder(engine, makeSet(40), { ...options, threads: 0 });
const one = makeSet(1);
const work =
  what === "fits"
    ? () => fitAutoencoder(engine, makeSet(40), { ...options, threads: +threads })
    : () => encode(engine, model, one, { threads: +threads });

function figures() {
  /** @type {() => void} */ (globalThis.gc)();
  return {
    files: readdirSync("/proc/self/fd").length - 1,
    threads: readdirSync("/proc/self/task").length,
    megabytes: process.memoryUsage.rss() / 2 ** 20,
  };
}

for (let k = 0; k < +count / 5; k++) await work();
const before = figures();
let most = before;
for (let k = 1; k <= +count; k++) {
  await work();
  if (k % (+count / 10) !== 0) continue;
  const now = figures();
  most = {
    files: Math.max(most.files, now.files),
    threads: Math.max(most.threads, now.threads),
    megabytes: Math.max(most.megabytes, now.megabytes),
  };
}
console.log(JSON.stringify({ before, most }));
