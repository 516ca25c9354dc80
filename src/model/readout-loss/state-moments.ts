import { type States, unitsOf, validRows } from "../states.js";

/**
 * Added to a variance before its root: keeps a unit that never moves from dividing by 0. A spread of 1e-4 is far
 * below that of any unit that says something (states are within -1 and 1).
 */
export const VARIANCE_FLOOR = 1e-8;

/** Mean and spread of every unit over all rows that are there; constants for the gradient. */
export interface StateMoments {
  /** [Z] */
  mean: Float64Array;
  /** [Z], root of the population variance + VARIANCE_FLOOR */
  spread: Float64Array;
}

/** The moments over several shards of one batch, added in their order; mean 0 and a tiny spread without a step. */
export function stateMoments(shards: readonly States[]): StateMoments {
  const Z = unitsOf(shards[0]);
  const mean = new Float64Array(Z);
  const spread = new Float64Array(Z);
  let count = 0;
  for (const states of shards) count += addSums(states, mean, spread);
  for (let z = 0; z < Z; z++) {
    if (count > 0) mean[z] /= count;
    const variance = count > 0 ? spread[z] / count - mean[z] * mean[z] : 0;
    spread[z] = Math.sqrt(Math.max(variance, 0) + VARIANCE_FLOOR);
  }
  return { mean, spread };
}

/** Adds sums and sums of squares; returns how many rows there were. */
function addSums(states: States, sum: Float64Array, squares: Float64Array): number {
  const { T, B, views } = states;
  const rows = new Int32Array(T);
  let count = 0;
  for (let b = 0; b < B; b++) {
    const V = validRows(states, b, rows);
    count += V;
    let column = 0;
    for (const { data, offset, stride, width } of views) {
      for (let v = 0; v < V; v++) {
        const from = offset + rows[v] * stride;
        for (let k = 0; k < width; k++) {
          const h = data[from + k];
          sum[column + k] += h;
          squares[column + k] += h * h;
        }
      }
      column += width;
    }
  }
  return count;
}
