// The library for Node and the browser. A verb does something; a noun makes the table, classifier or list of that name.
// What needs files is in "undertone/node", the page of a comparison in "undertone/report".

export type { AnomalyOptions } from "./anomaly/anomaly-options.js";
export type { AnomalyState, AnomalyThreshold } from "./anomaly/anomaly-state.js";
export type { DetectorName } from "./anomaly/detectors/detectors.js";
export { type FitAnomalyOptions, type FittedAnomaly, fitAnomaly } from "./anomaly/fit-anomaly.js";
export {
  type AnomalyPredictor,
  type AnomalyScores,
  type AnomalySteps,
  openAnomaly,
} from "./anomaly/open-anomaly.js";
export type { ThresholdRule } from "./anomaly/threshold.js";
export type { Classifier, ClassWeight, FittedClassifier } from "./classify/base/classifier.js";
export { type Calibration, type CalibrationState, loadCalibration } from "./classify/calibration/calibration.js";
export { type CalibrationOptions, fitCalibration } from "./classify/calibration/fit-calibration.js";
export { type ClassifierName, type ClassifierState, loadClassifier } from "./classify/classifiers.js";
export type { Explanation, ScoreUnit } from "./classify/explain/explanation.js";
export { type Contribution, topContributions } from "./classify/explain/top-contributions.js";
export { explainClassifier } from "./classify/explain-classifier.js";
export type { LinearState } from "./classify/linear/linear-model.js";
export { logisticRegression } from "./classify/linear/logistic.js";
export { ridgeClassifier } from "./classify/linear/ridge.js";
export { kNearestNeighbours, type NeighboursOptions, type NeighboursState } from "./classify/neighbours/neighbours.js";
export type { BoostingState } from "./classify/trees/boosted-classifier.js";
export { type BoostingOptions, histogramGradientBoosting } from "./classify/trees/boosting.js";
export { type RandomForestOptions, type RandomForestState, randomForest } from "./classify/trees/random-forest.js";
export type { PackedTrees } from "./classify/trees/trees.js";
export type { Engine } from "./engine/engine.js";
export { type EngineName, loadEngine } from "./engine/load.js";
export {
  ArtefactError,
  DataError,
  EngineError,
  OptionError,
  ShapeError,
  TrainingError,
  UndertoneError,
} from "./errors.js";
export type * from "./evaluate/anomaly/anomaly-comparison.js";
export type { CompareAnomalyOptions } from "./evaluate/anomaly/anomaly-options.js";
export { compareAnomaly } from "./evaluate/anomaly/compare-anomaly.js";
export { compare } from "./evaluate/compare.js";
export type { CompareOptions } from "./evaluate/comparison/compare-options.js";
export type * from "./evaluate/comparison/comparison.js";
export type { ResultStore } from "./evaluate/comparison/result-store.js";
export { type Metrics, type Predictions, scorePredictions } from "./evaluate/metrics/metrics.js";
export { averagePrecision } from "./evaluate/metrics/ranking.js";
export type { ResampledTest } from "./evaluate/metrics/resampled-t-test.js";
export type { Resample, ResamplePlan } from "./evaluate/plan/resample.js";
export { type AggregateOptions, aggregateFeatures } from "./features/baselines/aggregates.js";
export type { EventColumns } from "./features/baselines/event-columns.js";
export {
  fitRandomConvolutions,
  type RandomConvolutions,
  transformRandomConvolutions,
} from "./features/baselines/random-convolutions.js";
export { rawFeatures, rawLength } from "./features/baselines/raw.js";
export type { SeriesScale } from "./features/baselines/series-scale.js";
export { statisticsFeatures } from "./features/baselines/statistics.js";
export { type EncodeOptions, encode } from "./features/encode.js";
export { type FitAutoencoderOptions, fitAutoencoder } from "./features/fit-autoencoder.js";
export { fitReadOuts } from "./features/fit-read-outs.js";
export { decodeModel, encodeModel } from "./features/model-bytes.js";
export { type ReadOut, readOuts } from "./features/read-outs/read-outs.js";
export { residualFeatures } from "./features/residual-features.js";
export { type Selection, selectByLeaveOneOut } from "./features/sets/feature-tables.js";
export type { HistoryEntry } from "./model/history.js";
export type { ModelMetadata } from "./model/metadata.js";
export type { Model } from "./model/model.js";
export type { Preparation, PrepareOptions } from "./model/prepare.js";
export { openStepper, type Stepper } from "./model/stepper.js";
export type { TrainState } from "./model/training-state.js";
export { type Recipe, type RecipeOptions, recipes } from "./network/spec/recipes.js";
export type { AutoencoderSpec, LayerSpec } from "./network/spec/spec.js";
export type { About } from "./predict/about.js";
export type { CasesToScore } from "./predict/cases.js";
export { type Detector, decodeDetector } from "./predict/detector.js";
export type { Reasons } from "./predict/explain.js";
export { fitPredictor } from "./predict/fit-predictor.js";
export type { PredictorOptions } from "./predict/options.js";
export { decodePredictor, type Predictor, type Scored } from "./predict/predictor.js";
export { describeSet, type SetDescription } from "./sequences/inspect/inspect.js";
export { checkLeakage, type LeakageReport } from "./sequences/inspect/leakage.js";
export { checkSequenceSet } from "./sequences/set/check.js";
export {
  type Channel,
  countOf,
  type DataSource,
  type EventDetails,
  isObserved,
  type KeptColumn,
  type SequenceSet,
  selectSequences,
} from "./sequences/set/sequence-set.js";
export { type Cell, type SequencesFromOptions, sequencesFrom } from "./sequences/set/sequences-from.js";
export { splitGrouped, splitStratified } from "./sequences/set/split.js";
export { type InterpolationMethod, interpolate } from "./sequences/transform/interpolate.js";
export { type NoisyCopiesOptions, noisyCopies } from "./sequences/transform/noisy-copies.js";
export { resampleToGrid } from "./sequences/transform/resample.js";
export {
  fitScaler,
  type ScaleMethod,
  type Scaler,
  scaleSequences,
  unscaleSequences,
} from "./sequences/transform/scale.js";
export { addTimeChannels } from "./sequences/transform/time-channels.js";
export { lastWindows } from "./sequences/transform/window.js";
export { balanceBlocks } from "./table/blocks.js";
export type { FeatureTable } from "./table/feature-table.js";
export { fitPca, type Pca, transformPca } from "./table/pca.js";
export { type DataOrigin, untrainedAutoencoder } from "./train/fit.js";
export type { FitOptions, TrainOptions } from "./train/options.js";
export type { TrainHooks, TrainProgress } from "./train/train.js";
