// @ts-check
// Univariate: the LSTM autoencoder of the textbooks on noisy waves, one value per step.
// waves.csv: 120 sine and saw-tooth waves of 16 to 30 steps, some values missing.
// Run it with: node examples/simple.mjs [FILE]
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
const { train: all } = await readSource(process.argv[2] ?? "examples/waves.csv", { label: "label" });
const { first, second } = splitStratified(all, 0.5, 1); // before anything is fitted
const both = [selectSequences(all, first), selectSequences(all, second)];
const [labels, actual] = both.map((set) => set.labels ?? new Int32Array());

const model = await fitAutoencoder(engine, both[0], {
  recipe: "simple", // LSTM, repeat vector, LSTM, dense; what is missing is interpolated
});
const tables = {
  "raw values": both.map((set) => rawFeatures(set, 30)), // resampled to 30 steps
  "latents, last": await Promise.all(both.map((set) => encode(engine, model, set))),
  "latents, wide": await Promise.all(both.map((set) => encode(engine, model, set, { readOut: "wide" }))),
};
for (const [name, [train, test]] of Object.entries(tables)) {
  const predicted = logisticRegression().fit(train, labels, 2).predict(test);
  const { accuracy, precision, recall } = scorePredictions({ labels: actual, predicted, classCount: 2 });
  const shown = [accuracy, precision.perClass[1], recall.perClass[1]].map((value) => value?.toFixed(3));
  console.log(`${name.padEnd(14)} accuracy ${shown[0]}  precision ${shown[1]}  recall ${shown[2]}`);
}
