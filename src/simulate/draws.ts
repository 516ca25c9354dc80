import type { Random } from "../random.js";

/** An index drawn with probability proportional to its weight (not negative, not all zero). */
export function weighted(random: Random, weights: readonly number[]): number {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/** Log-normal with the given median; `sigma` is the standard deviation of the logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  return median * Math.exp(sigma * random.normal());
}

/** Uniform integer in [low, high], both ends included. */
export function between(random: Random, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

/** Poisson by multiplication of uniforms (Knuth); meant for means below about 10. */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let product = random.uniform();
  let count = 0;
  while (product > limit) {
    product *= random.uniform();
    count++;
  }
  return count;
}
