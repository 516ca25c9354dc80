import { criticalT, twoSidedP } from "./student.js";

/** Mean difference over resamples with its interval, and how likely so large a one is where there is none. */
export interface ResampledTest {
  difference: number;
  low: number;
  high: number;
  /** two-sided */
  p: number;
}

/**
 * Corrected resampled t-test (Nadeau and Bengio, Inference for the Generalization Error, Machine Learning 52, 2003):
 * the variance over resamples is multiplied by 1 / J + test / train instead of 1 / J, because training parts overlap.
 *
 * @param differences [J], of each resample
 * @param testToTrain mean number of test cases over that of training cases
 * @returns undefined for fewer than 2 resamples
 */
export function correctedResampledTest(
  differences: readonly number[],
  testToTrain: number,
  level = 0.95,
): ResampledTest | undefined {
  const J = differences.length;
  if (J < 2) return undefined;
  const difference = differences.reduce((sum, value) => sum + value, 0) / J;
  const variance = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / (J - 1);
  const error = Math.sqrt((1 / J + testToTrain) * variance);
  const reach = criticalT(1 - level, J - 1) * error;
  const p = error > 0 ? twoSidedP(difference / error, J - 1) : difference === 0 ? 1 : 0;
  return { difference, low: difference - reach, high: difference + reach, p };
}
