import { countOf } from "../../sequences/set/sequence-set.js";
import { splitCases } from "../../sequences/set/split.js";
import { lastSteps, type Sequences } from "../../sequences/set/windowed-set.js";

/** Share of a training part on which thresholds and classifiers are chosen. */
const SHARE = 0.2;

/**
 * Which rows of a training part are held out to choose a threshold on, and which a classifier is fitted on for it:
 * the latest of a plan forward in time, whole entities where there are several, else class by class. Both ascending.
 * @param times [cases] of a plan forward in time
 */
export function validationPart(
  train: Sequences,
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
export function caseTimes(set: Sequences): Float64Array | undefined {
  const { held, steps } = lastSteps(set);
  const { times } = held;
  return times && Float64Array.from(steps, (step) => times[step] ?? Number.NaN);
}
