/** Draws that are measured at once. Their counts of a unit stand side by side, so that one look finds them all. */
export const LANES = 8;

/**
 * A measure on draws of cases. Draw d counts unit u (a case, or all cases of a group) counts[u * LANES + d] times.
 * @param counts [units, LANES]
 * @param values [LANES], out; NaN: no value
 */
export type Weighted = (counts: Int32Array, values: Float64Array) => void;

/**
 * How often the cases of each part of a list count, by draw.
 * @param list cases, one part after another
 * @param ends [parts], where each part ends in the list
 * @param unitOf [cases], the unit of each case; absent: each is its own
 * @returns [parts, LANES], valid until the next call
 */
export function partSums(list: Int32Array, ends: ArrayLike<number>, unitOf?: Int32Array) {
  const units = unitOf ? list.map((n) => unitOf[n]) : list;
  const upTo = Int32Array.from(ends);
  const sums = new Int32Array(upTo.length * LANES);
  return (counts: Int32Array): Int32Array => {
    addUp(sums, counts, units, upTo);
    return sums;
  };
}

/** Whole numbers, so their order does not matter. LANES sums are kept in variables. */
function addUp(sums: Int32Array, counts: Int32Array, units: Int32Array, ends: Int32Array): void {
  let k = 0;
  for (let p = 0; p < ends.length; p++) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (; k < ends[p]; k++) {
      const at = units[k] * LANES;
      s0 += counts[at];
      s1 += counts[at + 1];
      s2 += counts[at + 2];
      s3 += counts[at + 3];
      s4 += counts[at + 4];
      s5 += counts[at + 5];
      s6 += counts[at + 6];
      s7 += counts[at + 7];
    }
    const to = p * LANES;
    sums[to] = s0;
    sums[to + 1] = s1;
    sums[to + 2] = s2;
    sums[to + 3] = s3;
    sums[to + 4] = s4;
    sums[to + 5] = s5;
    sums[to + 6] = s6;
    sums[to + 7] = s7;
  }
}

/** The value where case n counts counts[n] times. */
export function valueWhere(weighted: Weighted, counts: ArrayLike<number>): number {
  const lanes = new Int32Array(counts.length * LANES);
  for (let n = 0; n < counts.length; n++) lanes[n * LANES] = counts[n];
  const values = new Float64Array(LANES);
  weighted(lanes, values);
  return values[0];
}
