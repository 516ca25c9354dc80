/** Added to the variance, as Keras and PyTorch do. */
const EPSILON = 1e-5;

/** Rows brought to mean 0 and variance 1 in every column. */
export interface Normalised {
  /** [n, R] */
  rows: Float64Array;
  /** [R], what each column was multiplied by */
  factor: Float64Array;
}

/**
 * Batch normalisation while training: population statistics of these rows. Without gain and shift, which the dense
 * layers that read it have anyway.
 * @param rows [n, R]
 */
export function batchNorm(rows: Float64Array, n: number, R: number): Normalised {
  const mean = new Float64Array(R);
  const factor = new Float64Array(R);
  for (let i = 0; i < n; i++) for (let j = 0; j < R; j++) mean[j] += rows[i * R + j];
  for (let j = 0; j < R; j++) mean[j] /= n;
  for (let i = 0; i < n; i++) for (let j = 0; j < R; j++) factor[j] += (rows[i * R + j] - mean[j]) ** 2;
  for (let j = 0; j < R; j++) factor[j] = 1 / Math.sqrt(factor[j] / n + EPSILON);
  const normal = new Float64Array(n * R);
  for (let i = 0; i < n; i++) for (let j = 0; j < R; j++) normal[i * R + j] = (rows[i * R + j] - mean[j]) * factor[j];
  return { rows: normal, factor };
}

/** The gradient of the rows before, [n, R], from that of the normalised ones. */
export function batchNormBackward({ rows, factor }: Normalised, d: Float64Array, n: number, R: number): Float64Array {
  const sum = new Float64Array(R);
  const along = new Float64Array(R);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < R; j++) {
      sum[j] += d[i * R + j];
      along[j] += d[i * R + j] * rows[i * R + j];
    }
  const result = new Float64Array(n * R);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < R; j++)
      result[i * R + j] = factor[j] * (d[i * R + j] - sum[j] / n - (rows[i * R + j] * along[j]) / n);
  return result;
}
