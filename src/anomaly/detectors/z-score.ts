import { z } from "zod";
import { expectColumns } from "../../classify/base/checks.js";
import { pack, unpack } from "../../classify/base/packed.js";
import { columnScaling } from "../../classify/base/training-rows.js";
import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";

/** Mean and deviation of every column of a training table, as plain JSON: packed float64 numbers. */
export const zScoreState = z.strictObject({ columns: z.int().min(1), mean: z.string(), scale: z.string() });
export type ZScoreState = z.infer<typeof zScoreState>;

/** @throws {DataError} that names column and row of a value that is not finite */
export function fitZScore(x: FeatureTable): ZScoreState {
  const { mean, scale } = columnScaling("z-score", x);
  return { columns: x.names.length, mean: pack("float64", mean), scale: pack("float64", scale) };
}

/**
 * The largest absolute standardised value of each row, [rows], from 0 up. A column that was constant in training counts in
 * its own unit.
 * @throws {ShapeError} for another number of columns than the training table had
 * @throws {DataError} for a value that is not finite
 */
export function zScores(state: ZScoreState, x: FeatureTable): Float64Array {
  const { columns } = state;
  expectColumns("z-score", x, columns);
  expectFinite("z-score", x, columnSums(x));
  const [mean, scale] = [unpack("float64", state.mean), unpack("float64", state.scale)];
  const scores = new Float64Array(x.rows);
  for (let row = 0, k = 0; row < x.rows; row++) {
    let most = 0;
    for (let c = 0; c < columns; c++, k++) most = Math.max(most, Math.abs(x.values[k] - mean[c]) / scale[c]);
    scores[row] = most;
  }
  return scores;
}
