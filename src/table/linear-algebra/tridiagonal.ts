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
    told(k, (n - k) ** 2);
  }
  return { diagonal, off, qt: accumulateReflectors(a, tau, n, told) };
}

/** A -= v w' + w v' on the lower triangle from `start` on, and returns A x. Two rows at a time: no sum waits for the other. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  start: number,
  v: Float64Array,
  w: Float64Array,
  x: Float64Array,
): Float64Array {
  const product = new Float64Array(n);
  for (let i = start; i < n; i += 2) {
    const row = i * n;
    const next = row + n;
    const [v0, w0, x0] = [v[i], w[i], x[i]];
    let s0 = 0;
    if (i + 1 === n) {
      for (let j = start; j < i; j++) {
        const updated = a[row + j] - v0 * w[j] - w0 * v[j];
        a[row + j] = updated;
        s0 += updated * x[j];
        product[j] += updated * x0;
      }
      a[row + i] -= 2 * v0 * w0;
      product[i] += s0 + a[row + i] * x0;
      break;
    }
    const [v1, w1, x1] = [v[i + 1], w[i + 1], x[i + 1]];
    let s1 = 0;
    for (let j = start; j < i; j++) {
      const vj = v[j];
      const wj = w[j];
      const xj = x[j];
      const upper = a[row + j] - v0 * wj - w0 * vj;
      const lower = a[next + j] - v1 * wj - w1 * vj;
      a[row + j] = upper;
      a[next + j] = lower;
      s0 += upper * xj;
      s1 += lower * xj;
      product[j] = product[j] + upper * x0 + lower * x1;
    }
    a[row + i] -= 2 * v0 * w0;
    product[i] += s0 + a[row + i] * x0;
    const beside = a[next + i] - v1 * w0 - w1 * v0;
    a[next + i] = beside;
    product[i] += beside * x1;
    a[next + i + 1] -= 2 * v1 * w1;
    product[i + 1] += s1 + beside * x0 + a[next + i + 1] * x1;
  }
  return product;
}

/** Tells the share that is done of two passes of n^3 / 3 each. */
function progressOf(n: number, onProgress: ((share: number) => void) | undefined) {
  const all = (2 * n ** 3) / 3;
  let done = 0;
  return (step: number, work: number) => {
    done += work;
    if (step % STEPS_TOLD === 0) onProgress?.(Math.min(1, done / all));
  };
}

/** Rows of Q' that are reflected together: a reflector is read once for them, and no sum waits for another. */
const TOGETHER = 4;

function accumulateReflectors(
  a: Float64Array,
  tau: Float64Array,
  n: number,
  told: (step: number, work: number) => void,
): Float64Array {
  const qt = new Float64Array(n * n);
  for (let i = 0; i < n; i++) qt[i * n + i] = 1;
  // from the bottom, so that each row but the first few meets all its reflectors beside the same three others
  for (let last = n - 1; last > 0; last -= TOGETHER) {
    const first = Math.max(1, last - TOGETHER + 1);
    told(n - 1 - last, TOGETHER * last * (n - last / 2));
    for (let k = n - 2; k >= 0; k--) {
      if (tau[k] === 0) continue;
      if (first > k && last - first + 1 === TOGETHER) reflectFour(qt, first * n, a, k, n, tau[k]);
      else for (let i = Math.max(first, k + 1); i <= last; i++) reflect(qt, i * n, a, k, n, tau[k]);
    }
  }
  return qt;
}

/** Row of Q', from entry k + 1 on, times the reflector that row k of `a` keeps. */
function reflect(qt: Float64Array, row: number, a: Float64Array, k: number, n: number, tau: number): void {
  const v = k * n;
  let s = 0;
  for (let j = k + 1; j < n; j++) s += qt[row + j] * a[v + j];
  s *= tau;
  for (let j = k + 1; j < n; j++) qt[row + j] -= s * a[v + j];
}

/** The same for four rows, each in the same order of sums. */
function reflectFour(qt: Float64Array, row: number, a: Float64Array, k: number, n: number, tau: number): void {
  const [r1, r2, r3] = [row + n, row + 2 * n, row + 3 * n];
  const v = k * n;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let j = k + 1; j < n; j++) {
    const x = a[v + j];
    s0 += qt[row + j] * x;
    s1 += qt[r1 + j] * x;
    s2 += qt[r2 + j] * x;
    s3 += qt[r3 + j] * x;
  }
  s0 *= tau;
  s1 *= tau;
  s2 *= tau;
  s3 *= tau;
  for (let j = k + 1; j < n; j++) {
    const x = a[v + j];
    qt[row + j] -= s0 * x;
    qt[r1 + j] -= s1 * x;
    qt[r2 + j] -= s2 * x;
    qt[r3 + j] -= s3 * x;
  }
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
