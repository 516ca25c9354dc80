import { z } from "zod";
import type { FeatureTable } from "../../table/feature-table.js";
import { expectColumns, expectState } from "../base/checks.js";
import { type FittedClassifier, likeliest, stateFields } from "../base/classifier.js";
import { softmaxInPlace } from "../linear/linear-model.js";
import { leafOf, packedTrees, packTrees, type Trees, unpackTrees } from "./trees.js";

/** Fitted boosting. Two fitted classes share one score, whose positive side is the second class. */
export const boostingState = z.object({
  kind: z.literal("boosting"),
  ...stateFields,
  /** Scores before the first tree; 1 for two fitted classes and their number otherwise. */
  baseline: z.array(z.number()),
  /** Rounds that were kept. Each has one tree for every score, in order. */
  iterations: z.int().min(0),
  trees: packedTrees,
});
export type BoostingState = z.infer<typeof boostingState>;

export function loadBoosted(state: BoostingState): FittedClassifier<BoostingState> {
  const trees = unpackTrees(state.trees, state.columns);
  const scores = state.classes.length === 2 ? 1 : state.classes.length;
  expectState(state.baseline.length === scores, "a baseline that does not match the classes");
  expectState(trees.outputs === 1, "trees of several outputs");
  expectState(trees.starts.length === state.iterations * scores, "trees that do not match the rounds");
  return boostedClassifier({ ...state, trees });
}

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
