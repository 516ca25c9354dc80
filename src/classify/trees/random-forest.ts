import { z } from "zod";
import { expectOptions } from "../../options.js";
import { type Random, randomStream, STREAMS } from "../../random.js";
import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { expectColumns, expectState, optionChecks } from "../base/checks.js";
import {
  type Classifier,
  type ClassifierEntry,
  type ClassWeight,
  type FittedClassifier,
  likeliest,
  stateFields,
} from "../base/classifier.js";
import { trainingRows } from "../base/training-rows.js";
import { binColumns } from "./binning.js";
import { giniGrower } from "./gini-tree.js";
import { leafOf, packedTrees, packTrees, type Trees, treeBuilder, unpackTrees } from "./trees.js";

/** Settings of `randomForest`. */
export interface RandomForestOptions {
  /** How many. */
  trees?: number;
  /** Columns tried per split: the root of their number (rounded down), all, or a number. */
  maxFeatures?: "sqrt" | "all" | number;
  /** Rows on either side of a split, each counted once however often it was drawn. */
  minSamplesLeaf?: number;
  /** Questions on the way to a leaf; none for no limit. */
  maxDepth?: number | "none";
  classWeight?: ClassWeight;
  seed?: number;
}

const OPTIONS = ["trees", "maxFeatures", "minSamplesLeaf", "maxDepth", "classWeight", "seed"] as const;

/**
 * Random forest (Breiman 2001), as in scikit-learn (1.9): every tree is grown on as many rows as there are, drawn
 * with replacement and in proportion to their weights, by Gini impurity, until its leaves are pure. Probabilities
 * are the mean over trees of the class shares in the leaf, among the rows drawn. Columns are binned first (255 bins at most), which is exact up to 255 distinct values.
 * Missing values are errors. Rows of weight 0 are left out.
 *
 * @throws {OptionError} when a setting is out of its range; at `fit`, when maxFeatures is above the columns
 */
export function randomForest(settings: RandomForestOptions = {}): Classifier<RandomForestState> {
  const { trees: treeCount = 100, maxFeatures = "sqrt", minSamplesLeaf = 1, maxDepth = "none" } = settings;
  const { classWeight = "none", seed = 0 } = settings;
  expectOptions("random forest", settings, OPTIONS);
  const { refuse, whole, oneOf } = optionChecks("random forest");
  whole("trees", treeCount, 1);
  if (maxFeatures !== "sqrt" && maxFeatures !== "all") whole("maxFeatures", maxFeatures, 1);
  whole("minSamplesLeaf", minSamplesLeaf, 1);
  if (maxDepth !== "none") whole("maxDepth", maxDepth, 1);
  oneOf("classWeight", classWeight, ["none", "balanced"]);
  whole("seed", seed, 0);
  return {
    name: "randomForest",
    fit(x, labels, classCount, options = {}) {
      const where = "random forest fit";
      expectOptions(where, options, ["weights"]);
      const training = trainingRows(where, x, labels, classCount, classWeight, options.weights);
      expectFinite(where, x, columnSums(x));
      const F = x.names.length;
      if (typeof maxFeatures === "number" && maxFeatures > F)
        refuse("maxFeatures", maxFeatures, `no more than the ${F} columns of the table`);
      const counting = Int32Array.from(training.weights.keys()).filter((row) => training.weights[row] > 0);
      const target = counting.map((row) => training.target[row]);
      const n = counting.length;
      const { classes } = training;
      const grow = giniGrower(binColumns(x, counting), target, classes.length, {
        maxFeatures: maxFeatures === "all" ? F : maxFeatures === "sqrt" ? Math.floor(Math.sqrt(F)) : maxFeatures,
        minSamplesLeaf,
        maxDepth: maxDepth === "none" ? Number.POSITIVE_INFINITY : maxDepth,
      });
      const trees = treeBuilder(classes.length);
      const draw = weightedDraw(Float64Array.from(counting, (row) => training.weights[row]));
      const times = new Float64Array(n);
      const rows = new Int32Array(n);
      for (let tree = 0; tree < treeCount; tree++) {
        const random = randomStream(seed, STREAMS.forestTree, tree);
        times.fill(0);
        for (let i = 0; i < n; i++) times[draw(random)]++;
        let drawn = 0;
        for (let row = 0; row < n; row++) if (times[row] > 0) rows[drawn++] = row;
        grow(rows, drawn, times, random, trees);
      }
      return forestClassifier({
        kind: "randomForest",
        classCount,
        classes,
        columns: F,
        trees: trees.finish(),
        notes: [],
      });
    },
  };
}

/** A fitted random forest; leaves hold the shares of the classes. */
const randomForestState = z.object({ kind: z.literal("randomForest"), ...stateFields, trees: packedTrees });
export type RandomForestState = z.infer<typeof randomForestState>;

export const forest: ClassifierEntry<RandomForestState> = {
  balanced: false, // trees do not see scale
  rareWeight: "balanced",
  make: ({ classWeight, seed }) => randomForest({ classWeight, seed }),
  state: randomForestState,
  load(state) {
    const trees = unpackTrees(state.trees, state.columns);
    expectState(trees.outputs === state.classes.length, "leaves that do not match the classes");
    expectState(trees.starts.length > 0, "a forest without trees");
    return forestClassifier({ ...state, trees });
  },
};

/** Draws a row with a probability in proportion to its weight, above 0. */
function weightedDraw(weights: Float64Array): (random: Random) => number {
  const n = weights.length;
  if (weights.every((weight) => weight === weights[0])) return (random) => random.integer(n);
  const upTo = new Float64Array(n);
  let total = 0;
  for (let row = 0; row < n; row++) upTo[row] = total += weights[row];
  return (random) => {
    const at = random.uniform() * total;
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** RandomForestState with its trees at hand. */
export type ForestModel = Omit<RandomForestState, "trees"> & { trees: Trees };

export function forestClassifier(model: ForestModel): FittedClassifier<RandomForestState> {
  const { classes, classCount, columns, trees, notes } = model;
  const predictProba = (x: FeatureTable): Float64Array => {
    const where = "random forest predict";
    expectColumns(where, x, columns);
    expectFinite(where, x, columnSums(x));
    const { starts, leaves } = trees;
    const K = classes.length;
    const out = new Float64Array(x.rows * classCount);
    // a tree at a time: it stays in the cache
    for (let tree = 0; tree < starts.length; tree++)
      for (let row = 0; row < x.rows; row++) {
        const leaf = leafOf(trees, tree, x.values, row * columns) * K;
        for (let k = 0; k < K; k++) out[row * classCount + classes[k]] += leaves[leaf + k];
      }
    for (let i = 0; i < out.length; i++) out[i] /= starts.length;
    return out;
  };
  return {
    notes,
    toJSON: () => ({ ...model, trees: packTrees(trees) }),
    predict: (x) => likeliest(predictProba(x), classCount),
    predictProba,
  };
}
