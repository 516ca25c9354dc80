import { countOf, isObserved, type SequenceSet } from "../set/sequence-set.js";
import type { Pieces } from "./channel-statistics.js";

/** A channel whose skewness is above this is scaled as logarithms by "log-standard", where these halve it. */
const SKEWED = 3;

export function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

export function signedExp(value: number): number {
  return Math.sign(value) * Math.expm1(Math.abs(value));
}

/** Of each of `channels`, whether logarithms would at least halve a large skewness. */
export function areSkewed(pieces: Pieces, channels: readonly number[]): boolean[] {
  const plain = skewnesses(pieces, channels, (value) => value);
  const large = channels.filter((_, i) => plain[i] > SKEWED);
  const changed = large.length > 0 ? skewnesses(pieces, large, signedLog) : [];
  return channels.map((f, i) => large.includes(f) && changed[large.indexOf(f)] < plain[i] / 2);
}

/** Size of the third standardised moment of the observed values of each channel; 0 for a constant one. */
function skewnesses(pieces: Pieces, channels: readonly number[], of: (value: number) => number): number[] {
  const K = channels.length;
  const counts = new Float64Array(K);
  const sums = new Float64Array(K);
  for (const set of pieces())
    for (let i = 0; i < K; i++) {
      const end = set.offsets[countOf(set)] * set.channels.length;
      for (let k = channels[i]; k < end; k += set.channels.length)
        if (isObserved(set, k)) {
          counts[i]++;
          sums[i] += of(set.values[k]);
        }
    }
  const squares = new Float64Array(K);
  const cubes = new Float64Array(K);
  for (const set of pieces())
    for (let i = 0; i < K; i++) {
      const mean = sums[i] / counts[i];
      const end = set.offsets[countOf(set)] * set.channels.length;
      for (let k = channels[i]; k < end; k += set.channels.length)
        if (isObserved(set, k)) {
          const away = of(set.values[k]) - mean;
          squares[i] += away ** 2;
          cubes[i] += away ** 3;
        }
    }
  return channels.map((_, i) => Math.abs(squares[i] > 0 ? cubes[i] / counts[i] / (squares[i] / counts[i]) ** 1.5 : 0));
}

/** A copy with logarithms in these channels. */
export function takeLogarithms(set: SequenceSet, channels: readonly number[]): SequenceSet {
  const F = set.channels.length;
  const values = set.values.slice();
  for (const f of channels)
    for (let k = f; k < set.offsets[countOf(set)] * F; k += F) if (isObserved(set, k)) values[k] = signedLog(values[k]);
  return { ...set, values };
}
