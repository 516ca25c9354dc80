import { OptionError } from "../errors.js";
import { type Channel, countOf, createBitmap, isObserved, type SequenceSet, setBit } from "./sequence-set.js";

/** What the name of a channel's differences ends in. */
export const DIFFERENCE = "_difference";

/**
 * Adds the first differences of every numeric channel as channels behind the others: `NAME_difference` = the value
 * less that of the step before, 0 at the first step of a sequence. Where one of the two was not observed the
 * difference is not observed either, so a step with nothing observed stays one. Scaling comes afterwards: the
 * differences are in the units of the channel.
 * @throws {OptionError} if a channel already has one of these names
 */
export function addDifferences(set: SequenceSet): SequenceSet {
  const numeric = set.channels.flatMap(({ kind }, f) => (kind === "numeric" ? [f] : []));
  const channels = differenceChannels(set.channels);
  const added = channels.slice(set.channels.length);
  for (const { name } of added)
    if (set.channels.some((channel) => channel.name === name))
      throw new OptionError(
        `addDifferences: there is already a channel "${name}". Rename or drop it, or switch the difference channels off.`,
      );
  const before = set.channels.length;
  const F = before + added.length;
  const steps = set.offsets[countOf(set)];
  const values = new Float32Array(steps * F);
  const observed = set.observed && createBitmap(values.length, true);
  for (let n = 0; n < countOf(set); n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++) {
      for (let f = 0; f < before; f++) {
        values[s * F + f] = set.values[s * before + f];
        if (observed && !isObserved(set, s * before + f)) setBit(observed, s * F + f, false);
      }
      const first = s === set.offsets[n];
      numeric.forEach((f, i) => {
        const here = s * before + f;
        const seen = isObserved(set, here) && (first || isObserved(set, here - before));
        if (!seen) setBit(observed!, s * F + before + i, false);
        else if (!first) values[s * F + before + i] = set.values[here] - set.values[here - before];
      });
    }
  return { ...set, channels, values, observed };
}

/** The channels with those of their differences behind them. */
export function differenceChannels(channels: readonly Channel[]): readonly Channel[] {
  const numeric = channels.filter(({ kind }) => kind === "numeric");
  return [...channels, ...numeric.map(({ name }): Channel => ({ name: name + DIFFERENCE, kind: "numeric" }))];
}
