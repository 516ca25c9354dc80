import type { PredictedCases } from "./bootstrap.js";
import { LANES, partSums, type Weighted } from "./part-sums.js";

/**
 * Cases from the highest score down. Equal scores are one step; those without a positive go to the step below. Each step
 * has three parts: cases above it, its negatives, its positives.
 */
function stepsOf({ labels, scores }: PredictedCases): { list: Int32Array; ends: number[] } {
  const list = Int32Array.from(labels, (_, n) => n).sort((x, y) => scores![y] - scores![x]);
  const ends: number[] = [];
  const positives: number[] = []; // of a step
  for (let start = 0, end = 0; start < list.length; start = end) {
    const score = scores![list[start]];
    positives.length = 0;
    let at = start; // negatives come first
    for (; end < list.length && scores![list[end]] === score; end++)
      if (labels[list[end]] === 1) positives.push(list[end]);
      else list[at++] = list[end];
    list.set(positives, at);
    if (positives.length > 0) ends.push(start, at, end);
  }
  return { list, ends };
}

/** Average precision; without a value where no positive counts. Cases are ranked once. */
export function rankedPrecision(cases: PredictedCases, unitOf?: Int32Array): Weighted {
  const { list, ends } = stepsOf(cases);
  const sumsOf = partSums(list, ends, unitOf);
  return (counts, values) => {
    const sums = sumsOf(counts);
    for (let lane = 0; lane < LANES; lane++) {
      let hits = 0;
      let seen = 0;
      let sum = 0;
      for (let k = lane; k < sums.length; k += 3 * LANES) {
        const tied = sums[k + 2 * LANES];
        seen += sums[k] + sums[k + LANES] + tied;
        if (tied === 0) continue;
        hits += tied;
        sum += tied * (hits / seen);
      }
      values[lane] = hits > 0 ? sum / hits : Number.NaN;
    }
  };
}

/** Area under the ROC curve, in the same way; without a value where no positive or no negative counts. */
export function rankedAuc(cases: PredictedCases, unitOf?: Int32Array): Weighted {
  const { list, ends } = stepsOf(cases);
  const sumsOf = partSums(list, [...ends, list.length], unitOf);
  return (counts, values) => {
    const sums = sumsOf(counts);
    for (let lane = 0; lane < LANES; lane++) {
      let [above, below, wins] = [0, 0, 0];
      let k = lane;
      for (; k + 3 * LANES <= sums.length; k += 3 * LANES) {
        const [between, negatives, tied] = [sums[k], sums[k + LANES], sums[k + 2 * LANES]];
        wins += between * above + negatives * (above + tied / 2);
        above += tied;
        below += between + negatives;
      }
      wins += sums[k] * above;
      below += sums[k];
      values[lane] = above > 0 && below > 0 ? wins / (above * below) : Number.NaN;
    }
  };
}
