import { randomStream } from "../../random.js";
import { type Tridiagonal, tridiagonalize } from "./tridiagonal.js";

/** The largest eigenvalues of a symmetric matrix, descending, with an orthonormal eigenvector each. */
export interface Eigenpairs {
  values: Float64Array;
  /** [values.length, n], one eigenvector per row. */
  vectors: Float64Array;
}

/** Two passes bring an inverse iteration to rounding; a third is for starts that happen to be nearly orthogonal. */
const PASSES = 3;
/** Share of the work that the reduction is, where few eigenvectors are wanted. */
const REDUCTION = 0.9;

/**
 * The `count` largest eigenvalues above `floor` (from 0 up) times the largest, with their vectors: reduction to
 * tridiagonal form, bisection by Sturm counts, and inverse iteration with every vector kept orthogonal to those
 * before it, so that repeated eigenvalues give a basis of their space (Golub and Van Loan, Matrix Computations,
 * 8.4.1 and 8.2.2; LAPACK's dsyevx works so). About 3 n^3 operations, whatever `count`. Deterministic.
 *
 * @param a [n, n], only j <= i is read; destroyed
 * @param onProgress called with the share of the work that is done, 0 to 1
 */
export function largestEigenpairs(
  a: Float64Array,
  n: number,
  count: number,
  floor = 0,
  onProgress?: (share: number) => void,
): Eigenpairs {
  const tridiagonal = tridiagonalize(a, n, (share) => onProgress?.(REDUCTION * share));
  const { lowest, highest } = gershgorin(tridiagonal);
  const wanted = Math.min(count, n);
  const values: number[] = [];
  for (let k = 0; k < wanted; k++) {
    const value = bisect(tridiagonal, n - k, lowest, k > 0 ? values[k - 1] : highest);
    if (k > 0 && value <= floor * values[0]) break;
    values.push(value);
  }
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  const small = new Float64Array(values.length * n); // eigenvectors of the tridiagonal matrix
  const { qt } = tridiagonal;
  const vectors = new Float64Array(values.length * n);
  values.forEach((value, k) => {
    const vector = inverseIteration(tridiagonal, value, size, small, k);
    small.set(vector, k * n);
    const out = vectors.subarray(k * n, (k + 1) * n);
    for (let j = 0; j < n; j++) if (vector[j] !== 0) for (let i = 0; i < n; i++) out[i] += vector[j] * qt[j * n + i];
    onProgress?.(REDUCTION + ((1 - REDUCTION) * (k + 1)) / values.length);
  });
  return { values: Float64Array.from(values), vectors };
}

/** An eigenvector is one up to its sign: here the entry of largest size, the first of equals, becomes positive. */
export function fixSigns(vectors: Float64Array, n: number): void {
  for (let from = 0; from < vectors.length; from += n) {
    let top = from;
    for (let j = from; j < from + n; j++) if (Math.abs(vectors[j]) > Math.abs(vectors[top])) top = j;
    if (vectors[top] < 0) for (let j = from; j < from + n; j++) vectors[j] *= -1;
  }
}

/** An interval that holds every eigenvalue. */
function gershgorin({ diagonal, off }: Tridiagonal) {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < diagonal.length; k++) {
    const radius = Math.abs(off[k]) + (k > 0 ? Math.abs(off[k - 1]) : 0);
    lowest = Math.min(lowest, diagonal[k] - radius);
    highest = Math.max(highest, diagonal[k] + radius);
  }
  return { lowest, highest };
}

/** The number of eigenvalues below x: the negative pivots of T - x. */
function countBelow({ diagonal, off }: Tridiagonal, x: number): number {
  let below = 0;
  let pivot = 1;
  for (let k = 0; k < diagonal.length; k++) {
    const coupling = k > 0 ? off[k - 1] * off[k - 1] : 0;
    pivot = diagonal[k] - x - coupling / pivot;
    if (pivot === 0) pivot = -Number.MIN_VALUE * 2 ** 60; // x is an eigenvalue of a leading part: step past it
    if (pivot < 0) below++;
  }
  return below;
}

/** The eigenvalue that has `rank` - 1 others below it, to the last bit or so. */
function bisect(tridiagonal: Tridiagonal, rank: number, lowest: number, highest: number): number {
  let low = lowest;
  let high = highest;
  const resolution = 2 ** -53 * Math.max(Math.abs(lowest), Math.abs(highest));
  while (high - low > resolution) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (countBelow(tridiagonal, middle) >= rank) high = middle;
    else low = middle;
  }
  return low + (high - low) / 2;
}

/** A unit vector with T v = value v, orthogonal to the first `found` rows of `before`. */
function inverseIteration(
  tridiagonal: Tridiagonal,
  value: number,
  size: number,
  before: Float64Array,
  found: number,
): Float64Array {
  const n = tridiagonal.diagonal.length;
  const random = randomStream(1, found);
  const v = Float64Array.from({ length: n }, () => random.normal());
  for (let pass = 0; pass < PASSES; pass++) {
    solveShifted(tridiagonal, value, size, v);
    normalise(v);
    for (let again = 0; again < 2; again++) {
      // twice is enough: what rounding left of the first time is gone after the second
      for (let k = 0; k < found; k++) {
        const row = before.subarray(k * n, (k + 1) * n);
        let along = 0;
        for (let i = 0; i < n; i++) along += row[i] * v[i];
        for (let i = 0; i < n; i++) v[i] -= along * row[i];
      }
      normalise(v);
    }
  }
  return v;
}

/** Solves (T - shift) x = b in place, by elimination with row exchanges; a pivot of 0 becomes a rounding error. */
function solveShifted({ diagonal, off }: Tridiagonal, shift: number, size: number, b: Float64Array): void {
  const n = diagonal.length;
  const tiny = 2 ** -52 * (size || 1);
  const d = diagonal.map((value) => value - shift);
  const upper = off.slice(); // first and second superdiagonal
  const upper2 = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    const below = off[k];
    if (Math.abs(d[k]) >= Math.abs(below)) {
      if (Math.abs(d[k]) < tiny) d[k] = d[k] < 0 ? -tiny : tiny;
      const factor = below / d[k];
      d[k + 1] -= factor * upper[k];
      b[k + 1] -= factor * b[k];
    } else {
      const factor = d[k] / below;
      const held = b[k];
      b[k] = b[k + 1];
      b[k + 1] = held - factor * b[k];
      d[k] = below;
      const next = d[k + 1];
      d[k + 1] = upper[k] - factor * next;
      upper[k] = next;
      if (k + 2 < n) {
        upper2[k] = upper[k + 1];
        upper[k + 1] = -factor * upper2[k];
      }
    }
  }
  if (Math.abs(d[n - 1]) < tiny) d[n - 1] = d[n - 1] < 0 ? -tiny : tiny;
  for (let k = n - 1; k >= 0; k--) {
    let sum = b[k];
    if (k + 1 < n) sum -= upper[k] * b[k + 1];
    if (k + 2 < n) sum -= upper2[k] * b[k + 2];
    b[k] = sum / d[k];
  }
}

function normalise(v: Float64Array): void {
  let top = 0;
  for (let i = 0; i < v.length; i++) top = Math.max(top, Math.abs(v[i]));
  if (top === 0) return;
  let squares = 0;
  for (let i = 0; i < v.length; i++) squares += (v[i] / top) ** 2;
  const norm = top * Math.sqrt(squares);
  for (let i = 0; i < v.length; i++) v[i] /= norm;
}
