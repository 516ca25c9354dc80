import { DataError } from "../../errors.js";
import { countOf, isObserved, type SequenceSet } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import type { SparseRows } from "../../table/sparse-rows.js";

/** Steps of an n-gram, at most. */
export const LONGEST = 3;
/** N-grams are told apart by so many bits of their hash. */
const BUCKETS = 1 << 18;
/** Columns of the dense table. */
export const DENSE = 1024;

/** What is known of the n-grams of a training part. */
export interface FittedNgrams {
  /** [buckets], the column of each, -1 for none. */
  columns: Int32Array;
  /** [columns], ln((1 + cases) / (1 + cases that have it)) + 1 */
  idf: Float64Array;
  /** Columns of the dense table, ascending: those that most cases have. */
  common: Int32Array;
}

/**
 * Counts in how many training cases each n-gram of 1 to 3 tokens stands. Tokens are known by their texts, so the order
 * of a vocabulary means nothing. Of n-grams with the same hash, which are few, nobody can tell them apart.
 * @throws {DataError} if no case has a token
 */
export function fitNgrams(train: SequenceSet): FittedNgrams {
  const cases = new Int32Array(BUCKETS);
  eachCase(train, (buckets) => {
    for (const bucket of buckets.keys()) cases[bucket]++;
  });
  const columns = new Int32Array(BUCKETS).fill(-1);
  const found: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) if (cases[bucket] > 0) columns[bucket] = found.push(bucket) - 1;
  if (found.length === 0)
    throw new DataError(
      "ngrams: no case of the training part has a token, expected some. Check which column is read as text.",
    );
  const N = countOf(train);
  const idf = Float64Array.from(found, (bucket) => Math.log((1 + N) / (1 + cases[bucket])) + 1);
  const ranked = Int32Array.from(found, (_, c) => c).sort((a, b) => cases[found[b]] - cases[found[a]] || a - b);
  return { columns, idf, common: ranked.slice(0, DENSE).sort() };
}

/** The bucket of each column, ascending: with it `ngramColumns` makes the columns again. */
export function ngramBuckets({ columns }: FittedNgrams): Int32Array {
  return Int32Array.from(columns.keys()).filter((bucket) => columns[bucket] >= 0);
}

/** @throws {Error} in a few words for buckets that are none, or do not ascend */
export function ngramColumns(buckets: Int32Array): Int32Array {
  const columns = new Int32Array(BUCKETS).fill(-1);
  buckets.forEach((bucket, c) => {
    if (!(bucket > (buckets[c - 1] ?? -1) && bucket < BUCKETS)) throw new Error("buckets that do not ascend");
    columns[bucket] = c;
  });
  return columns;
}

/**
 * Tf-idf of each case: (1 + ln count) * idf of the n-grams that the training part has, as a vector of length 1; a case
 * without any has zeros.
 */
export function ngramRows(set: SequenceSet, { columns, idf }: FittedNgrams): SparseRows {
  const N = countOf(set);
  const starts = new Int32Array(N + 1);
  const places: Int32Array[] = [];
  const weights: Float32Array[] = [];
  eachCase(set, (buckets, n) => {
    const row = [...buckets]
      .map(([bucket, count]) => ({ column: columns[bucket], count }))
      .filter(({ column }) => column >= 0)
      .sort((a, b) => a.column - b.column);
    const values = row.map(({ column, count }) => (1 + Math.log(count)) * idf[column]);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    places.push(Int32Array.from(row, ({ column }) => column));
    weights.push(Float32Array.from(values, (value) => value / length));
    starts[n + 1] = starts[n] + row.length;
  });
  const rows: SparseRows = {
    rows: N,
    width: idf.length,
    starts,
    columns: new Int32Array(starts[N]),
    values: new Float32Array(starts[N]),
  };
  places.forEach((place, n) => {
    rows.columns.set(place, starts[n]);
    rows.values.set(weights[n], starts[n]);
  });
  return rows;
}

/** The columns of the n-grams that most training cases have, for what reads dense tables. */
export function commonNgrams({ rows, starts, columns, values }: SparseRows, { common }: FittedNgrams): FeatureTable {
  const width = common.length;
  const places = new Map(Array.from(common, (column, k) => [column, k]));
  const dense = new Float32Array(rows * width);
  for (let n = 0; n < rows; n++)
    for (let k = starts[n]; k < starts[n + 1]; k++) {
      const place = places.get(columns[k]);
      if (place !== undefined) dense[n * width + place] = values[k];
    }
  return { values: dense, names: Array.from(common, (column) => `ngram_${column}`), rows };
}

/** Calls `visit` with how often each bucket stands in each case. A missing token ends an n-gram. */
function eachCase(set: SequenceSet, visit: (buckets: Map<number, number>, n: number) => void): void {
  const { values, offsets, channels } = set;
  const hashes = (channels[0].vocabulary ?? []).map(hashText);
  const grams = new Int32Array(LONGEST); // of 1, 2, ... steps up to this one
  for (let n = 0; n < countOf(set); n++) {
    const buckets = new Map<number, number>();
    let run = 0; // tokens without a gap
    for (let s = offsets[n]; s < offsets[n + 1]; s++) {
      run = isObserved(set, s) ? run + 1 : 0;
      for (let length = Math.min(run, LONGEST); length > 0; length--) {
        const before = length === 1 ? 0 : grams[length - 2];
        const hash = mix(Math.imul(before, 31) + hashes[values[s]] + length);
        grams[length - 1] = hash;
        const bucket = hash & (BUCKETS - 1);
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      }
    }
    visit(buckets, n);
  }
}

/** FNV-1a over the units of a text, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return hash;
}

/** The last step of MurmurHash3: every bit of the input moves half of the output. */
function mix(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
