import { countOf } from "../../sequences/set/sequence-set.js";
import { splitCases } from "../../sequences/set/split.js";
import { pickSequences, type Sequences } from "../../sequences/set/windowed-set.js";
import { pick } from "./classes.js";

/** Parts of a training part, of which a trial holds out one. */
const PARTS = 5;
/** Trials where one part has few cases, or few positives to choose a threshold on. Each costs four fifths of a fit. */
const TRIALS = 3;
const FEW_POSITIVES = 100;
const FEW_CASES = 200;
/** From here on further trials cost too much. */
const MANY_ROWS = 5000;

/** Positives below which another draw of training cases would give quite another threshold. */
export const LEAST_POSITIVES = 10;
/** Share that is fitted at least. */
const LEAST_FITTED = 0.6;

/** Rows of a training part, both ascending: what a classifier is fitted on once more, and what it then predicts. */
export interface Trial {
  fitted: Int32Array;
  held: Int32Array;
}

/**
 * Which rows of a training part are held out to choose classifiers and thresholds on: of a plan forward in time the latest
 * fifth, or for a threshold up to two fifths until there are ten positives; else a fifth class by class, or of whole
 * entities where there are several. Where such a fifth is small there are three trials, each with a fifth of its own.
 * @param thresholds whether a threshold is chosen, too
 * @param times [cases] of a plan forward in time
 */
export function validationTrials(
  train: Sequences,
  seed: number,
  { thresholds, times }: { thresholds: boolean; times?: Float64Array },
): Trial[] {
  const N = countOf(train);
  const all = Int32Array.from({ length: N }, (_, n) => n);
  if (times) {
    const order = all.sort((a, b) => times[a] - times[b] || a - b);
    let cut = Math.round((1 - 1 / PARTS) * N);
    const isPositive = (n: number) => train.labels?.[n] === 1;
    let positives = order.subarray(cut).filter(isPositive).length;
    while (thresholds && positives < LEAST_POSITIVES && cut > LEAST_FITTED * N)
      if (isPositive(order[--cut])) positives++;
    return [{ fitted: order.slice(0, cut).sort(), held: order.slice(cut).sort() }];
  }
  const trials: Trial[] = [];
  let rest: Int32Array = all;
  const isFew = (held: Int32Array) =>
    thresholds ? held.filter((n) => train.labels?.[n] === 1).length < FEW_POSITIVES : held.length < FEW_CASES;
  do {
    const parts = PARTS - trials.length;
    const { first, second } = splitCases(pickSequences(train, rest), 1 - 1 / parts, seed);
    const held = pick(rest, second);
    const out = new Set(held);
    trials.push({ fitted: all.filter((n) => !out.has(n)), held });
    rest = pick(rest, first);
  } while (trials.length < TRIALS && N < MANY_ROWS && isFew(trials[0].held) && canSplit(pickSequences(train, rest)));
  return trials;
}

/** Whether something can be held out once more. */
function canSplit(set: Sequences): boolean {
  return countOf(set) > 1 && (!set.entities || new Set(set.entities).size !== 1);
}
