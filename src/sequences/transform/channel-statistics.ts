import { isObserved, type SequenceSet } from "../set/sequence-set.js";

/** What the observed values of one channel look like; mean, std, min and max are 0 when nothing was observed. */
export interface ChannelStatistics {
  /** Number of observed values. */
  observed: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
}

/**
 * Statistics of channel f over the steps [from, to), observed values only, in float64 and two passes.
 * @param f channel index
 * @param from first step, as in `set.offsets`
 */
export function channelStatistics(set: SequenceSet, f: number, from: number, to: number): ChannelStatistics {
  const F = set.channels.length;
  let observed = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let k = from * F + f; k < to * F; k += F) {
    if (!isObserved(set, k)) continue;
    const value = set.values[k];
    observed++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (observed === 0) return { observed, mean: 0, std: 0, min: 0, max: 0 };
  if (min === max) return { observed, mean: min, std: 0, min, max }; // exactly 0, not a rounding residue
  const mean = sum / observed;
  let squares = 0;
  for (let k = from * F + f; k < to * F; k += F) if (isObserved(set, k)) squares += (set.values[k] - mean) ** 2;
  return { observed, mean, std: Math.sqrt(squares / observed), min, max };
}

/** Steps of a 32-bit float that a deviation should have, at least. */
const FINE = 16;

/** Whether values differ so little against their size that 32-bit floats have rounded much of it away. */
export function isCoarse({ min, max, std }: Pick<ChannelStatistics, "min" | "max" | "std">): boolean {
  const size = Math.max(Math.abs(min), Math.abs(max));
  return std > 0 && std < FINE * 2 ** (Math.floor(Math.log2(size)) - 23);
}

export function coarseNote(channel: string): string {
  return `Channel "${channel}" differs so little against its size that 32-bit floats round it: subtract a constant near its mean before it is read.`;
}

/** The observed values of channel f over the steps [from, to), sorted ascending. */
export function sortedValues(set: SequenceSet, f: number, from: number, to: number): Float32Array {
  const F = set.channels.length;
  const kept = new Float32Array(to - from);
  let count = 0;
  for (let k = from * F + f; k < to * F; k += F) if (isObserved(set, k)) kept[count++] = set.values[k];
  return kept.subarray(0, count).sort();
}

/**
 * The q-quantile of ascending values, linear between neighbours (Hyndman and Fan's type 7).
 * @param q in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}
