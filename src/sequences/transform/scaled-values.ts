import { DataError } from "../../errors.js";
import { placeOf } from "../set/check.js";
import { countOf, isObserved, type SequenceSet } from "../set/sequence-set.js";

/** Scaled values beyond this are no input: their squares, and sums of those, would leave the range of 32-bit floats. */
export const MOST_SCALED = 1e18;

/** Steps that stay in cache. Each loop over them is a function that is called often: V8 makes it fast once and for all. */
const BLOCK = 1024;

/** Changes the observed values of channels, in place. @param scalings of each of the channels */
export function changeSteps<Scaling>(
  set: SequenceSet,
  values: Float32Array,
  channels: readonly number[],
  scalings: readonly Scaling[],
  change: (value: number, scaling: Scaling) => number,
): void {
  const steps = set.offsets[countOf(set)];
  for (let from = 0; from < steps; from += BLOCK)
    channels.forEach((f, i) => {
      changeValues(set, values, f, from, Math.min(steps, from + BLOCK), scalings[i], change);
    });
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
): void {
  const F = set.channels.length;
  for (let k = from * F + f; k < to * F; k += F) if (isObserved(set, k)) values[k] = change(values[k], scaling);
}

/** Categories are far below the limit. @throws {DataError} for a value that is too large when scaled */
export function expectScaled(set: SequenceSet, { values }: SequenceSet): void {
  const size = BLOCK * set.channels.length;
  for (let from = 0; from < values.length; from += size) {
    const k = firstBeyond(set, values, from, Math.min(values.length, from + size));
    if (k >= 0) tooLarge(placeOf(set, k), set.values[k], values[k]);
  }
}

/** The first observed value beyond the limit from `from` to `to` - 1; -1: none. */
function firstBeyond(set: SequenceSet, values: Float32Array, from: number, to: number): number {
  for (let k = from; k < to; k++) if (!(Math.abs(values[k]) <= MOST_SCALED) && isObserved(set, k)) return k;
  return -1;
}

/** Refuses a value that is beyond MOST_SCALED when scaled, or not a number then. */
export function tooLarge(place: string, value: number, scaled: number): never {
  throw new DataError(
    `${place}: got ${value}, which is ${scaled} when scaled, expected at most ${MOST_SCALED}: squares beyond that leave the range of 32-bit floats. Correct the value, mark it as missing, or scale the channel otherwise.`,
  );
}
