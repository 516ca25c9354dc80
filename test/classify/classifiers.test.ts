import { expect, test } from "vitest";
import { classifierTable } from "../../src/classify/classifiers.js";
import { kNearestNeighbours } from "../../src/classify/neighbours/neighbours.js";
import { histogramGradientBoosting } from "../../src/classify/trees/boosting.js";
import { randomForest } from "../../src/classify/trees/random-forest.js";
import { randomStream } from "../../src/random.js";
import { tableOf } from "./table.js";

test("logistic regression keeps the scale of components", () => {
  const random = randomStream(3);
  const values = Float32Array.from({ length: 120 }, (_, k) => random.normal() * (k % 2 ? 0.05 : 5));
  const x = { values, names: ["compact_0", "compact_1"], rows: 60 };
  const labels = Int32Array.from({ length: 60 }, (_, n) => Number(values[2 * n] / 5 + values[2 * n + 1] / 0.05 > 0));
  const scores = (standardise: boolean | "auto") =>
    classifierTable.logistic.make({ classWeight: "none", standardise, seed: 1 }).fit(x, labels, 2).predictProba(x);
  expect(scores("auto")).toEqual(scores(false));
  expect(scores("auto")).not.toEqual(scores(true));
});

test("one row per class: neighbours and forest tell the rows apart, boosting says it cannot", () => {
  const x = tableOf([0, 0, 10, 0, 0, 10], 2);
  const labels = Int32Array.of(2, 0, 1);
  const neighbours = kNearestNeighbours().fit(x, labels, 3);
  expect(neighbours.toJSON().k).toBe(1);
  expect(neighbours.predict(x)).toEqual(labels);
  expect(randomForest().fit(x, labels, 3).predict(x)).toEqual(labels);
  const boosted = histogramGradientBoosting().fit(x, labels, 3);
  for (const p of boosted.predictProba(x)) expect(p).toBeCloseTo(1 / 3, 12);
  expect(boosted.notes.join()).toMatch(/nothing to split in 3 rows.*minSamplesLeaf \(20\)/);
});
