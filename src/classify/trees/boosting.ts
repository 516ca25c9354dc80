import { expectOptions } from "../../options.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { optionChecks } from "../base/checks.js";
import type { Classifier, ClassifierEntry, ClassWeight } from "../base/classifier.js";
import { type TrainingRows, trainingRows } from "../base/training-rows.js";
import { binColumns, MAX_BINS } from "./binning.js";
import {
  type BoostedModel,
  type BoostingState,
  boostedClassifier,
  boostingState,
  loadBoosted,
} from "./boosted-classifier.js";
import { holdOut } from "./hold-out.js";
import { leafWiseGrower } from "./leaf-wise.js";
import { baselineScores, logLoss, probabilitiesOf, slopes } from "./log-loss.js";
import { leafOf, type Trees, treeBuilder } from "./trees.js";

const where = "boosting fit";
/** "auto" stops early above these rows: with fewer, those held out are missed more than they help. */
const AUTO_ROWS = 10_000;
/** And where it holds out so many of the rarest class: on fewer the loss rises by chance, and it stops too soon. */
const AUTO_HELD = 200;

/** Settings of `histogramGradientBoosting`. */
export interface BoostingOptions {
  /** Factor on every tree, above 0. */
  learningRate?: number;
  /** Most rounds; each grows one tree, or with three classes and more one for every class. */
  maxIterations?: number;
  maxLeafNodes?: number;
  minSamplesLeaf?: number;
  /** Penalty on the values of leaves, from 0 up; in units of a row's hessian, at most a quarter of its weight. */
  l2?: number;
  /** Most bins of a column besides the one for missing values, 2 to 255. */
  maxBins?: number;
  classWeight?: ClassWeight;
  /** Watch the loss on rows held out of training and keep the best round. auto: from 10,001 rows on, if 200 of the rarest class are held out. */
  earlyStopping?: boolean | "auto";
  /** Share of each class to hold out, between 0 and 1. */
  validationFraction?: number;
  /** Rounds without a better loss before it stops. */
  patience?: number;
  /** What counts as better: a loss lower by more than this. */
  tolerance?: number;
  /** Draws the rows held out; nothing else is random. */
  seed?: number;
}

/**
 * Gradient boosted trees on binned columns with the logistic loss (softmax for three classes and more), as in
 * scikit-learn's HistGradientBoostingClassifier and LightGBM (Ke et al., NIPS 2017): leaf-wise growth, Newton
 * steps G / (H + l2). A missing value (NaN) goes, at every split, where it lowers the loss most. Columns are not
 * standardised: only their order counts. Rows of weight 0 are left out.
 *
 * @throws {OptionError} when a setting is out of its range
 */
export function histogramGradientBoosting(options: BoostingOptions = {}): Classifier<BoostingState> {
  const settings = checkedSettings(options);
  return {
    name: "boosting",
    fit(x, labels, classCount, options = {}) {
      expectOptions(where, options, ["weights"]);
      const { weights } = options;
      const training = trainingRows(where, x, labels, classCount, settings.classWeight, weights);
      const model = boost(x, training, classCount, settings);
      return { ...boostedClassifier(model), chosen: { iterations: model.iterations } };
    },
  };
}

export const boosting: ClassifierEntry<BoostingState> = {
  balanced: false, // trees do not see scale
  rareWeight: "balanced",
  make({ classWeight, seed, chosen }) {
    if (chosen?.iterations === undefined) return histogramGradientBoosting({ classWeight, seed });
    const maxIterations = Math.max(1, chosen.iterations);
    return histogramGradientBoosting({ classWeight, seed, earlyStopping: false, maxIterations });
  },
  state: boostingState,
  load: loadBoosted,
};

type Settings = ReturnType<typeof checkedSettings>;

function checkedSettings(options: BoostingOptions) {
  expectOptions("boosting", options, [
    ...(["learningRate", "maxIterations", "maxLeafNodes", "minSamplesLeaf", "l2", "maxBins", "classWeight"] as const),
    ...(["earlyStopping", "validationFraction", "patience", "tolerance", "seed"] as const),
  ]);
  const { learningRate = 0.1, maxIterations = 100, maxLeafNodes = 31, minSamplesLeaf = 20, l2 = 0 } = options;
  const { maxBins = MAX_BINS, classWeight = "none", earlyStopping = "auto", validationFraction = 0.1 } = options;
  const { patience = 10, tolerance = 1e-7, seed = 0 } = options;
  const { refuse, whole, positive, oneOf } = optionChecks("boosting");
  positive("learningRate", learningRate, true);
  whole("maxIterations", maxIterations, 1);
  whole("maxLeafNodes", maxLeafNodes, 2);
  whole("minSamplesLeaf", minSamplesLeaf, 1);
  positive("l2", l2, false);
  whole("maxBins", maxBins, 2, MAX_BINS);
  oneOf("classWeight", classWeight, ["none", "balanced"]);
  oneOf("earlyStopping", earlyStopping, [true, false, "auto"]);
  if (!(validationFraction > 0 && validationFraction < 1))
    refuse("validationFraction", validationFraction, "a number between 0 and 1");
  whole("patience", patience, 1);
  positive("tolerance", tolerance, false);
  whole("seed", seed, 0);
  return {
    learningRate,
    maxIterations,
    maxLeafNodes,
    minSamplesLeaf,
    l2,
    maxBins,
    classWeight,
    earlyStopping,
    validationFraction,
    patience,
    tolerance,
    seed,
  };
}

