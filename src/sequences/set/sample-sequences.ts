import type { Random } from "../../random.js";
import { countOf, lengthOf, type SequenceSet } from "./sequence-set.js";

/**
 * Draws whole sequences that have a step, until their steps are enough, or they themselves.
 * @returns their indices, ascending
 */
export function sampleSequences(
  set: Pick<SequenceSet, "offsets">,
  random: Random,
  most: { steps: number; sequences?: number },
): Int32Array {
  const { steps: mostSteps, sequences = Number.POSITIVE_INFINITY } = most;
  const drawn: number[] = [];
  let steps = 0;
  for (const n of random.shuffle(Int32Array.from({ length: countOf(set) }, (_, n) => n))) {
    if (drawn.length >= sequences || steps >= mostSteps) break;
    if (lengthOf(set, n) === 0) continue;
    drawn.push(n);
    steps += lengthOf(set, n);
  }
  return Int32Array.from(drawn).sort();
}
