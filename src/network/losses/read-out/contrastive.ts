import { ShapeError } from "../../../errors.js";

/** Added to squared norms, so that a zero row has a direction (none) and a finite gradient. */
const EPSILON = 1e-12;

/**
 * NT-Xent (Chen et al., arXiv 2002.05709): each row must recognise the other view of its case among all other rows,
 * by cosine similarity over `temperature`.
 * @param z [n, D], two views of n / 2 cases: rows i and i + n / 2 belong together
 * @param weights [n], of each row's loss; absent: all 1
 * @returns the sum of weighted losses over n, and its gradient [n, D]
 * @throws {ShapeError} if n is odd
 */
export function contrastiveLoss(
  z: Float64Array,
  n: number,
  temperature: number,
  weights?: ArrayLike<number>,
): { loss: number; dz: Float64Array } {
  if (n % 2 !== 0)
    throw new ShapeError(
      `contrastiveLoss z: got ${n} rows, expected an even number: the first views of all cases, then the second ones.`,
    );
  const D = z.length / n;
  const u = new Float64Array(n * D);
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let squares = EPSILON;
    for (let k = i * D; k < (i + 1) * D; k++) squares += z[k] * z[k];
    norms[i] = Math.sqrt(squares);
    for (let k = i * D; k < (i + 1) * D; k++) u[k] = z[k] / norms[i];
  }
  const similarity = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      let dot = 0;
      for (let k = 0; k < D; k++) dot += u[i * D + k] * u[j * D + k];
      similarity[i * n + j] = similarity[j * n + i] = dot / temperature;
    }
  // The similarities turn into their gradients, row by row.
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const row = similarity.subarray(i * n, (i + 1) * n);
    const partner = (i + n / 2) % n;
    const weight = (weights ? weights[i] : 1) / n;
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i) top = Math.max(top, row[j]);
    let total = 0;
    for (let j = 0; j < n; j++) if (j !== i) total += Math.exp(row[j] - top);
    loss += weight * (top + Math.log(total) - row[partner]);
    for (let j = 0; j < n; j++) row[j] = j === i ? 0 : (weight / temperature) * (Math.exp(row[j] - top) / total);
    row[partner] -= weight / temperature;
  }
  const dz = new Float64Array(n * D);
  for (let i = 0; i < n; i++) {
    const d = dz.subarray(i * D, (i + 1) * D);
    for (let j = 0; j < n; j++) {
      const both = similarity[i * n + j] + similarity[j * n + i];
      for (let k = 0; k < D; k++) d[k] += both * u[j * D + k];
    }
    let along = 0;
    for (let k = 0; k < D; k++) along += d[k] * u[i * D + k];
    for (let k = 0; k < D; k++) d[k] = (d[k] - along * u[i * D + k]) / norms[i];
  }
  return { loss, dz };
}
