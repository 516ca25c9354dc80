import { countOf, isObserved, type SequenceSet } from "../set/sequence-set.js";

/** A set in pieces, in its order, as often as they are asked for. */
export type Pieces = () => Iterable<SequenceSet>;

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
  const tally = createTally();
  tally.add(set, f, from, to);
  tally.addSquares(set, f, from, to);
  return tally.result();
}

/** The same of each of `channels` over all pieces. */
export function statisticsOfPieces(pieces: Pieces, channels: readonly number[]): ChannelStatistics[] {
  const tallies = channels.map(createTally);
  for (const way of ["add", "addSquares"] as const)
    for (const set of pieces())
      for (const [i, tally] of tallies.entries()) tally[way](set, channels[i], 0, set.offsets[countOf(set)]);
  return tallies.map((tally) => tally.result());
}

/** Adds up the values of one channel: once all of them, then all of them again. */
function createTally() {
  let observed = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  let squares = 0;
  return {
    add(set: SequenceSet, f: number, from: number, to: number): void {
      const F = set.channels.length;
      for (let k = from * F + f; k < to * F; k += F) {
        if (!isObserved(set, k)) continue;
        const value = set.values[k];
        observed++;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    },
    addSquares(set: SequenceSet, f: number, from: number, to: number): void {
      if (observed === 0 || min === max) return;
      const F = set.channels.length;
      const mean = sum / observed;
      for (let k = from * F + f; k < to * F; k += F) if (isObserved(set, k)) squares += (set.values[k] - mean) ** 2;
    },
    result(): ChannelStatistics {
      if (observed === 0) return { observed, mean: 0, std: 0, min: 0, max: 0 };
      if (min === max) return { observed, mean: min, std: 0, min, max }; // exactly 0, not a rounding residue
      return { observed, mean: sum / observed, std: Math.sqrt(squares / observed), min, max };
    },
  };
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
  return observedValues(set, f, from, to).sort();
}

/** The same of all pieces. */
export function sortedOfPieces(pieces: Pieces, f: number): Float32Array {
  const parts = Array.from(pieces(), (set) => observedValues(set, f, 0, set.offsets[countOf(set)]));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}

function observedValues(set: SequenceSet, f: number, from: number, to: number): Float32Array {
  const F = set.channels.length;
  const kept = new Float32Array(to - from);
  let count = 0;
  for (let k = from * F + f; k < to * F; k += F) if (isObserved(set, k)) kept[count++] = set.values[k];
  return kept.subarray(0, count);
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
