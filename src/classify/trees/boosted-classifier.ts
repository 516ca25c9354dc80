import type { FeatureTable } from "../../table/feature-table.js";
import type { FittedClassifier } from "../base/classifier.js";
import { expectColumns, likeliest } from "../base/predict-rows.js";
import type { BoostingState } from "../base/states.js";
import { softmaxInPlace } from "../linear/linear-model.js";
import { leafOf, packTrees, type Trees } from "./trees.js";

/** BoostingState with its trees at hand. */
export type BoostedModel = Omit<BoostingState, "trees"> & { trees: Trees };

export function boostedClassifier(model: BoostedModel): FittedClassifier<BoostingState> {
  const { classes, classCount, columns, baseline, trees, notes } = model;
  const predictProba = (x: FeatureTable): Float64Array => {
    expectColumns("boosting predict", x, columns);
    const K = baseline.length;
    const out = new Float64Array(x.rows * classCount);
    const scores = new Float64Array(K);
    for (let row = 0; row < x.rows; row++) {
      scores.set(baseline);
      addScores(scores, trees, x.values, row * columns);
      const from = row * classCount;
      if (K === 1) {
        out[from + classes[0]] = 1 / (1 + Math.exp(scores[0]));
        out[from + classes[1]] = 1 / (1 + Math.exp(-scores[0]));
        continue;
      }
      softmaxInPlace(scores);
      for (let k = 0; k < K; k++) out[from + classes[k]] = scores[k];
    }
    return out;
  };
  return {
    notes,
    toJSON: () => ({ ...model, trees: packTrees(trees) }),
    predict: (x) => likeliest(predictProba(x), classCount),
    predictProba,
  };
}

function addScores(scores: Float64Array, trees: Trees, values: Float32Array, from: number): void {
  const K = scores.length;
  for (let tree = 0, k = 0; tree < trees.starts.length; tree++) {
    scores[k] += trees.leaves[leafOf(trees, tree, values, from)];
    if (++k === K) k = 0;
  }
}
