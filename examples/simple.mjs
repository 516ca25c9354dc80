// @ts-check
// Univariate: the LSTM autoencoder of the textbooks on noisy waves of 16 to 30 steps, some values missing.
import * as ut from "undertone";
import { readSource } from "undertone/node";

const engine = await ut.loadEngine(); // the fastest that runs here
const { train: all } = await readSource(process.argv[2] ?? "examples/waves.csv", { label: "label" });
const { first, second } = ut.splitStratified(all, 0.5, 1); // before anything is fitted
const both = [first, second].map((cases) => ut.selectSequences(all, cases));
const [labels, actual] = both.map((set) => set.labels ?? new Int32Array());

// LSTM, repeat vector, LSTM, dense; what is missing is interpolated
const model = await ut.fitAutoencoder(engine, both[0], { recipe: "simple" });
const tables = {
  "raw values": both.map((set) => ut.rawFeatures(set, 30)), // resampled to 30 steps
  "latents, last": await Promise.all(both.map((set) => ut.encode(engine, model, set))),
  "latents, wide": await Promise.all(both.map((set) => ut.encode(engine, model, set, { readOut: "wide" }))),
};
for (const [name, [train, test]] of Object.entries(tables)) {
  const predicted = ut.logisticRegression().fit(train, labels, 2).predict(test);
  const { accuracy, precision, recall } = ut.scorePredictions({ labels: actual, predicted, classCount: 2 });
  const shown = [accuracy, precision.perClass[1], recall.perClass[1]].map((value) => value?.toFixed(3));
  console.log(`${name.padEnd(14)} accuracy ${shown[0]}  precision ${shown[1]}  recall ${shown[2]}`);
}
