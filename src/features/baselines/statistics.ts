import { oneHotColumns } from "../../network/batch/one-hot-columns.js";
import { countOf, isObserved, lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { checkSequences, type Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { finiteFeatures } from "../../table/finite.js";
import { tableOfPieces } from "./table-of-pieces.js";

const NUMERIC = ["mean", "std", "min", "max", "first", "last", "slope", "change", "missing"] as const;

/**
 * What a spreadsheet would say of each series, per numeric channel over its observed values: mean, standard
 * deviation (population), min, max, first, last, slope (least squares, per step), mean absolute change, share
 * missing; per category the share of steps and whether it is the last; and the length. Nothing observed: zeros, and
 * all missing.
 * @throws {DataError} for a set that is not sound, or a case whose features are not finite
 */
export function statisticsFeatures(set: Sequences): FeatureTable {
  checkSequences(set, "statisticsFeatures");
  return tableOfPieces(set, statisticsOf);
}

function statisticsOf(set: SequenceSet): FeatureTable {
  const { groups } = oneHotColumns(set.channels);
  const names: string[] = ["length"];
  for (const [c, { channel, kind }] of groups.entries()) {
    const { vocabulary = [] } = set.channels[c];
    if (kind === "numeric") names.push(...NUMERIC.map((name) => `${channel}_${name}`));
    else names.push(...vocabulary.flatMap((word) => [`${channel}=${word}_share`, `${channel}=${word}_last`]));
  }
  const N = countOf(set);
  const C = set.channels.length;
  const values = new Float32Array(N * names.length);
  for (let n = 0; n < N; n++) {
    let at = n * names.length;
    values[at++] = lengthOf(set, n);
    for (let c = 0; c < C; c++) {
      const { kind, width } = groups[c];
      const observed: { t: number; value: number }[] = [];
      for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++)
        if (isObserved(set, s * C + c)) observed.push({ t: s - set.offsets[n], value: set.values[s * C + c] });
      if (kind === "numeric") {
        if (observed.length > 0) values.set(describe(observed, lengthOf(set, n)), at);
        else values[at + NUMERIC.indexOf("missing")] = 1;
        at += NUMERIC.length;
      } else {
        observed.forEach(({ value }, k) => {
          values[at + 2 * value] += 1 / observed.length;
          if (k === observed.length - 1) values[at + 2 * value + 1] = 1;
        });
        at += 2 * width;
      }
    }
  }
  return finiteFeatures("statisticsFeatures", { values, names, rows: N }, set);
}

/** In the order of NUMERIC. */
function describe(observed: readonly { t: number; value: number }[], length: number): number[] {
  const count = observed.length;
  const first = observed[0].value;
  const last = observed[count - 1].value;
  let sum = 0;
  let time = 0;
  let change = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  observed.forEach(({ t, value }, k) => {
    sum += value;
    time += t;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (k > 0) change += Math.abs(value - observed[k - 1].value);
  });
  const mean = sum / count;
  const middle = time / count;
  let squares = 0;
  let products = 0;
  let spread = 0;
  for (const { t, value } of observed) {
    squares += (value - mean) ** 2;
    products += (t - middle) * (value - mean);
    spread += (t - middle) ** 2;
  }
  const slope = spread > 0 ? products / spread : 0;
  return [
    mean,
    Math.sqrt(squares / count),
    min,
    max,
    first,
    last,
    slope,
    change / Math.max(1, count - 1),
    1 - count / length,
  ];
}
