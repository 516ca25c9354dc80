import type { ColumnGroup } from "../network/batch/one-hot-columns.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { eachError, type Reconstruction } from "./reconstruction-errors.js";
import { type DecodedBatch, predictionOf, reconstructionOf } from "./residual-columns.js";

/**
 * Writes for each step of a batch the error of each channel, then, with a head that predicts the next step, the error of
 * predicting it; NaN where there is nothing to compare.
 * @param set prepared
 * @param rows [steps of the set, width]
 */
export function writeStepErrors(
  decoded: DecodedBatch,
  groups: readonly ColumnGroup[],
  { offsets }: Pick<SequenceSet, "offsets">,
  { rows, width }: { rows: Float32Array; width: number },
): void {
  const { batch, indices } = decoded;
  const first = Int32Array.from({ length: batch.B }, (_, b) => offsets[indices[batch.order[b]]]);
  for (let b = 0; b < batch.B; b++) {
    const n = indices[batch.order[b]];
    rows.fill(Number.NaN, offsets[n] * width, offsets[n + 1] * width);
  }
  const write = (made: Reconstruction, later: number, before: number) =>
    groups.forEach((group, c) => {
      eachError(made, group, (t, b, error) => {
        rows[(first[b] + t + later) * width + before + c] = error;
      });
    });
  write(reconstructionOf(decoded, groups), 0, 0);
  const prediction = predictionOf(decoded, groups);
  if (prediction) write(prediction, 1, groups.length);
}
