/** Steps of the reduction between two reports. */
const STEPS_TOLD = 16;

/** A = Q T Q' with T symmetric tridiagonal and Q orthogonal. */
export interface Tridiagonal {
  /** [n] */
  diagonal: Float64Array;
  /** [n], entry k couples k and k + 1; the last is 0. */
  off: Float64Array;
  /** [n, n], Q transposed: row k holds coordinate k of every row of Q. */
  qt: Float64Array;
}

/**
 * Householder reduction of a symmetric matrix (Golub and Van Loan, Matrix Computations, 8.3.1). The rank-2 update
 * of one step and the product of the next are one pass over the lower triangle.
 *
 * @param a [n, n], only j <= i is read; destroyed
 * @param onProgress called with the share of the work that is done, 0 to 1
 */
export function tridiagonalize(a: Float64Array, n: number, onProgress?: (share: number) => void): Tridiagonal {
  const told = progressOf(n, onProgress);
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const tau = new Float64Array(n);
  let v = new Float64Array(n); // reflector of the step before, and w: A -= v w' + w v' is still to be done
  const w = new Float64Array(n);
  let next = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k] - 2 * v[k] * w[k];
    let tail = 0;
    for (let i = k + 1; i < n; i++) {
      next[i] = a[i * n + k] - v[i] * w[k] - w[i] * v[k];
      if (i > k + 1) tail += next[i] * next[i];
    }
    if (k === n - 1) break;
    const head = next[k + 1];
    const norm = Math.sqrt(head * head + tail);
    if (tail === 0) {
      off[k] = head;
      tau[k] = 0;
      next[k + 1] = 1;
    } else {
      off[k] = head > 0 ? -norm : norm;
      const pivot = head - off[k];
      tau[k] = -pivot / off[k];
      for (let i = k + 2; i < n; i++) next[i] /= pivot;
      next[k + 1] = 1;
    }
    const product = updateAndMultiply(a, n, k + 1, v, w, next);
    let along = 0;
    for (let i = k + 1; i < n; i++) along += product[i] * next[i];
    const half = 0.5 * tau[k] * tau[k] * along;
    for (let i = k + 1; i < n; i++) w[i] = tau[k] * product[i] - half * next[i];
    a.set(next.subarray(k + 1), k * n + k + 1); // the upper triangle keeps the reflectors
    [v, next] = [next, v];
    told(k, n - k);
  }
  return { diagonal, off, qt: accumulateReflectors(a, tau, n, told) };
}

/** A -= v w' + w v' on the lower triangle from `start` on, and returns A x. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  start: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
): Float64Array {
  const product = new Float64Array(n);
  for (let i = start; i < n; i++) {
    const row = i * n;
    const vi = v[i];
    const wi = w[i];
    const xi = x[i];
    let sum = 0;
    for (let j = start; j < i; j++) {
      const updated = a[row + j] - vi * w[j] - wi * v[j];
      a[row + j] = updated;
      sum += updated * x[j];
      product[j] += updated * xi;
    }
    a[row + i] -= 2 * vi * wi;
    product[i] += sum + a[row + i] * xi;
  }
  return product;
}

/** Tells the share that is done of two passes, a step of which takes the square of what is left of the matrix. */
function progressOf(n: number, onProgress: ((share: number) => void) | undefined) {
  const all = (2 * n ** 3) / 3;
  let done = 0;
  return (step: number, size: number) => {
    done += size * size;
    if (step % STEPS_TOLD === 0) onProgress?.(Math.min(1, done / all));
  };
}

function accumulateReflectors(
  a: Float64Array,
  tau: Float64Array,
  n: number,
  told: (step: number, size: number) => void,
): Float64Array {
  const qt = new Float64Array(n * n);
  for (let i = 0; i < n; i++) qt[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    told(k, n - k);
    if (tau[k] === 0) continue;
    const v = a.subarray(k * n, k * n + n);
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      let s = 0;
      for (let j = k + 1; j < n; j++) s += qt[row + j] * v[j];
      s *= tau[k];
      for (let j = k + 1; j < n; j++) qt[row + j] -= s * v[j];
    }
  }
  return qt;
}

/** T + shift I = L D L' of a positive definite tridiagonal matrix. */
export interface TridiagonalFactor {
  /** [n], L's subdiagonal. */
  lower: Float64Array;
  /** [n], 1 / D. */
  inverse: Float64Array;
}

export function factorTridiagonal({ diagonal, off }: Tridiagonal, shift: number): TridiagonalFactor {
  const n = diagonal.length;
  const lower = new Float64Array(n);
  const inverse = new Float64Array(n);
  let pivot = diagonal[0] + shift;
  for (let k = 0; k < n; k++) {
    inverse[k] = 1 / pivot;
    lower[k] = off[k] * inverse[k];
    if (k + 1 < n) pivot = diagonal[k + 1] + shift - lower[k] * off[k];
  }
  return { lower, inverse };
}

/** (T + shift I)^-1 b */
export function solveTridiagonal({ lower, inverse }: TridiagonalFactor, b: Float64Array): Float64Array {
  const n = b.length;
  const x = b.slice();
  for (let k = 1; k < n; k++) x[k] -= lower[k - 1] * x[k - 1];
  for (let k = 0; k < n; k++) x[k] *= inverse[k];
  for (let k = n - 2; k >= 0; k--) x[k] -= lower[k] * x[k + 1];
  return x;
}

/**
 * b' (T + shift I)^-1 b for many b at once.
 * @param b [n, stride], vector r in column r; only the first `count` columns are read
 * @returns [count]
 */
export function inverseQuadraticForms(
  { lower, inverse }: TridiagonalFactor,
  b: Float64Array,
  stride: number,
  count: number,
): Float64Array {
  const forms = new Float64Array(count);
  const z = new Float64Array(count);
  for (let k = 0; k < inverse.length; k++) {
    const l = k > 0 ? lower[k - 1] : 0;
    const d = inverse[k];
    const from = k * stride;
    for (let r = 0; r < count; r++) {
      const value = b[from + r] - l * z[r];
      z[r] = value;
      forms[r] += value * value * d;
    }
  }
  return forms;
}
