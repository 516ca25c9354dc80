// What the programs in bench/ and test/ use of the built package and the library does not export. It is not published.
export { DEMO, DEMO_READING } from "./cli/demo.js";
export { engineNames } from "./engine/load.js";
export { correctedResampledTest, criticalT, redrawnTest } from "./evaluate/metrics/resampled-t-test.js";
export { planResamples } from "./evaluate/plan/resample.js";
export { splitList } from "./features/sets/expression.js";
export { stepErrors } from "./features/step-errors.js";
export { decodeSafetensors, encodeSafetensors } from "./files/safetensors.js";
export { writeFileAtomically } from "./files/write-file.js";
export { findRecipe } from "./network/spec/recipes.js";
export { type Random, randomStream } from "./random.js";
export { writeTransactionsCsv } from "./simulate/csv.js";
export { createEncodeRun } from "./speed/encode-run.js";
export { median } from "./speed/timing.js";
export { createTrainingRun } from "./speed/training-run.js";
export {
  countFlops,
  encodeCopies,
  equalLengths,
  raggedLengths,
  randomSequences,
  type SpeedShape,
} from "./speed/workload.js";
export { selectColumns } from "./table/feature-table.js";
export { VERSION } from "./version.js";
