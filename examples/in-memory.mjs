// @ts-check
// Sequences that are not in a file: builds the central type by hand, asks whether latents help, prints the verdict.
// Run it with: node examples/in-memory.mjs
import { compare, loadEngine } from "undertone";

// Runs of a machine, 12 to 18 steps of two channels; in every second run the level swings twice as fast.
const N = 80;
const lengths = Array.from({ length: N }, (_, n) => 12 + (n % 7));
const offsets = new Int32Array(N + 1);
for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + lengths[n];
const values = new Float32Array(2 * offsets[N]); // [total steps, 2]
for (let n = 0; n < N; n++)
  for (let t = 0; t < lengths[n]; t++) {
    const k = 2 * (offsets[n] + t);
    values[k] = Math.sin((n % 2 ? 0.8 : 0.4) * t + n);
    values[k + 1] = Math.cos(0.3 * t + n * n);
  }
const observed = new Uint8Array((values.length + 7) >> 3).fill(0xff);
for (const k of [3, 40, 41, 500]) {
  observed[k >> 3] &= ~(1 << (k & 7)); // a 0 bit: values[k] was not observed
  values[k] = 0;
}

/** @type {import("undertone").SequenceSet} */
const train = {
  channels: [
    { name: "level", kind: "numeric" },
    { name: "load", kind: "numeric" },
  ],
  values,
  offsets,
  observed,
  ids: lengths.map((_, n) => `run ${n}`),
  labels: Int32Array.from(lengths, (_, n) => n % 2),
  classNames: ["slow", "fast"],
};

const { rows, verdict } = await compare(
  await loadEngine(),
  { name: "runs", train, files: [], notes: [] },
  { fit: { units: 8, train: { updates: 100 } }, folds: 2 },
);
for (const { features, classifier, metrics } of rows)
  console.log(`${features.padEnd(10)} ${classifier.padEnd(8)} accuracy ${metrics.accuracy?.toFixed(3)}`);
console.log(`${verdict.decision}\n${verdict.sentences.join("\n")}`);
