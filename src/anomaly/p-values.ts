/**
 * Conformal p-values (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005) of scores, where a
 * larger score is stranger.
 *
 * With one part the p-value of a case is (1 + held-out cases that score as high or higher) / (1 + held-out cases). If
 * the case is exchangeable with the held-out ones, it is at most a with a probability of at most a, for every a. With
 * several parts (cross-conformal, Vovk 2015) each held-out case is counted against the score that the network of its own
 * part gives; then the bound that is proved is about twice a, and what is met is about a.
 * @param held per part, the scores of its held-out cases, ascending
 * @param scores per part, [N], of the cases in question
 * @returns [N], from 1 / (1 + held-out cases) to 1; 1 for a score that is NaN
 */
export function pValuesOf(held: readonly Float64Array[], scores: readonly Float64Array[]): Float64Array {
  const total = held.reduce((sum, part) => sum + part.length, 0);
  const above = new Float64Array(scores[0].length);
  held.forEach((part, k) => {
    for (let n = 0; n < above.length; n++) above[n] += part.length - lowerBound(part, scores[k][n]);
  });
  return above.map((count) => (1 + count) / (1 + total));
}

/** How many of the numbers, ascending, are below the value: where the first one that is not stands; 0 for NaN. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Between which values the false-alarm rate of one fit lies, over draws of its held-out cases: with n of them and k p-values
 * that are at most the level, the rate has the Beta distribution of k and n + 1 - k (Vovk, Conditional validity of
 * inductive conformal predictors, 2012). Cases are taken for independent; of entities n is how many there are.
 * @param n held-out cases, at least 1
 * @param level 0 to 1
 * @param share of the fits that lie within, default 0.9
 */
export function rateRange(n: number, level: number, share = 0.9): { low: number; high: number } {
  const k = Math.floor(level * (n + 1) + 1e-9);
  if (k === 0) return { low: 0, high: 0 };
  if (k > n) return { low: 1, high: 1 };
  return { low: betaQuantile(k, n, (1 - share) / 2), high: betaQuantile(k, n, (1 + share) / 2) };
}

/** The x at which Beta(k, n + 1 - k) reaches the share p, by bisection: P(Beta <= x) = P(Binomial(n, x) >= k). */
function betaQuantile(k: number, n: number, p: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const x = (low + high) / 2;
    if (atLeast(k, n, x) < p) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

/** P(Binomial(n, x) >= k), 0 < x < 1, k at least 1. */
function atLeast(k: number, n: number, x: number): number {
  const odds = Math.log(x / (1 - x));
  let term = n * Math.log1p(-x); // of no hit, as a logarithm
  let below = 0;
  for (let hits = 0; hits < k; hits++) {
    below += Math.exp(term);
    term += Math.log((n - hits) / (hits + 1)) + odds;
  }
  return 1 - below;
}
