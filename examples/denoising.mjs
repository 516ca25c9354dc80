// @ts-check
// Multivariate: a denoising LSTM autoencoder on three noisy sensors of pumps, some of them worn.
// pumps.csv: 120 runs of 24 steps, one row per step, simulated by make-data.mjs.
// Run it with: node examples/denoising.mjs [FILE]
import {
  encode,
  fitAutoencoder,
  loadEngine,
  logisticRegression,
  rawFeatures,
  scorePredictions,
  selectSequences,
  splitStratified,
} from "undertone";
import { readSource } from "undertone/node";

const engine = await loadEngine(); // the fastest that runs here
const { train: all } = await readSource(process.argv[2] ?? "examples/pumps.csv", {
  entity: "run",
  label: "worn",
});
const { first, second } = splitStratified(all, 0.5, 1); // before anything is fitted
const both = [selectSequences(all, first), selectSequences(all, second)];
const [labels, actual] = both.map((set) => set.labels ?? new Int32Array());

const model = await fitAutoencoder(engine, both[0], {
  recipe: "denoising", // noise on the input, two LSTMs with dropout; the loss is that of the clean input
  units: 32,
  noise: 0.3,
});
const tables = {
  "raw values": both.map((set) => rawFeatures(set, 24)), // 24 steps of 3 channels
  "latents, last": await Promise.all(both.map((set) => encode(engine, model, set))),
  "latents, wide": await Promise.all(both.map((set) => encode(engine, model, set, { readOut: "wide" }))),
};
for (const [name, [train, test]] of Object.entries(tables)) {
  const predicted = logisticRegression().fit(train, labels, 2).predict(test);
  const { accuracy, precision, recall } = scorePredictions({ labels: actual, predicted, classCount: 2 });
  const shown = [accuracy, precision.perClass[1], recall.perClass[1]].map((value) => value?.toFixed(3));
  console.log(`${name.padEnd(14)} accuracy ${shown[0]}  precision ${shown[1]}  recall ${shown[2]}`);
}
