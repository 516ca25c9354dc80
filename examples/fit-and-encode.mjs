// @ts-check
// From a file of sequences to a fed classifier. Run it with: node examples/fit-and-encode.mjs [FILE.csv]
// waves.csv holds 120 noisy sine and saw-tooth waves of 16 to 30 steps, some values missing, made for this example.
import {
  encode,
  fitAutoencoder,
  loadEngine,
  ridgeClassifier,
  scorePredictions,
  selectSequences,
  splitStratified,
} from "undertone";
import { loadModel, readSource, saveModel } from "undertone/node";

const engine = await loadEngine(); // the fastest that runs here
const source = await readSource(process.argv[2] ?? "examples/waves.csv", { label: "label" });

// Split first: scaling and weights must not see what they are judged on.
const split = splitStratified(source.train, 0.7, 1);
const train = selectSequences(source.train, split.first);
const test = selectSequences(source.train, split.second);

const model = await fitAutoencoder(engine, train, { recipe: "default", train: { seed: 1 } });
await saveModel("waves.undertone", model);

// [N, columns] with names; the model brings its own scaling.
const loaded = await loadModel("waves.undertone");
const features = await encode(engine, loaded, train, { readOut: "narrow" });
const tested = await encode(engine, loaded, test, { readOut: "narrow" });
if (!train.labels || !test.labels || !train.classNames) throw new Error("The sequences have no labels.");

const classCount = train.classNames.length;
const classifier = ridgeClassifier().fit(features, train.labels, classCount);
const metrics = scorePredictions({
  labels: test.labels,
  predicted: classifier.predict(tested),
  probabilities: classifier.predictProba(tested),
  classCount,
  trainLabels: train.labels,
});
console.log(
  `${engine.name}: ${features.rows} x ${features.names.length} features, ` +
    `accuracy ${metrics.accuracy?.toFixed(3)} on ${metrics.cases} test cases (always one class: ${metrics.majorityRate?.toFixed(3)})`,
);
