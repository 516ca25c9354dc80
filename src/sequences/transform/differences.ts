import { withRoomFor } from "../set/add-channels.js";
import { type Channel, countOf, isObserved, type SequenceSet, setBit } from "../set/sequence-set.js";

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
  const before = set.channels.length;
  const names = differenceChannels(set.channels).slice(before);
  const { channels, values, observed, F } = withRoomFor(
    set,
    names.map(({ name }) => name),
    { name: "addDifferences", kind: "difference" },
  );
  for (let n = 0; n < countOf(set); n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++) {
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
