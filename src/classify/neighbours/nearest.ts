import { BLOCK, distanceBlocks, type ScaledRows } from "./distances.js";

/** The k nearest training rows of each row, nearest first; of equally near ones the lower row number first. */
export interface Nearest {
  k: number;
  /** [rows, k] */
  indices: Int32Array;
  /** [rows, k], squared. */
  distances: Float64Array;
}

/** @param k at most the number of training rows */
export function nearest(training: ScaledRows, query: ScaledRows, k: number): Nearest {
  const found = nothingYet(query.rows, k);
  const blocks = distanceBlocks(training.scaling);
  for (let from = 0; from < query.rows; from += BLOCK) {
    const rows = blocks.loadLeft(query, from);
    for (let other = 0; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      const distances = blocks.compute();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < others; j++) offer(found, from + i, other + j, distances[i * BLOCK + j]);
    }
  }
  return found;
}

/** The nearest among the other rows. @param k below the number of rows */
export function nearestOthers(training: ScaledRows, k: number): Nearest {
  const found = nothingYet(training.rows, k);
  const blocks = distanceBlocks(training.scaling);
  for (let from = 0; from < training.rows; from += BLOCK) {
    const rows = blocks.loadLeft(training, from);
    // each pair once: a row meets the blocks before its own while they are on the left, so in ascending order
    for (let other = from; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      const distances = blocks.compute();
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < others; j++) {
          const distance = distances[i * BLOCK + j];
          if (other === from && i === j) continue;
          offer(found, from + i, other + j, distance);
          if (other > from) offer(found, other + j, from + i, distance);
        }
    }
  }
  return found;
}

function nothingYet(rows: number, k: number): Nearest {
  return {
    k,
    indices: new Int32Array(rows * k).fill(-1),
    distances: new Float64Array(rows * k).fill(Number.POSITIVE_INFINITY),
  };
}

/** Keeps a neighbour if it is nearer than the last one kept. */
function offer({ k, indices, distances }: Nearest, row: number, index: number, distance: number): void {
  const first = row * k;
  let at = first + k - 1;
  if (!(distance < distances[at])) return;
  for (; at > first && distances[at - 1] > distance; at--) {
    distances[at] = distances[at - 1];
    indices[at] = indices[at - 1];
  }
  distances[at] = distance;
  indices[at] = index;
}
