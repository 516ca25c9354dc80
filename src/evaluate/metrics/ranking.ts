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
  const order = Int32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const ties: { score: number; positives: number; negatives: number }[] = [];
  for (const i of order) {
    if (scores[i] !== ties.at(-1)?.score) ties.push({ score: scores[i], positives: 0, negatives: 0 });
    ties[ties.length - 1][positive[i] ? "positives" : "negatives"]++;
  }
  return ties;
}
