/**
 * Area under the ROC curve: how often a positive scores above a negative, ties counting half.
 *
 * @param scores [N], finite
 * @param positive [N]
 * @returns null without a positive or without a negative
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number | null {
  let wins = 0;
  let positives = 0;
  let negatives = 0;
  for (const tie of tiesDescending(scores, positive)) {
    wins += tie.negatives * (positives + tie.positives / 2);
    positives += tie.positives;
    negatives += tie.negatives;
  }
  return positives === 0 || negatives === 0 ? null : wins / (positives * negatives);
}

/**
 * Average precision: the mean, over positives from the highest score down, of the precision at that score. Steps,
 * not trapezia; equal scores are one step.
 *
 * @param scores [N], finite
 * @param positive [N]
 * @returns null without a positive
 */
export function averagePrecision(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number | null {
  let sum = 0;
  let positives = 0;
  let seen = 0;
  for (const tie of tiesDescending(scores, positive)) {
    positives += tie.positives;
    seen += tie.positives + tie.negatives;
    sum += (tie.positives * positives) / seen;
  }
  return positives === 0 ? null : sum / positives;
}

/** Counts of positives and negatives at each distinct score, highest first. */
export function tiesDescending(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): { score: number; positives: number; negatives: number }[] {
  const [ours, theirs] = [true, false].map((side) =>
    Float64Array.from(scores)
      .filter((_, i) => positive[i] === side)
      .sort(),
  );
  const ties: { score: number; positives: number; negatives: number }[] = [];
  let p = ours.length;
  let n = theirs.length;
  while (p > 0 || n > 0) {
    const score = n === 0 || (p > 0 && ours[p - 1] > theirs[n - 1]) ? ours[p - 1] : theirs[n - 1];
    const tie = { score, positives: 0, negatives: 0 };
    for (; p > 0 && ours[p - 1] === score; p--) tie.positives++;
    for (; n > 0 && theirs[n - 1] === score; n--) tie.negatives++;
    ties.push(tie);
  }
  return ties;
}
