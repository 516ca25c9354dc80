import { countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { splitCases } from "../../sequences/set/split.js";

/** Share of a training part on which thresholds and classifiers are chosen. */
const SHARE = 0.2;

/**
 * Which rows of a training part are held out to choose a threshold on, and which a classifier is fitted on for it:
 * the latest of a plan forward in time, whole entities where there are several, else class by class. Both ascending.
 * @param times [cases] of a plan forward in time
 */
export function validationPart(
  train: SequenceSet,
  seed: number,
  times?: Float64Array,
): { fitted: Int32Array; held: Int32Array } {
  if (times) {
    const N = countOf(train);
    const order = Int32Array.from({ length: N }, (_, n) => n).sort((a, b) => times[a] - times[b] || a - b);
    const cut = Math.round((1 - SHARE) * N);
    return { fitted: order.slice(0, cut).sort(), held: order.slice(cut).sort() };
  }
  const { first, second } = splitCases(train, 1 - SHARE, seed);
  return { fitted: first, held: second };
}

/** When each case happened: the time of its last step. Undefined without times. */
export function caseTimes({ times, offsets }: SequenceSet): Float64Array | undefined {
  return times && Float64Array.from({ length: offsets.length - 1 }, (_, n) => times[offsets[n + 1] - 1] ?? Number.NaN);
}
