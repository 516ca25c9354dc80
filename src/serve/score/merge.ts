import { conformChannels } from "../../model/prepare.js";
import { type Channel, createBitmap, isObserved, type SequenceSet, setBit } from "../../sequences/set/sequence-set.js";
import { cutSequences, isWindowed } from "../../sequences/set/windowed-set.js";
import type { Cases } from "./cases.js";

/** The wanted sequences of one request, with the channels of the model in its order. */
export function wantedSet({ set, rows }: Cases, channels: readonly Channel[]): SequenceSet {
  const whole = !isWindowed(set) && rows.length === set.ids.length && rows.every((n, k) => n === k);
  return conformChannels(whole ? set : cutSequences(set, rows), channels);
}

/** Which sets can stand in one: those that know the same things of their sequences. */
export function kindOfSet({ times, statics }: SequenceSet): string {
  return `${times ? "times" : ""} ${statics?.names.join(",") ?? ""}`;
}

/** Sets of the same channels and kind in one, in their order; what is not needed to encode is left out. */
export function joinSets(sets: readonly SequenceSet[]): SequenceSet {
  if (sets.length === 1) return sets[0];
  const [{ channels, windows, statics }] = sets;
  const F = channels.length;
  const N = sets.reduce((sum, { ids }) => sum + ids.length, 0);
  const offsets = new Int32Array(N + 1);
  let [n, steps] = [0, 0];
  for (const set of sets) {
    for (let k = 1; k <= set.ids.length; k++) offsets[++n] = steps + set.offsets[k];
    steps = offsets[n];
  }
  const values = new Float32Array(steps * F);
  const times = sets[0].times && new Float64Array(steps);
  const observed = sets.some((set) => set.observed) ? createBitmap(values.length, true) : undefined;
  let at = 0; // steps
  for (const set of sets) {
    values.set(set.values, at * F);
    times?.set(set.times!, at);
    if (set.observed)
      for (let k = 0; k < set.values.length; k++) if (!isObserved(set, k)) setBit(observed!, at * F + k, false);
    at += set.offsets[set.ids.length];
  }
  return {
    channels,
    values,
    offsets,
    observed,
    times,
    windows,
    ids: sets.flatMap(({ ids }) => ids),
    ...(statics && {
      statics: { ...statics, values: Float32Array.from(sets.flatMap((set) => [...set.statics!.values])) },
    }),
  };
}
