// @ts-check
// Fits small classifiers of this package and prints them as JSON for shap_explain.py, with plain arrays beside the states:
//   npm run setup && node test/golden/shap-models.mjs > /tmp/models.json
import { histogramGradientBoosting, logisticRegression, randomForest, ridgeClassifier } from "undertone";
import { madeTable } from "./integer-data.mjs";

const COLUMNS = 7;
const TRAIN = 223;
const TEST = 17;

/** @param {number} classes @param {number} missing of 256 values */
function data(classes, missing) {
  const shape = { rows: TRAIN + TEST, columns: COLUMNS, classes, informative: 5, clusters: 2, spread: 1 };
  const { values, labels } = madeTable({ ...shape, rare: 0, flip: 16, missing, seed: 10 * classes + missing });
  const names = Array.from({ length: COLUMNS }, (_, j) => `f${j}`);
  return {
    x: { values: values.slice(0, TRAIN * COLUMNS), names, rows: TRAIN },
    labels: labels.slice(0, TRAIN),
    test: Array.from(values.slice(TRAIN * COLUMNS), (value) => (Number.isNaN(value) ? null : value)),
  };
}

/** @template {ArrayLike<number>} A @param {{ new (buffer: ArrayBuffer): A }} type @param {string} text */
function unpack(type, text) {
  return Array.from(new type(new Uint8Array(Buffer.from(text, "base64")).buffer));
}

/** @param {import("undertone").PackedTrees} trees */
function plainTrees(trees) {
  return {
    outputs: trees.outputs,
    starts: unpack(Int32Array, trees.starts),
    feature: unpack(Int32Array, trees.feature),
    threshold: unpack(Float64Array, trees.threshold),
    child: unpack(Int32Array, trees.child),
    missingLeft: unpack(Uint8Array, trees.missingLeft),
    leaves: unpack(Float64Array, trees.leaves),
    covers: unpack(Float64Array, trees.covers ?? ""),
  };
}

const cases = [];
for (const classes of [2, 3]) {
  const whole = data(classes, 0);
  const gaps = data(classes, 30);
  const weights = Float32Array.from({ length: TRAIN }, (_, row) => 1 + (row % 4) / 2);
  const boosting = histogramGradientBoosting({
    maxIterations: 6,
    maxLeafNodes: 12,
    minSamplesLeaf: 4,
    classWeight: "balanced",
  });
  const forest = randomForest({ trees: 6, maxDepth: 7, minSamplesLeaf: 2, seed: 3 });
  const boosted = boosting.fit(gaps.x, gaps.labels, classes, { weights }).toJSON();
  const grown = forest.fit(whole.x, whole.labels, classes, { weights }).toJSON();
  cases.push({ name: "boosting", columns: COLUMNS, state: boosted, trees: plainTrees(boosted.trees), test: gaps.test });
  cases.push({ name: "forest", columns: COLUMNS, state: grown, trees: plainTrees(grown.trees), test: whole.test });
  for (const classifier of [ridgeClassifier(), logisticRegression({ C: 1 })]) {
    const state = classifier.fit(whole.x, whole.labels, classes).toJSON();
    const train = Array.from(whole.x.values);
    cases.push({ name: state.kind, columns: COLUMNS, state, train, test: whole.test });
  }
}
console.log(JSON.stringify(cases));
