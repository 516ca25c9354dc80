import { tiesDescending } from "./ranking.js";

/** Curves of class 1 over all test cases, of the first network seed, thinned to at most 200 points each. */
export interface Curves {
  /** [recall, precision], recall ascending from 0. */
  precisionRecall: [number, number][];
  /** [false positive rate, true positive rate], from [0, 0] to [1, 1]. */
  roc: [number, number][];
  /** The frozen threshold on both curves: [recall, precision] and [false positive rate, true positive rate]. */
  atThreshold?: { precisionRecall: [number, number]; roc: [number, number] };
}

/** Points of a curve at most. */
const MOST_POINTS = 200;

/**
 * Precision-recall and ROC curves of class 1, thinned; undefined without a positive or a negative.
 * @param scores [N] of class 1
 * @param positive [N]
 * @param predicted [N] whether each was called positive, to mark the frozen threshold
 */
export function curvesOf(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  predicted?: ArrayLike<boolean>,
): Curves | undefined {
  const ties = tiesDescending(scores, positive);
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  const negatives = ties.reduce((sum, tie) => sum + tie.negatives, 0);
  if (positives === 0 || negatives === 0) return undefined;
  let recall = { hits: 0, share: 0 }; // of the point before: hits are the same over long stretches
  const point = (hits: number, misses: number) => {
    if (hits !== recall.hits) recall = { hits, share: round(hits / positives) };
    const { share } = recall;
    return {
      precisionRecall: [share, hits + misses > 0 ? round(hits / (hits + misses)) : 1] as [number, number],
      roc: [round(misses / negatives), share] as [number, number],
    };
  };
  const points = [];
  let hits = 0;
  let misses = 0;
  for (const tie of ties) {
    hits += tie.positives;
    misses += tie.negatives;
    points.push(point(hits, misses));
  }
  const precisionRecall = thin(points.map((each) => each.precisionRecall));
  // recall 0: the precision of the highest scores goes on to the axis
  precisionRecall.unshift([0, precisionRecall[0][1]]);
  const curves: Curves = { precisionRecall, roc: [[0, 0], ...thin(points.map((each) => each.roc))] };
  if (!predicted) return curves;
  let called = 0;
  let found = 0;
  for (let n = 0; n < scores.length; n++)
    if (predicted[n]) {
      called++;
      if (positive[n]) found++;
    }
  return { ...curves, atThreshold: point(found, called - found) };
}

/** The first, the last, and between them points that are evenly spread along the curve. */
function thin(points: [number, number][]): [number, number][] {
  const most = MOST_POINTS - 1; // one is put in front
  if (points.length <= most) return points;
  const along = new Float64Array(points.length);
  for (let k = 1; k < points.length; k++)
    along[k] = along[k - 1] + Math.abs(points[k][0] - points[k - 1][0]) + Math.abs(points[k][1] - points[k - 1][1]);
  const total = along[points.length - 1];
  const kept: [number, number][] = [];
  for (let k = 0; k < points.length; k++) {
    const due = (total * kept.length) / (most - 1);
    if (along[k] >= due && kept.length < most - 1) kept.push(points[k]);
  }
  kept.push(points[points.length - 1]);
  return kept;
}

/** Finer than any picture. */
function round(share: number): number {
  return Number(share.toFixed(5));
}
