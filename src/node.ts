// What needs a file system: readers, model files, checkpoints, feature files.
export { ScatteredError } from "./errors.js";
export { resultFile } from "./evaluate/comparison/result-file.js";
export { type EncodedFile, type EncodeFileOptions, encodeFile } from "./features/encode-file.js";
export { type FitFileOptions, fitFile } from "./features/fit-file.js";
export { loadModel, saveModel } from "./features/model-file.js";
export { type DetectedFile, type DetectFileOptions, detectFile } from "./predict/detect-file.js";
export { type FitDetectorFileOptions, fitDetectorFile } from "./predict/fit-detector-file.js";
export { type FitPredictorFileOptions, fitPredictorFile } from "./predict/fit-predictor-file.js";
export { type PredictedFile, type PredictFileOptions, predictFile } from "./predict/predict-file.js";
export { loadDetector, loadPredictor, savePredictor } from "./predict/predictor-file.js";
export { type Input, readInPieces, readSource } from "./read/read.js";
export { readHistory } from "./read/read-history.js";
export type { History } from "./read/source/history.js";
export type { DataOptions } from "./read/source/options.js";
export type { Piece } from "./read/source/piece.js";
export type { RowLabels } from "./table/row-labels.js";
export { type FeatureFile, openFeatureFile, writeFeatures } from "./table/write-features.js";
export { loadCheckpoint, saveCheckpoint } from "./train/checkpoint.js";
