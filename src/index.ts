// The library for Node and the browser. What reads and writes files is in "undertone/node", the page of a comparison in
// "undertone/report".
export { type BoostingOptions, histogramGradientBoosting } from "./classify/boosting.js";
export type {
  BoostingState,
  Classifier,
  ClassifierState,
  ClassWeight,
  FittedClassifier,
  LinearState,
  NeighboursState,
  PackedTrees,
  RandomForestState,
} from "./classify/classifier.js";
export { loadClassifier } from "./classify/load.js";
export { logisticRegression } from "./classify/logistic.js";
export { kNearestNeighbours, type NeighboursOptions } from "./classify/neighbours.js";
export { type RandomForestOptions, randomForest } from "./classify/random-forest.js";
export { ridgeClassifier } from "./classify/ridge.js";
export type { Engine } from "./engine/engine.js";
export { type EngineName, engineNames, loadEngine } from "./engine/load.js";
export * from "./errors.js";
export type { ResultStore } from "./evaluate/answers.js";
export { type ClassifierName, classifierNames } from "./evaluate/classifiers.js";
export { compare } from "./evaluate/compare.js";
export type { CompareOptions } from "./evaluate/compare-options.js";
export type * from "./evaluate/comparison.js";
export { featureSets } from "./evaluate/feature-sets/feature-sets.js";
export { type Selection, selectByLeaveOneOut } from "./evaluate/feature-sets/select.js";
export { judgePredictions, type Metrics, type Predictions } from "./evaluate/metrics/metrics.js";
export { averagePrecision, rocAuc } from "./evaluate/metrics/ranking.js";
export { correctedResampledTest, type ResampledTest } from "./evaluate/metrics/resampled-t-test.js";
export { type Resample, type ResamplePlan, resamples } from "./evaluate/resamples/resample.js";
export { type AggregateOptions, aggregateFeatures } from "./features/aggregates.js";
export { type BlockScale, balanceBlocks, fitBlocks, transformBlocks } from "./features/blocks.js";
export { type EncodeOptions, encode } from "./features/encode.js";
export { errorFeatures } from "./features/errors.js";
export type { EventColumns } from "./features/event-columns.js";
export type { FeatureTable } from "./features/feature-table.js";
export { fitReadOuts } from "./features/fitted-read-out.js";
export { fitPca, type Pca, transformPca } from "./features/pca.js";
export {
  fitRandomConvolutions,
  type RandomConvolutions,
  transformRandomConvolutions,
} from "./features/random-convolutions.js";
export { rawFeatures, rawLength } from "./features/raw.js";
export { type ReadOut, readOuts } from "./features/read-outs.js";
export type { SeriesScale } from "./features/series-scale.js";
export { statisticsFeatures } from "./features/statistics.js";
export { type DataOrigin, type FitOptions, fit, untrained } from "./model/fit.js";
export { decodeModel, encodeModel, type Model, type ModelMetadata } from "./model/model.js";
export type { TrainOptions } from "./model/options.js";
export { type Preparation, type PrepareOptions, prepare } from "./model/prepare.js";
export {
  type AutoencoderSpec,
  type LayerSpec,
  type Recipe,
  type RecipeOptions,
  recipes,
} from "./model/spec.js";
export { openStepper, type Stepper } from "./model/stepper.js";
export type { TrainHooks, TrainProgress } from "./model/train.js";
export type { HistoryEntry, TrainState } from "./model/train-state.js";
export { concatSequences } from "./sequences/concat.js";
export { describeSet, type SetDescription } from "./sequences/inspect.js";
export { type InterpolationMethod, interpolate } from "./sequences/interpolate.js";
export { checkLeakage, type LeakageReport } from "./sequences/leakage.js";
export { type NoisyCopiesOptions, noisyCopies } from "./sequences/noisy-copies.js";
export { resampleToGrid, resampleToLength } from "./sequences/resample.js";
export {
  fitScaler,
  inverseTransform,
  type ScaleMethod,
  type Scaler,
  seriesStatistics,
  transform,
} from "./sequences/scale.js";
export {
  type Channel,
  checkSequenceSet,
  countOf,
  type DataSource,
  type EventDetails,
  isObserved,
  lengthOf,
  longestOf,
  type SequenceSet,
  selectSequences,
} from "./sequences/sequence-set.js";
export { splitGrouped, splitStratified } from "./sequences/split.js";
export { addTimeChannels } from "./sequences/time-channels.js";
export { lastWindows } from "./sequences/window.js";
export { simulateTransactions } from "./simulate/transactions.js";
