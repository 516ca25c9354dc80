import { z } from "zod";
import { DataError } from "../../errors.js";
import { oneHotColumns } from "../../network/batch/one-hot-columns.js";
import { placeOf } from "../../sequences/set/check.js";
import { isObserved, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { interpolate } from "../../sequences/transform/interpolate.js";
import { MOST_SCALED } from "../../sequences/transform/scaled-values.js";

/** Mean and spread of every column of a training part; categories are one-hot columns. Plain JSON. */
export const seriesScaleSchema = z.object({
  /** [columns] */
  columns: z.array(z.string()),
  mean: z.array(z.number()),
  /** Population standard deviation; 1 for a constant column. */
  scale: z.array(z.number()),
});
export type SeriesScale = z.infer<typeof seriesScaleSchema>;

/** Series as rows of comparable numbers. */
export interface ScaledSeries {
  width: number;
  offsets: Int32Array;
  /** [total steps, width], row-major. What could not be interpolated is 0, the training mean. */
  values: Float32Array;
}

/** Statistics over all steps of all series, after interpolation. */
export function fitSeriesScale(train: SequenceSet): SeriesScale {
  const { names, width, visit } = columnValues(train);
  const count = new Float64Array(width);
  const mean = new Float64Array(width);
  visit((_, column, value) => {
    count[column]++;
    mean[column] += value;
  });
  for (let c = 0; c < width; c++) mean[c] /= Math.max(1, count[c]);
  const squares = new Float64Array(width);
  visit((_, column, value) => {
    squares[column] += (value - mean[column]) ** 2;
  });
  const scale = Array.from(squares, (sum, c) => (sum > 0 ? Math.sqrt(sum / count[c]) : 1));
  return { columns: names, mean: Array.from(mean), scale };
}

/** @throws {DataError} if the columns are not those that were fitted, or a value is too far from them */
export function scaleSeries({ columns, mean, scale }: SeriesScale, set: SequenceSet): ScaledSeries {
  const { names, width, visit } = columnValues(set);
  if (names.length !== columns.length || names.some((name, c) => name !== columns[c]))
    throw new DataError(
      `The channels give the columns ${names.slice(0, 20).join(", ")}, expected ${columns.slice(0, 20).join(", ")}, as in the training part. ` +
        "Read both parts with the same options.",
    );
  const values = new Float32Array(set.offsets[set.offsets.length - 1] * width);
  visit((step, column, value, k) => {
    const scaled = (value - mean[column]) / scale[column];
    if (!(Math.abs(scaled) <= MOST_SCALED))
      throw new DataError(
        `${placeOf(set, k)}: got ${value}, which is ${scaled} when scaled, expected at most ${MOST_SCALED}: 32-bit floats cannot add up larger ones. Correct the value, or mark it as missing.`,
      );
    values[step * width + column] = scaled;
  });
  return { width, offsets: set.offsets, values };
}

/**
 * Hands over every value there is after interpolation: its step, counted over the whole set, its column, and where it
 * stands in the set's values.
 */
function columnValues(set: SequenceSet) {
  const { groups, width } = oneHotColumns(set.channels);
  const names = groups.flatMap(({ channel, kind }, c) =>
    kind === "numeric" ? [channel] : set.channels[c].vocabulary!.map((word) => `${channel}=${word}`),
  );
  const even = interpolate(set, "linear");
  const C = groups.length;
  const steps = set.offsets[set.offsets.length - 1];
  const visit = (see: (step: number, column: number, value: number, k: number) => void) => {
    for (let step = 0; step < steps; step++)
      for (let c = 0; c < C; c++) {
        if (!isObserved(even, step * C + c)) continue;
        const value = even.values[step * C + c];
        const { kind, start, width } = groups[c];
        if (kind === "numeric") see(step, start, value, step * C + c);
        else for (let k = 0; k < width; k++) see(step, start + k, k === value ? 1 : 0, step * C + c);
      }
  };
  return { names, width, visit };
}
