import { countOf, isObserved } from "../set/sequence-set.js";
import { lastSteps, type Sequences } from "../set/windowed-set.js";

/** A channel with more values than this, or fewer than ten cases for each, is a measurement, not a code. */
const MAX_VALUES = 50;
const CASES_PER_VALUE = 10;
/** Share of the rarer classes' cases that a channel may get wrong and still give the class away. */
const ERRORS = 0.01;

/**
 * Channels whose last value alone gives the class of nearly every case: a label that found its way among the
 * features, more often than a discovery. Only channels of few distinct values are looked at.
 */
export function channelsThatTellTheClass(set: Sequences): string[] {
  const { labels, classNames = [] } = set;
  if (!labels) return [];
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) if (label >= 0) counts[label]++;
  const rarer = counts.reduce((a, b) => a + b, 0) - Math.max(0, ...counts);
  if (rarer < 5) return []; // too few to distinguish a leak from luck
  return set.channels.flatMap(({ name }, c) => {
    const table = classesByLastValue(set, c);
    if (!table) return [];
    let errors = 0;
    for (const seen of table.values()) errors += seen.reduce((a, b) => a + b, 0) - Math.max(...seen);
    return errors <= ERRORS * rarer ? [name] : [];
  });
}

/** How often each class goes with each last value; undefined for too many values. */
function classesByLastValue(set: Sequences, channel: number): Map<number, number[]> | undefined {
  const table = new Map<number, number[]>();
  const C = set.channels.length;
  const { held, steps } = lastSteps(set);
  for (let n = 0; n < countOf(set); n++) {
    const label = set.labels![n];
    if (label < 0) continue;
    const at = steps[n] * C + channel;
    const value = steps[n] >= 0 && isObserved(held, at) ? held.values[at] : Number.NaN;
    let seen = table.get(value);
    if (!seen) {
      if (table.size >= Math.min(MAX_VALUES, countOf(set) / CASES_PER_VALUE)) return undefined;
      seen = new Array<number>(set.classNames!.length).fill(0);
      table.set(value, seen);
    }
    seen[label]++;
  }
  return table;
}

/** The warning about such a channel. */
export function targetLeakWarning(channel: string): string {
  return (
    `The last value of channel "${channel}" alone gives the class of nearly every case: ` +
    `is it a label rather than a feature? Then leave it out (\`drop: ["${channel}"]\`).`
  );
}
