/** Mean, max, std, min, last and four smooth shares of one unit's states at the steps that are there; zeros without one. */
export function readOutByHand(
  states: readonly number[],
  { mean, spread }: { mean: number; spread: number },
  reverse: boolean,
): number[] {
  if (states.length === 0) return new Array(9).fill(0);
  const shares = [-1.2, -0.4, 0.4, 1.2].map((k) =>
    meanOf(states.map((h) => 1 / (1 + Math.exp(-(h - mean - k * spread) / (0.5 * spread))))),
  );
  const last = states[reverse ? 0 : states.length - 1];
  return [meanOf(states), Math.max(...states), spreadOf(states), Math.min(...states), last, ...shares];
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The root of the population variance + 1e-8. */
export function spreadOf(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.map((value) => (value - meanOf(values)) ** 2)) + 1e-8);
}
