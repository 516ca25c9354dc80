import type { PredictedCases } from "./bootstrap.js";
import { LANES, partSums, type Weighted } from "./part-sums.js";

/**
 * Cases from the highest score down. Each score of a positive is a step of three parts: cases above it, up to the step
 * before; negatives of that score; positives of it. Behind the last step are the cases below. A part is in no order:
 * its cases are only counted.
 */
function stepsOf({ labels, scores }: PredictedCases): { list: Int32Array; ends: Int32Array } {
  const N = labels.length;
  const marks = new Set(scores!.filter((_, n) => labels[n] === 1).sort());
  const falling = Float64Array.from(marks).reverse();
  const partOf = new Int32Array(N);
  const ends = new Int32Array(3 * falling.length + 1);
  for (let n = 0; n < N; n++) {
    const score = scores![n];
    let step = 0; // the first one at or below the score
    for (let to = falling.length; step < to; ) {
      const middle = (step + to) >> 1;
      if (falling[middle] <= score) to = middle;
      else step = middle + 1;
    }
    partOf[n] = 3 * step + (falling[step] !== score ? 0 : labels[n] === 1 ? 2 : 1);
    ends[partOf[n]]++;
  }
  for (let part = 0, end = 0; part < ends.length; part++) ends[part] = end += ends[part];
  const next = ends.slice();
  const list = new Int32Array(N);
  for (let n = N - 1; n >= 0; n--) list[--next[partOf[n]]] = n;
  return { list, ends };
}

/** Average precision; without a value where no positive counts. Cases are ranked once. */
export function rankedPrecision(cases: PredictedCases, unitOf?: Int32Array): Weighted {
  const { list, ends } = stepsOf(cases);
  const sumsOf = partSums(list, ends.subarray(0, -1), unitOf);
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
  const sumsOf = partSums(list, ends, unitOf);
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
