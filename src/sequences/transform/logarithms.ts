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
  const plain = skewnesses(pieces, channels, false);
  const large = channels.filter((_, i) => plain[i] > SKEWED);
  const changed = large.length > 0 ? skewnesses(pieces, large, true) : [];
  return channels.map((f, i) => large.includes(f) && changed[large.indexOf(f)] < plain[i] / 2);
}

/** Size of the third standardised moment of the observed values of each channel; 0 for a constant one. */
function skewnesses(pieces: Pieces, channels: readonly number[], ofLogarithms: boolean): number[] {
  const tallies: Moments[] = channels.map(() => ({ count: 0, sum: 0, squares: 0, cubes: 0 }));
  for (const add of [addValues, addPowers])
    for (const set of pieces()) for (const [i, f] of channels.entries()) add(set, f, ofLogarithms, tallies[i]);
  return tallies.map(({ count, squares, cubes }) =>
    Math.abs(squares > 0 ? cubes / count / (squares / count) ** 1.5 : 0),
  );
}

interface Moments {
  count: number;
  sum: number;
  /** Of what a value is above the mean. */
  squares: number;
  cubes: number;
}

function addValues(set: SequenceSet, f: number, ofLogarithms: boolean, to: Moments): void {
  const F = set.channels.length;
  const end = set.offsets[countOf(set)] * F;
  let { count, sum } = to;
  for (let k = f; k < end; k += F) {
    if (!isObserved(set, k)) continue;
    count++;
    sum += ofLogarithms ? signedLog(set.values[k]) : set.values[k];
  }
  Object.assign(to, { count, sum });
}

function addPowers(set: SequenceSet, f: number, ofLogarithms: boolean, to: Moments): void {
  const F = set.channels.length;
  const end = set.offsets[countOf(set)] * F;
  const mean = to.sum / to.count;
  let { squares, cubes } = to;
  for (let k = f; k < end; k += F) {
    if (!isObserved(set, k)) continue;
    const away = (ofLogarithms ? signedLog(set.values[k]) : set.values[k]) - mean;
    const square = away * away;
    squares += square;
    cubes += square * away;
  }
  Object.assign(to, { squares, cubes });
}

/** A copy with logarithms in these channels. */
export function takeLogarithms(set: SequenceSet, channels: readonly number[]): SequenceSet {
  const F = set.channels.length;
  const values = set.values.slice();
  for (const f of channels)
    for (let k = f; k < set.offsets[countOf(set)] * F; k += F) if (isObserved(set, k)) values[k] = signedLog(values[k]);
  return { ...set, values };
}
