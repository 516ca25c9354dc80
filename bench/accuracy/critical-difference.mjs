// @ts-check
// How far apart mean ranks must lie (Nemenyi's test; Demsar, Journal of Machine Learning Research 7, 2006).

/**
 * The difference of mean ranks that chance exceeds in 5 % of cases for the largest of all pairs.
 * @param {number} rows that are ranked, at least 2 @param {number} sets
 */
export function criticalDifference(rows, sets) {
  return (criticalRange(rows) / Math.SQRT2) * Math.sqrt((rows * (rows + 1)) / (6 * sets));
}

/** The range that so many standard normal numbers exceed with probability 0.05. @param {number} count */
function criticalRange(count) {
  let [low, high] = [0, 20];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (withinRange(middle, count) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that `count` standard normal numbers lie within `range`: over the largest of them. @param {number} range @param {number} count */
function withinRange(range, count) {
  const step = 1 / 200;
  let sum = 0;
  let area = 0; // of the density up to x, by the trapezoidal rule
  /** @type {number[]} */
  const cumulative = [];
  const density = (/** @type {number} */ x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const points = Math.round(18 / step);
  const back = range / step;
  for (let k = 0; k <= points; k++) {
    const x = -9 + k * step;
    area += ((density(x - step) + density(x)) * step) / 2;
    cumulative.push(area);
    const at = k - back;
    const whole = Math.floor(at);
    const before = at < 0 ? 0 : cumulative[whole] + (at - whole) * (cumulative[whole + 1] - cumulative[whole] || 0);
    sum += density(x) * (area - before) ** (count - 1) * step;
  }
  return count * sum;
}
