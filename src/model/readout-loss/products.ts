/** float32 or float64, as the network's parameters are. */
export type Block = Float32Array | Float64Array;

/** The matrix products of a dense layer, row-major. */
export interface Products {
  /** y [M, N] = x [M, K] w [K, N] */
  forward(y: Float64Array, x: Float64Array, w: Block, M: number, K: number, N: number): void;
  /** dx [M, K] = dy [M, N] w' */
  backwardInput(dx: Float64Array, dy: Float64Array, w: Block, M: number, K: number, N: number): void;
  /** dw [K, N] += x' dy */
  backwardWeights(dw: Block, x: Float64Array, dy: Float64Array, M: number, K: number, N: number): void;
}

/** Plain float64 loops. */
export const plainProducts: Products = {
  forward: (y, x, w, M, K, N) => dotProducts(y, x, transposed(w, K, N), M, N, K),
  backwardInput: (dx, dy, w, M, K, N) => dotProducts(dx, dy, new Float64Array(w), M, K, N),
  backwardWeights(dw, x, dy, M, K, N) {
    const sum = new Float64Array(K * N);
    dotProducts(sum, transposed(x, M, K), transposed(dy, M, N), K, N, M);
    for (let k = 0; k < K * N; k++) dw[k] += sum[k];
  },
};

/** [columns, rows] from [rows, columns] */
function transposed(a: Block, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = a[r * columns + c];
  return result;
}

/** Overwrites out[i, j] with a_i . b_j for a [m, length], b [n, length]: 4 x 2 tiles, what is left over one by one. */
function dotProducts(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  length: number,
): void {
  const wholeRows = m - (m % 4);
  const wholeColumns = n - (n % 2);
  // 8 sums and 6 operands stay in the 16 floating-point registers of x86-64
  for (let i = 0; i < wholeRows; i += 4) {
    const a0 = i * length;
    const a1 = a0 + length;
    const a2 = a1 + length;
    const a3 = a2 + length;
    for (let j = 0; j < wholeColumns; j += 2) {
      const b0 = j * length;
      const b1 = b0 + length;
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      let s20 = 0;
      let s21 = 0;
      let s30 = 0;
      let s31 = 0;
      for (let k = 0; k < length; k++) {
        const u = b[b0 + k];
        const v = b[b1 + k];
        const p = a[a0 + k];
        s00 += p * u;
        s01 += p * v;
        const q = a[a1 + k];
        s10 += q * u;
        s11 += q * v;
        const r = a[a2 + k];
        s20 += r * u;
        s21 += r * v;
        const s = a[a3 + k];
        s30 += s * u;
        s31 += s * v;
      }
      const o = i * n + j;
      out[o] = s00;
      out[o + 1] = s01;
      out[o + n] = s10;
      out[o + n + 1] = s11;
      out[o + 2 * n] = s20;
      out[o + 2 * n + 1] = s21;
      out[o + 3 * n] = s30;
      out[o + 3 * n + 1] = s31;
    }
  }
  for (let i = 0; i < m; i++)
    for (let j = i < wholeRows ? wholeColumns : 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += a[i * length + k] * b[j * length + k];
      out[i * n + j] = sum;
    }
}