function boost(x: FeatureTable, training: TrainingRows, classCount: number, settings: Settings): BoostedModel {
  const { classes } = training;
  const K = classes.length === 2 ? 1 : classes.length;
  const counting = Int32Array.from(training.weights.keys()).filter((row) => training.weights[row] > 0);
  const stopping = stopsEarly(settings, counting, training);
  const { kept, held } = stopping
    ? holdOut(where, counting, training.target, settings.validationFraction, settings.seed)
    : { kept: counting, held: new Int32Array(0) };

  const inner = gather(training, kept);
  const outer = gather(training, held);
  const baseline = baselineScores(inner.target, inner.weights, classes.length);
  const scores = baseline.map((score) => new Float64Array(kept.length).fill(score));
  const outerScores = baseline.map((score) => new Float64Array(held.length).fill(score));
  const meanWeight = inner.total / kept.length;
  // no name for the binned columns: their codes are kept once, where they are counted
  const rules = { ...settings, minHessian: 1e-3 * meanWeight };
  const grow = leafWiseGrower(binColumns(x, kept, settings.maxBins), rules, inner.weights);
  const trees = treeBuilder(1);

  const gradient = new Float64Array(kept.length);
  const hessian = new Float64Array(kept.length);
  const probabilities = baseline.map(() => new Float64Array(kept.length));
  let iterations = 0;
  let bestIterations = 0;
  const lossOutside = () => logLoss(outerScores, outer.target, outer.weights) / outer.total;
  let best = lossOutside();
  while (iterations < settings.maxIterations) {
    probabilitiesOf(scores, probabilities);
    let leaves = 0;
    for (let k = 0; k < K; k++) {
      slopes(gradient, hessian, probabilities[k], inner.target, inner.weights, K === 1 ? 1 : k);
      leaves += grow(gradient, hessian, scores[k], trees);
    }
    if (leaves === K) break; // not one split: the slopes stay as they are, and so would every later round
    iterations++;
    if (!stopping) continue;
    addRound(outerScores, trees.view(), (iterations - 1) * K, x, held);
    const loss = lossOutside();
    if (loss < best - settings.tolerance) {
      best = loss;
      bestIterations = iterations;
    }
    if (iterations - bestIterations >= settings.patience) break;
  }
  const keep = stopping ? bestIterations : iterations;
  const notes: string[] = [];
  if (iterations === 0)
    notes.push(
      `Boosting found nothing to split in ${kept.length} rows, so it predicts the shares of the classes: ` +
        `a split needs a column that is not constant and minSamplesLeaf (${settings.minSamplesLeaf}) rows on either side. ` +
        "With few rows lower minSamplesLeaf, or take a linear classifier.",
    );
  else if (keep === 0)
    notes.push(
      `Boosting predicts the shares of the classes: none of ${iterations} rounds lowered the loss on the ${held.length} rows held out.`,
    );
  return {
    kind: "boosting",
    classCount,
    classes,
    columns: x.names.length,
    baseline,
    iterations: keep,
    trees: trees.finish(keep * K),
    notes,
  };
}

function stopsEarly(
  { earlyStopping, validationFraction }: Settings,
  rows: Int32Array,
  training: TrainingRows,
): boolean {
  if (earlyStopping !== "auto") return earlyStopping;
  const counts = new Int32Array(training.classes.length);
  for (const row of rows) counts[training.target[row]]++;
  return rows.length > AUTO_ROWS && validationFraction * Math.min(...counts) >= AUTO_HELD;
}

/** Labels and weights of those rows. */
function gather({ target, weights }: TrainingRows, rows: Int32Array) {
  const ownWeights = Float64Array.from(rows, (row) => weights[row]);
  return { target: rows.map((row) => target[row]), weights: ownWeights, total: ownWeights.reduce((a, b) => a + b, 0) };
}

/** Adds one round's trees, from tree number `first` on, to the scores of those rows. */
function addRound(
  scores: Float64Array[],
  trees: Trees,
  first: number,
  { values, names }: FeatureTable,
  rows: Int32Array,
): void {
  for (const [k, column] of scores.entries())
    for (let i = 0; i < rows.length; i++)
      column[i] += trees.leaves[leafOf(trees, first + k, values, rows[i] * names.length)];
}
