/** Mean difference over resamples with its interval, and how likely one as large is by chance. */
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
  const error = Math.sqrt((1 / J + testToTrain) * varianceOf(differences));
  return testOf(meanOf(differences), error, J - 1, level);
}

/**
 * The mean over the splits of a given plan and redrawn ones, with the chance of the cases and of the split: the variance
 * that a bootstrap over cases tells, and the one over splits. Nadeau and Bengio's correction is not for them: with 900
 * test cases to 30 training cases its interval is ten times too wide, because it takes all that differs between splits
 * for the chance of test cases, which nearly all splits share. Degrees of freedom are Welch and Satterthwaite's.
 *
 * @param differences [J], of each split
 * @param drawn the difference over all splits in each draw of cases
 * @returns undefined for fewer than 2 splits
 */
export function redrawnTest(
  differences: readonly number[],
  drawn: ArrayLike<number>,
  level = 0.95,
): ResampledTest | undefined {
  const J = differences.length;
  if (J < 2) return undefined;
  const ofCases = varianceOf(Array.from(drawn).filter(Number.isFinite));
  const ofSplits = varianceOf(differences) / J;
  const error = Math.sqrt(ofCases + ofSplits);
  const df = ofSplits > 0 ? Math.min(MANY, ((ofCases + ofSplits) / ofSplits) ** 2 * (J - 1)) : MANY;
  return testOf(meanOf(differences), error, df, level);
}

/** Degrees of freedom with which Student's t is normal. */
const MANY = 1e4;

function testOf(difference: number, error: number, df: number, level: number): ResampledTest {
  const reach = criticalT(1 - level, df) * error;
  const p = error > 0 ? twoSidedP(difference / error, df) : difference === 0 ? 1 : 0;
  return { difference, low: difference - reach, high: difference + reach, p };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.length < 2 ? 0 : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * P(|T| > |t|) of Student's t distribution with `df` degrees of freedom, above 0: by the continued fraction of the
 * incomplete beta function (Lentz; Numerical Recipes 6.4).
 */
export function twoSidedP(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(df / 2, 0.5, df / (df + t * t));
}

/** The t that |T| exceeds with probability `p`, 0 < p < 1, by bisection. */
export function criticalT(p: number, df: number): number {
  let low = 0;
  let high = 1;
  while (twoSidedP(high, df) > p) high *= 2;
  for (let step = 0; step < 100; step++) {
    const centre = (low + high) / 2;
    if (twoSidedP(centre, df) > p) low = centre;
    else high = centre;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a;
  return 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/** Lanczos, g = 7, nine terms: 15 digits for x above 0. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  let sum = coefficients[0];
  for (let k = 1; k < coefficients.length; k++) sum += coefficients[k] / (z + k);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
