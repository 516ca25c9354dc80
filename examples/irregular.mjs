// @ts-check
// Irregular: visits of patients, few or many, at odd hours, with values missing: masked, not filled.
import * as ut from "undertone";
import { readSource } from "undertone/node";

const engine = await ut.loadEngine(); // the fastest that runs here
const reading = { entity: "patient", time: "hour", label: "worse" }; // one row per visit
const { train: all } = await readSource(process.argv[2] ?? "examples/patients.csv", reading);
const { first, second } = ut.splitStratified(all, 0.5, 1); // before anything is fitted
const both = [first, second].map((cases) => ut.selectSequences(all, cases));
const [labels, actual] = both.map((set) => set.labels ?? new Int32Array());

// a missing value is in no state and no loss; there is no padding
const model = await ut.fitAutoencoder(engine, both[0], { recipe: "masked" });
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
