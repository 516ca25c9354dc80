import { BLOCK, distanceBlocks, LEFT, PART, type ScaledRows } from "./distances.js";

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
  const { places, distances } = blocks;
  blocks.rightLimits.fill(Number.NEGATIVE_INFINITY);
  for (let from = 0; from < query.rows; from += LEFT) {
    const rows = blocks.loadLeft(query, from);
    for (let other = 0; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      for (let first = 0; first < rows; first += PART) {
        const count = Math.min(PART, rows - first);
        setLimits(blocks.leftLimits, first, found, from + first, count);
        const pairs = blocks.near(first, fours(count));
        for (let p = 0; p < pairs; p++) {
          const i = Math.floor(places[p] / BLOCK);
          const j = places[p] % BLOCK;
          if (i < rows && j < others) offer(found, from + i, other + j, distances[p]);
        }
      }
    }
  }
  return found;
}

/** The nearest among the other rows. @param k below the number of rows */
export function nearestOthers(training: ScaledRows, k: number): Nearest {
  const found = nothingYet(training.rows, k);
  const blocks = distanceBlocks(training.scaling);
  const { places, distances } = blocks;
  for (let from = 0; from < training.rows; from += LEFT) {
    const rows = blocks.loadLeft(training, from);
    // each pair once: a row meets those before its block while they are on the left, so in ascending order
    for (let other = from; other < training.rows; other += BLOCK) {
      const others = blocks.loadRight(training, other);
      const met = Math.min(rows, other - from + BLOCK);
      for (let first = 0; first < met; first += PART) {
        const count = Math.min(PART, met - first);
        setLimits(blocks.leftLimits, first, found, from + first, count);
        setLimits(blocks.rightLimits, 0, found, other, others);
        const pairs = blocks.near(first, fours(count));
        for (let p = 0; p < pairs; p++) {
          const row = from + Math.floor(places[p] / BLOCK);
          const j = places[p] % BLOCK;
          if (row >= from + rows || j >= others || row === other + j) continue;
          offer(found, row, other + j, distances[p]);
          if (row < other) offer(found, other + j, row, distances[p]);
        }
      }
    }
  }
  return found;
}

const fours = (rows: number) => (rows + 3) & ~3;

/** The distance that a neighbour of each row has to beat. */
function setLimits(limits: Float64Array, at: number, { k, distances }: Nearest, from: number, count: number): void {
  for (let i = 0; i < count; i++) limits[at + i] = distances[(from + i + 1) * k - 1];
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
