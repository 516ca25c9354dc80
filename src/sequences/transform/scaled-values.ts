import { DataError } from "../../errors.js";
import { placeOf } from "../set/check.js";
import { countOf, isObserved, type SequenceSet } from "../set/sequence-set.js";

/** Scaled values beyond this are no input: their squares, and sums of those, would leave the range of 32-bit floats. */
export const MOST_SCALED = 1e18;

/** Steps that stay in cache. Each loop over them is a function that is called often: V8 makes it fast once and for all. */
const BLOCK = 1024;

/**
 * Changes the observed values of channels, in place.
 * @param scalings of each of the channels
 * @returns whether all of them are within MOST_SCALED then
 */
export function changeSteps<Scaling>(
  set: SequenceSet,
  values: Float32Array,
  channels: readonly number[],
  scalings: readonly Scaling[],
  change: (value: number, scaling: Scaling) => number,
): boolean {
  const steps = set.offsets[countOf(set)];
  let within = true;
  for (let from = 0; from < steps; from += BLOCK)
    channels.forEach((f, i) => {
      const to = Math.min(steps, from + BLOCK);
      if (!changeValues(set, values, f, from, to, scalings[i], change)) within = false;
    });
  return within;
}

/** Likewise of one channel, from step `from` to `to` - 1. */
export function changeValues<Scaling>(
  set: SequenceSet,
  values: Float32Array,
  f: number,
  from: number,
  to: number,
  scaling: Scaling,
  change: (value: number, scaling: Scaling) => number,
): boolean {
  const F = set.channels.length;
  let within = true;
  for (let k = from * F + f; k < to * F; k += F) {
    if (!isObserved(set, k)) continue;
    const changed = change(values[k], scaling);
    values[k] = changed;
    if (!(Math.abs(changed) <= MOST_SCALED)) within = false;
  }
  return within;
}

/** @param values of `set`, scaled, with one that is too large @throws {DataError} that names the first of them */
export function refuseScaled(set: SequenceSet, values: Float32Array): never {
  const k = values.findIndex((value, at) => !(Math.abs(value) <= MOST_SCALED) && isObserved(set, at));
  return tooLarge(placeOf(set, k), set.values[k], values[k]);
}

/** Refuses a value that is beyond MOST_SCALED when scaled, or not a number then. */
export function tooLarge(place: string, value: number, scaled: number): never {
  throw new DataError(
    `${place}: got ${value}, which is ${scaled} when scaled, expected at most ${MOST_SCALED}: squares beyond that leave the range of 32-bit floats. Correct the value, mark it as missing, or scale the channel otherwise.`,
  );
}
