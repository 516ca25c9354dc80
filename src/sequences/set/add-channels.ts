import { OptionError } from "../../errors.js";
import { countOf, createBitmap, isObserved, type SequenceSet, setBit } from "./sequence-set.js";

/**
 * The values of a set with room for numeric channels behind those that are there: [total steps, F], 0 and observed
 * in the new columns.
 * @param where the function and what its channels are, for the error
 * @throws {OptionError} if a channel already has one of these names
 */
export function withRoomFor(
  set: SequenceSet,
  names: readonly string[],
  where: { name: string; kind: string },
): { channels: SequenceSet["channels"]; values: Float32Array; observed: Uint8Array | undefined; F: number } {
  for (const name of names)
    if (set.channels.some((channel) => channel.name === name))
      throw new OptionError(
        `${where.name}: the channel "${name}" exists already. Rename or drop it, or switch the ${where.kind} channels off.`,
      );
  const before = set.channels.length;
  const F = before + names.length;
  const steps = set.offsets[countOf(set)];
  const values = new Float32Array(steps * F);
  const observed = set.observed && createBitmap(values.length, true);
  for (let s = 0; s < steps; s++)
    for (let f = 0; f < before; f++) {
      values[s * F + f] = set.values[s * before + f];
      if (observed && !isObserved(set, s * before + f)) setBit(observed, s * F + f, false);
    }
  const added = names.map((name) => ({ name, kind: "numeric" as const }));
  return { channels: [...set.channels, ...added], values, observed, F };
}
