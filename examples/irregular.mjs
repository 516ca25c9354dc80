// @ts-check
// Irregular: visits of patients, few or many, at odd hours, with values missing: masked, not filled.
// patients.csv: 140 stays, one row per visit, simulated by make-data.mjs.
// Run it with: node examples/irregular.mjs [FILE]
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
const { train: all } = await readSource(process.argv[2] ?? "examples/patients.csv", {
  entity: "patient",
  time: "hour",
  label: "worse",
});
const { first, second } = splitStratified(all, 0.5, 1); // before anything is fitted
const both = [selectSequences(all, first), selectSequences(all, second)];
const [labels, actual] = both.map((set) => set.labels ?? new Int32Array());

const model = await fitAutoencoder(engine, both[0], {
  recipe: "masked", // a missing value is in no state and no loss; there is no padding
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
