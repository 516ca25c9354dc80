// What needs a file system: readers, model files, checkpoints, feature files.
export { resultFile } from "./evaluate/result-file.js";
export type { RowLabels } from "./features/row-labels.js";
export { type FeatureFile, openFeatureFile, writeFeatures } from "./features/write-features.js";
export { loadCheckpoint, saveCheckpoint } from "./model/checkpoint.js";
export { loadModel, saveModel } from "./model/model-file.js";
export { DATA_OPTIONS, type DataOptions } from "./read/options.js";
export type { Part } from "./read/part.js";
export { comesInPieces, readInPieces, readSource } from "./read/read.js";
