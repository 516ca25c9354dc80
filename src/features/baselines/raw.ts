import { oneHotColumns } from "../../network/batch/one-hot-columns.js";
import { expectOneOf, expectWhole } from "../../options.js";
import { countOf, isObserved, lengthOf, longestOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { checkSequences, isWindowed, type Sequences, shortenWindows } from "../../sequences/set/windowed-set.js";
import { interpolate } from "../../sequences/transform/interpolate.js";
import { resampleToLength } from "../../sequences/transform/resample.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { finiteFeatures } from "../../table/finite.js";
import { tableOfPieces } from "./table-of-pieces.js";

/** More numbers per case than this would only slow a linear classifier down. */
const MAX_RAW = 4096;

/**
 * The series themselves as features, [N, T * columns]: the strongest simple baseline. Missing values are
 * interpolated. Series are resampled to the length T; windows of events (`align: "end"`) are not stretched but
 * padded with zeros in front, so that the last event is always in the same column. Categories are one-hot.
 *
 * @param T length of the longest training series, or less
 * @throws {DataError} for a set that is not sound
 */
export function rawFeatures(set: Sequences, T: number, align: "stretch" | "end" = "stretch"): FeatureTable {
  expectWhole("rawFeatures", "T", T, 1);
  expectOneOf("rawFeatures", "align", align, ["stretch", "end"]);
  checkSequences(set, "rawFeatures");
  const gapless = isWindowed(set) && align === "end" && !set.whole.observed; // a gap is filled from the steps before
  return tableOfPieces(gapless ? shortenWindows(set, T) : set, (piece) => rawOf(piece, T, align));
}

function rawOf(set: SequenceSet, T: number, align: "stretch" | "end"): FeatureTable {
  const { groups, width } = oneHotColumns(set.channels);
  const even = align === "stretch" ? resampleToLength(set, T) : interpolate(set, "linear");
  const C = set.channels.length;
  const N = countOf(set);
  const names: string[] = [];
  for (let t = 0; t < T; t++)
    for (const group of groups)
      for (let k = 0; k < group.width; k++)
        names.push(
          `${group.channel}${group.width > 1 ? `=${set.channels[groups.indexOf(group)].vocabulary?.[k]}` : ""}_${t - (align === "end" ? T - 1 : 0)}`,
        );
  const values = new Float32Array(N * T * width);
  for (let n = 0; n < N; n++) {
    const length = Math.min(T, lengthOf(even, n));
    const first = even.offsets[n + 1] - length;
    for (let t = 0; t < length; t++)
      for (let c = 0; c < C; c++) {
        const from = (first + t) * C + c;
        if (!isObserved(even, from)) continue;
        const { kind, start } = groups[c];
        const to = (n * T + T - length + t) * width + start;
        if (kind === "numeric") values[to] = even.values[from];
        else values[to + even.values[from]] = 1;
      }
  }
  return finiteFeatures("rawFeatures", { values, names, rows: N }, set);
}

/** The length that raw features of a training set take. */
export function rawLength(train: Sequences): number {
  return Math.max(1, Math.min(longestOf(train), Math.floor(MAX_RAW / oneHotColumns(train.channels).width)));
}
