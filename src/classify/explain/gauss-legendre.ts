/** Points and weights of an integral from 0 to 1. */
export interface Quadrature {
  /** Inside (0, 1), ascending. */
  points: Float64Array;
  /** Add up to 1. */
  weights: Float64Array;
}

/**
 * The Gauss-Legendre rule: exact for polynomials of degree 2 n - 1 (Abramowitz and Stegun 25.4.29). Points are found by
 * Newton's method, and lie as far from 0 as their mirror images from 1.
 */
export function gaussLegendre(n: number): Quadrature {
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let k = 0; 2 * k < n; k++) {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 10; step++) {
      const polynomial = legendre(n, x);
      slope = polynomial.slope;
      const change = polynomial.value / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    points[k] = (1 - x) / 2;
    points[n - 1 - k] = (1 + x) / 2;
    weights[k] = 1 / ((1 - x * x) * slope * slope);
    weights[n - 1 - k] = weights[k];
  }
  return { points, weights };
}

/** The Legendre polynomial of degree n and its derivative, by the recurrence of three terms. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
