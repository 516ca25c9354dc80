import { lengthOf } from "../set/sequence-set.js";
import { heldSteps, type Sequences } from "../set/windowed-set.js";

/** A gap that is so many times as long as all others of its sequence together, of as many steps, is hardly one. */
const TIMES = 100;
const STEPS = 5;

/** The longest gap of a sequence where it makes the sequence what it is; undefined for most sequences. */
export function longGap(set: Sequences, n: number): { gap: number; others: number } | undefined {
  const { held, starts } = heldSteps(set);
  const { times } = held;
  const from = starts[n];
  const to = from + lengthOf(set, n);
  if (!times || to - from < STEPS) return undefined;
  let gap = 0;
  for (let s = from + 1; s < to; s++) gap = Math.max(gap, times[s] - times[s - 1]);
  const others = times[to - 1] - times[from] - gap;
  return others > 0 && gap > TIMES * others ? { gap, others } : undefined;
}

/** @param found the sequences that have such a gap, at least one */
export function longGapWarning(set: Sequences, found: readonly number[]): string {
  const [n] = found;
  const { gap, others } = longGap(set, n)!;
  const also = found.length === 1 ? "" : `, and in ${found.length - 1} others`;
  return `Sequence "${set.ids[n]}" has a gap of ${spanOf(gap)} and all its other gaps together are ${spanOf(others)}${also}: is a time stamp wrong?`;
}

/** A span in the largest unit of which it has two, at least. */
export function spanOf(seconds: number): string {
  const units = [
    [365.25 * 86_400, "years"],
    [86_400, "days"],
    [3600, "hours"],
    [60, "minutes"],
  ] as const;
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, "seconds"];
  return `${Number((seconds / size).toPrecision(3))} ${unit}`;
}
