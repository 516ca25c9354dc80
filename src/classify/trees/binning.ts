import type { FeatureTable } from "../../table/feature-table.js";

/** Columns as small codes: bins of about equally many rows, in the order of their values. */
export interface BinnedColumns {
  rows: number;
  /** The table's columns with more than one value, ascending. The others are left out. */
  columns: Int32Array;
  /** [columns, rows], column-major; the bin of each value. A missing value has the last bin of its column. */
  codes: Uint8Array;
  /** [columns + 1], where each column's bins start among all bins. */
  offsets: Int32Array;
  /** [columns], 1 where the last bin is that of missing values. */
  hasMissing: Uint8Array;
  /** [all bins], smallest and largest training value; NaN for missing. */
  low: Float64Array;
  high: Float64Array;
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Codes are bytes, and one is kept for missing values. */
export const MAX_BINS = 255;

/**
 * Bins every column of the given rows. A column of at most `maxBins` distinct values gets a bin for each; in any
 * other a value as frequent as an equal share of the rows gets its own bin, and the rest is cut so that each bin
 * holds its share of what is still to come. All rows are read, not a sample. NaN is missing; infinite values are
 * the outermost.
 *
 * @param rows which rows of the table; row i of the codes is rows[i]
 */
export function binColumns(x: FeatureTable, rows: Int32Array, maxBins = MAX_BINS): BinnedColumns {
  const n = rows.length;
  const F = x.names.length;
  const sorter = columnSorter(n);
  const columns: number[] = [];
  const offsets = [0];
  const hasMissing: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  let codes = new Uint8Array(n * F);
  for (let column = 0; column < F; column++) {
    const present = sorter.sort(x.values, F, column, rows);
    const missing = n - present;
    const { sorted, order } = sorter;
    const first = low.length;
    const from = columns.length * n;
    if (missing > 0) codes.fill(MAX_BINS, from, from + n); // until the number of bins is known
    assignBins({ low, high, codes, from }, sorted, order, present, maxBins);
    if (low.length - first + (missing > 0 ? 1 : 0) < 2) {
      low.length = first;
      high.length = first;
      continue;
    }
    if (missing > 0) {
      const code = low.length - first;
      if (code < MAX_BINS) for (let i = from; i < from + n; i++) if (codes[i] === MAX_BINS) codes[i] = code;
      low.push(Number.NaN);
      high.push(Number.NaN);
    }
    columns.push(column);
    hasMissing.push(missing > 0 ? 1 : 0);
    offsets.push(low.length);
  }
  if (columns.length < F) codes = codes.slice(0, columns.length * n);
  return {
    rows: n,
    columns: new Int32Array(columns),
    codes,
    offsets: new Int32Array(offsets),
    hasMissing: new Uint8Array(hasMissing),
    low: new Float64Array(low),
    high: new Float64Array(high),
  };
}

/** A number for values as they come: bins up to `left` are at or below it, those from `right` on above. */
export function thresholdBetween({ low, high }: BinnedColumns, left: number, right: number): number {
  const a = high[left];
  const b = low[right];
  if (Number.isNaN(b)) return Number.POSITIVE_INFINITY; // every value there is against missing
  if (Number.isFinite(a) && Number.isFinite(b)) return (a + b) / 2; // of two float32: exact in float64
  if (Number.isFinite(b)) return a; // minus infinity against the rest
  return Number.isFinite(a) ? LARGEST_FLOAT32 : 0; // the rest against infinity, or minus infinity against it
}

/** Appends one column's bins to `low` and `high` and writes the codes of its rows. */
function assignBins(
  { low, high, codes, from }: { low: number[]; high: number[]; codes: Uint8Array; from: number },
  sorted: Float32Array,
  order: Int32Array,
  present: number,
  maxBins: number,
): void {
  const first = low.length;
  const runs = countRuns(sorted, present, maxBins);
  // a bin for each value, or for frequent ones; the others share the bins that are left
  let { frequent, others } = runs.distinct <= maxBins ? { frequent: runs.distinct, others: 0 } : runs;
  const limit = runs.distinct <= maxBins ? 1 : runs.limit;
  let inBin = 0;
  let share = 0;
  let wasFrequent = true;
  for (let start = 0, end = 0; start < present; start = end) {
    const value = sorted[start];
    while (end < present && sorted[end] === value) end++;
    const count = end - start;
    const isFrequent = count >= limit;
    const bins = low.length - first;
    const room = isFrequent || bins + frequent < maxBins;
    if (bins === 0 || (room && (isFrequent || wasFrequent || inBin >= share))) {
      if (!isFrequent) share = others / (maxBins - bins - frequent);
      inBin = 0;
      low.push(value);
      high.push(value);
    }
    const code = low.length - first - 1;
    high[first + code] = value;
    inBin += count;
    wasFrequent = isFrequent;
    if (isFrequent) frequent--;
    else others -= count;
    for (let i = start; i < end; i++) codes[from + order[i]] = code;
  }
}

/** Distinct values; how many of them are as frequent as a bin of equal shares, and the rows of all others. */
function countRuns(sorted: Float32Array, length: number, maxBins: number) {
  const limit = length / maxBins;
  let distinct = 0;
  let frequent = 0;
  let others = length;
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && sorted[end] === sorted[start]) end++;
    distinct++;
    if (end - start < limit) continue;
    frequent++;
    others -= end - start;
  }
  return { distinct, frequent, others, limit };
}

/** Sorts one column after another in the same memory: radix sort of the bits of float32, 11 at a time. */
function columnSorter(n: number) {
  let keys = new Uint32Array(n);
  let order = new Int32Array(n);
  let keysTo = new Uint32Array(n);
  let orderTo = new Int32Array(n);
  const sorted = new Float32Array(n);
  const bits = new Uint32Array(sorted.buffer);
  const counts = new Int32Array(3 * 2048);
  return {
    /** The values that are not missing, ascending. */
    sorted,
    /** Where each of them stands among the rows. */
    order,
    /** Returns how many values are not missing. */
    sort(values: Float32Array, F: number, column: number, rows: Int32Array): number {
      let present = 0;
      for (let i = 0; i < n; i++) {
        const value = values[rows[i] * F + column];
        if (Number.isNaN(value)) continue;
        sorted[present] = value + 0; // -0 becomes 0
        order[present++] = i;
      }
      counts.fill(0);
      for (let i = 0; i < present; i++) {
        // ascending as an unsigned number: flip the sign of positive floats, every bit of negative ones
        const key = (bits[i] ^ ((bits[i] >> 31) | 0x80000000)) >>> 0;
        keys[i] = key;
        counts[key & 2047]++;
        counts[2048 + ((key >>> 11) & 2047)]++;
        counts[4096 + (key >>> 22)]++;
      }
      for (let pass = 0; pass < 3; pass++) {
        const shift = 11 * pass;
        const base = 2048 * pass;
        for (let digit = 0, before = 0; digit < 2048; digit++) {
          const count = counts[base + digit];
          counts[base + digit] = before;
          before += count;
        }
        for (let i = 0; i < present; i++) {
          const to = counts[base + ((keys[i] >>> shift) & 2047)]++;
          keysTo[to] = keys[i];
          orderTo[to] = order[i];
        }
        [keys, keysTo] = [keysTo, keys];
        [order, orderTo] = [orderTo, order];
      }
      for (let i = 0; i < present; i++) bits[i] = keys[i] ^ (keys[i] >>> 31 === 1 ? 0x80000000 : 0xffffffff);
      this.order = order;
      return present;
    },
  };
}
