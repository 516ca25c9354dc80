import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import * as library from "../../src/index.js";
import * as node from "../../src/node.js";

// What the functions of functions.ts are called with: small files, a set, a model, a predictor, a detector.

const folder = mkdtempSync(join(tmpdir(), "undertone-options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
export const file = (name: string) => join(folder, name);
export const output = file("out.csv");
writeFileSync(file("l.csv"), "who,when,x\na,1,2\na,2,3\nb,1,5\n");
writeFileSync(file("a.csv"), "label,t0,t1\nx,1,2\ny,2,1\nx,1,3\ny,3,1\n");

export const engine = await library.loadEngine("reference");
const times = [[0, 1, 2], [0, 1], [0, 1, 2], [0, 1]]; // biome-ignore format: one line
export const set = library.sequencesFrom(
  [
    [1, 2, 4],
    [2, 3],
    [4, 4, 1],
    [3, 1],
  ],
  { labels: ["x", "y", "x", "y"], times },
);
export const source = { name: "four", train: set, files: [], notes: [] };
export const model = await library.fitAutoencoder(engine, set, {
  recipe: "simple",
  units: 2,
  train: { updates: 1 },
  threads: 0,
});
export const quickly = { features: ["raw"], classifier: "ridge", fit: { threads: 0 } };
export const predictor = await library.fitPredictor(engine, source, quickly);
export const iforest = { detector: "isolation-forest", falseAlarmRate: 0.5 } as const;
export const detector = await node.fitDetectorFile(engine, file("a.csv"), file("d.undertone"), iforest);
export const table = library.rawFeatures(set, 3);
export const labels = set.labels!;
export const events = { times: Float64Array.of(0, 1), amounts: Float64Array.of(1, 2), entities: ["a", "a"] };
export const comparison = await library.compare(engine, source, {
  features: ["raw"],
  classifiers: ["ridge"],
  folds: 2,
});
export const classifiers = {
  ridgeClassifier: library.ridgeClassifier,
  logisticRegression: library.logisticRegression,
  kNearestNeighbours: library.kNearestNeighbours,
  randomForest: library.randomForest,
  histogramGradientBoosting: library.histogramGradientBoosting,
};
