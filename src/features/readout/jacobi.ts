const MAX_SWEEPS = 60; // six to ten are usual; the bound only keeps a NaN from looping for ever

/**
 * Eigenvalues, descending, and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan,
 * Matrix Computations, 8.5). Every vector's largest entry is positive, so that its sign is not left to chance.
 *
 * @param matrix [n, n]; destroyed
 * @returns values [n]; vectors [n, n], one a row
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = matrix;
  const rows = new Float64Array(n * n); // row k becomes eigenvector k
  for (let k = 0; k < n; k++) rows[k * n + k] = 1;
  let total = 0;
  for (let k = 0; k < n * n; k++) total += a[k] * a[k];
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q] * a[p * n + q];
    if (off <= 1e-30 * total) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, rows, n, p, q);
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    let top = from * n;
    for (let k = from * n; k < (from + 1) * n; k++) if (Math.abs(rows[k]) > Math.abs(rows[top])) top = k;
    const sign = rows[top] < 0 ? -1 : 1;
    for (let k = 0; k < n; k++) vectors[to * n + k] = sign * rows[from * n + k];
  });
  return { values: Float64Array.from(order, (k) => a[k * n + k]), vectors };
}

/** Makes a[p, q] zero. */
function rotate(a: Float64Array, rows: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const half = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const tangent = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const c = 1 / Math.sqrt(tangent * tangent + 1);
  const s = tangent * c;
  for (let k = 0; k < n; k++) {
    const u = a[k * n + p];
    const v = a[k * n + q];
    a[k * n + p] = c * u - s * v;
    a[k * n + q] = s * u + c * v;
  }
  rotateRows(a, n, p, q, c, s);
  rotateRows(rows, n, p, q, c, s);
  a[p * n + q] = 0;
  a[q * n + p] = 0;
}

function rotateRows(m: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const u = m[p * n + k];
    const v = m[q * n + k];
    m[p * n + k] = c * u - s * v;
    m[q * n + k] = s * u + c * v;
  }
}
