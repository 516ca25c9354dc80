import { isObserved, type SequenceSet } from "../set/sequence-set.js";

/** The observed points of one channel of one sequence; `at` ascends. */
export interface Curve {
  at: Float64Array;
  value: Float64Array;
}

/** The positions of the steps of sequence n: seconds where the set has times, else 0, 1, 2, ... */
export function positionsOf(set: SequenceSet, n: number): Float64Array {
  const from = set.offsets[n];
  const to = set.offsets[n + 1];
  return set.times ? set.times.subarray(from, to) : Float64Array.from({ length: to - from }, (_, t) => t);
}

/**
 * The observed points of channel f of sequence n.
 * @param positions [length of n], ascending
 */
export function curveOf(set: SequenceSet, n: number, f: number, positions: Float64Array): Curve {
  const F = set.channels.length;
  const from = set.offsets[n];
  const at = new Float64Array(positions.length);
  const value = new Float64Array(positions.length);
  let count = 0;
  for (let t = 0; t < positions.length; t++) {
    const k = (from + t) * F + f;
    if (!isObserved(set, k)) continue;
    at[count] = positions[t];
    value[count++] = set.values[k];
  }
  return { at: at.subarray(0, count), value: value.subarray(0, count) };
}

/**
 * The curve's values at `queries` (ascending): straight lines between neighbours, or the previous point held.
 * Outside the observed range the nearest point is taken. Of points at one and the same position the last counts.
 * @returns [queries.length], or undefined when the curve has no point
 */
export function sampleCurve(
  curve: Curve,
  queries: Float64Array,
  method: "linear" | "previous",
): Float64Array | undefined {
  const { at, value } = curve;
  const count = at.length;
  if (count === 0) return undefined;
  const sampled = new Float64Array(queries.length);
  let next = 0; // first point after the query
  for (let q = 0; q < queries.length; q++) {
    const x = queries[q];
    while (next < count && at[next] <= x) next++;
    if (next === 0) sampled[q] = value[0];
    else if (next === count || method === "previous") sampled[q] = value[next - 1];
    else {
      const part = (x - at[next - 1]) / (at[next] - at[next - 1]);
      sampled[q] = value[next - 1] + part * (value[next] - value[next - 1]);
    }
  }
  return sampled;
}
