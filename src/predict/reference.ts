import { isObserved } from "../sequences/set/sequence-set.js";
import { lastSteps, type Sequences } from "../sequences/set/windowed-set.js";
import type { Reference } from "./about.js";

/** Values of a channel that quantiles are taken of, at most: spread evenly over the steps. */
const MOST = 100_000;
const QUANTILES = 20;

/**
 * What the training cases were like: of each channel how much is missing, and its quantiles or the shares of its
 * categories; the quantiles of the scores of held-out cases. Of windows of events each case's own event counts.
 */
export function referenceOf(train: Sequences, held: Float64Array | undefined, classCount: number): Reference {
  const { held: set, steps: last } = lastSteps(train);
  const F = set.channels.length;
  const steps = train.windows ? last : Int32Array.from({ length: set.offsets.at(-1)! }, (_, s) => s);
  const channels = set.channels.map(({ name, kind, vocabulary = [] }, f) => {
    const seen = steps.filter((s) => s >= 0 && isObserved(set, s * F + f));
    const missing = steps.length === 0 ? 0 : 1 - seen.length / steps.length;
    if (kind === "categorical") {
      const counts = new Float64Array(vocabulary.length);
      for (const s of seen) counts[set.values[s * F + f]]++;
      return { name, missing, shares: Array.from(counts, (count) => count / Math.max(1, seen.length)) };
    }
    const every = Math.max(1, Math.ceil(seen.length / MOST));
    const values = Float64Array.from(
      seen.filter((_, k) => k % every === 0).map((s) => s * F + f),
      (k) => set.values[k],
    );
    return { name, missing, ...(values.length > 0 && { quantiles: quantilesOf(values) }) };
  });
  const scores = held && (classCount === 2 ? held : largestOf(held, classCount));
  return { channels, ...(scores && scores.length > 0 && { scores: quantilesOf(scores) }) };
}

/** Minimum, quantiles at equal steps, maximum: each the value at that place among the sorted ones. */
function quantilesOf(values: Float64Array): number[] {
  const sorted = values.toSorted();
  return Array.from({ length: QUANTILES + 1 }, (_, q) => sorted[Math.round((q * (sorted.length - 1)) / QUANTILES)]);
}

function largestOf(scores: Float64Array, classCount: number): Float64Array {
  return Float64Array.from({ length: scores.length / classCount }, (_, n) =>
    Math.max(...scores.subarray(n * classCount, (n + 1) * classCount)),
  );
}
