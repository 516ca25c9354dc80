import type { PredictedCases } from "./bootstrap.js";

/** Cases from the highest score down, of which equal ones are one step. */
interface Ranked {
  order: Int32Array;
  isPositive: Uint8Array;
  /** 1 where the next case has another score. */
  ends: Uint8Array;
}

function rank({ labels, scores }: PredictedCases): Ranked {
  const order = Int32Array.from(labels, (_, n) => n).sort((x, y) => scores![y] - scores![x]);
  return {
    order,
    isPositive: Uint8Array.from(order, (n) => (labels[n] === 1 ? 1 : 0)),
    ends: Uint8Array.from(order, (n, k) => (k + 1 === order.length || scores![order[k + 1]] !== scores![n] ? 1 : 0)),
  };
}

/** Average precision when case n counts counts[n] times; NaN without a positive. Cases are ranked once. */
export function rankedPrecision(cases: PredictedCases): (counts: Float64Array) => number {
  const { order, isPositive, ends } = rank(cases);
  return (counts) => {
    let hits = 0;
    let seen = 0;
    let sum = 0;
    let tied = 0;
    for (let k = 0; k < order.length; k++) {
      const count = counts[order[k]];
      seen += count;
      if (isPositive[k] === 1) tied += count;
      if (ends[k] === 0 || tied === 0) continue;
      hits += tied;
      sum += tied * (hits / seen);
      tied = 0;
    }
    return hits > 0 ? sum / hits : Number.NaN;
  };
}

/** Area under the ROC curve, in the same way; NaN without a positive or a negative. */
export function rankedAuc(cases: PredictedCases): (counts: Float64Array) => number {
  const { order, isPositive, ends } = rank(cases);
  return (counts) => {
    let [positives, negatives, wins] = [0, 0, 0];
    let [tiedPositives, tiedNegatives] = [0, 0];
    for (let k = 0; k < order.length; k++) {
      if (isPositive[k] === 1) tiedPositives += counts[order[k]];
      else tiedNegatives += counts[order[k]];
      if (ends[k] === 0) continue;
      wins += tiedNegatives * (positives + tiedPositives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
      tiedPositives = tiedNegatives = 0;
    }
    return positives > 0 && negatives > 0 ? wins / (positives * negatives) : Number.NaN;
  };
}
