import { type States, type StatesGradient, unitsOf, validRows } from "../states.js";
import { expMinus } from "./sigmoid.js";
import { type StateMoments, VARIANCE_FLOOR } from "./state-moments.js";

/** Levels of the smooth ppv, in spreads from the mean. */
const LEVELS = [-1.2, -0.4, 0.4, 1.2] as const;
/** Width of its sigmoids, in spreads. */
const SOFTNESS = 0.5;
// sigmoid(u - k / SOFTNESS) = 1 / (1 + exp(-u) exp(k / SOFTNESS)): one exp serves all four levels.
const [L0, L1, L2, L3] = LEVELS.map((k) => Math.exp(k / SOFTNESS));

/** Numbers per unit: mean, max, std, min, last, and one smooth ppv a level. */
const PER_UNIT = 5 + LEVELS.length;

/** What the backward pass needs to know of the forward pass. */
export interface TrainingReadOut {
  /** [B, 9 Z]: mean [Z], max, std, min, last, then the four ppv, each [Z] */
  rows: Float64Array;
  /** [B, Z], which of the steps that are there holds the maximum, the minimum: the first, if several do */
  highest: Int32Array;
  lowest: Int32Array;
}

/** R, how many numbers the training read-out of states of width Z has. */
export function trainingReadOutWidth(Z: number): number {
  return PER_UNIT * Z;
}

/** Copies the states of one case, [width, V]: unit by unit, so that the sums over steps stay in registers. */
function gather(states: States, view: number, steps: Int32Array, V: number, out: Float64Array): void {
  const { data, offset, stride, width } = states.views[view];
  for (let v = 0; v < V; v++) {
    const from = offset + steps[v] * stride;
    for (let j = 0; j < width; j++) out[j * V + v] = data[from + j];
  }
}

/**
 * The read-out that training sees: mean, max, std, min and last of every unit over the steps that are there, and a
 * smooth ppv, the mean of sigmoid((h - mu - k sd) / (0.5 sd)) for k = -1.2, -0.4, 0.4, 1.2, which unlike the share
 * above a quantile has a gradient. std is the root of the population variance + 1e-8. Zeros for a case without a step.
 */
export function trainingReadOut(states: States, { mean: shift, spread }: StateMoments): TrainingReadOut {
  const { T, B, views } = states;
  const Z = unitsOf(states);
  const R = trainingReadOutWidth(Z);
  const rows = new Float64Array(B * R);
  const highest = new Int32Array(B * Z);
  const lowest = new Int32Array(B * Z);
  const steps = new Int32Array(T);
  const series = new Float64Array(T * Math.max(...views.map(({ width }) => width)));
  for (let b = 0; b < B; b++) {
    const V = validRows(states, b, steps);
    if (V === 0) continue;
    let z = 0;
    for (let k = 0; k < views.length; k++) {
      const { width, reverse } = views[k];
      gather(states, k, steps, V, series);
      for (let j = 0; j < width; j++, z++) {
        const from = j * V;
        const slope = 1 / (SOFTNESS * spread[z]);
        const middle = shift[z];
        let sum = 0;
        let squares = 0;
        let high = from;
        let low = from;
        let p0 = 0;
        let p1 = 0;
        let p2 = 0;
        let p3 = 0;
        for (let at = from; at < from + V; at++) {
          const h = series[at];
          sum += h;
          squares += h * h;
          if (h > series[high]) high = at;
          if (h < series[low]) low = at;
          // four sigmoids, 1 / (1 + e L), by one division; e is at most 3e10, so that the product stays finite
          const e = expMinus((h - middle) * slope);
          const a0 = 1 + e * L0;
          const a1 = 1 + e * L1;
          const a2 = 1 + e * L2;
          const a3 = 1 + e * L3;
          const inverse = 1 / (a0 * a1 * (a2 * a3));
          const first = inverse * a2 * a3;
          const second = inverse * a0 * a1;
          p0 += first * a1;
          p1 += first * a0;
          p2 += second * a3;
          p3 += second * a2;
        }
        const mean = sum / V;
        const row = b * R + z;
        rows[row] = mean;
        rows[row + Z] = series[high];
        rows[row + 2 * Z] = Math.sqrt(Math.max(squares / V - mean * mean, 0) + VARIANCE_FLOOR);
        rows[row + 3 * Z] = series[low];
        rows[row + 4 * Z] = series[from + (reverse ? 0 : V - 1)];
        rows[row + 5 * Z] = p0 / V;
        rows[row + 6 * Z] = p1 / V;
        rows[row + 7 * Z] = p2 / V;
        rows[row + 8 * Z] = p3 / V;
        highest[b * Z + z] = high - from;
        lowest[b * Z + z] = low - from;
      }
    }
  }
  return { rows, highest, lowest };
}

/**
 * Adds the gradient of the states to `gradients`, one a view; steps that are not there get nothing. The moments
 * count as constants.
 * @param d [B, 9 Z], gradient of the rows
 */
export function trainingReadOutBackward(
  states: States,
  { mean: shift, spread }: StateMoments,
  { rows, highest, lowest }: TrainingReadOut,
  d: Float64Array,
  gradients: readonly StatesGradient[],
): void {
  const { T, B, views } = states;
  const Z = unitsOf(states);
  const R = trainingReadOutWidth(Z);
  const steps = new Int32Array(T);
  const series = new Float64Array(T * Math.max(...views.map(({ width }) => width)));
  for (let b = 0; b < B; b++) {
    const V = validRows(states, b, steps);
    if (V === 0) continue;
    let z = 0;
    for (let k = 0; k < views.length; k++) {
      const { width, reverse } = views[k];
      gather(states, k, steps, V, series);
      for (let j = 0; j < width; j++, z++) {
        const from = j * V;
        const row = b * R + z;
        const slope = 1 / (SOFTNESS * spread[z]);
        const middle = shift[z];
        const linear = d[row + 2 * Z] / (V * rows[row + 2 * Z]); // of the std
        const constant = d[row] / V - linear * rows[row];
        const d0 = (d[row + 5 * Z] * slope) / V;
        const d1 = (d[row + 6 * Z] * slope) / V;
        const d2 = (d[row + 7 * Z] * slope) / V;
        const d3 = (d[row + 8 * Z] * slope) / V;
        // each state gives way to its gradient
        for (let at = from; at < from + V; at++) {
          const h = series[at];
          const e = expMinus((h - middle) * slope);
          const a0 = 1 + e * L0;
          const a1 = 1 + e * L1;
          const a2 = 1 + e * L2;
          const a3 = 1 + e * L3;
          const inverse = 1 / (a0 * a1 * (a2 * a3));
          const first = inverse * a2 * a3;
          const second = inverse * a0 * a1;
          const s0 = first * a1;
          const s1 = first * a0;
          const s2 = second * a3;
          const s3 = second * a2;
          series[at] =
            constant +
            linear * h +
            d0 * s0 * (1 - s0) +
            d1 * s1 * (1 - s1) +
            d2 * s2 * (1 - s2) +
            d3 * s3 * (1 - s3);
        }
        series[from + highest[b * Z + z]] += d[row + Z];
        series[from + lowest[b * Z + z]] += d[row + 3 * Z];
        series[from + (reverse ? 0 : V - 1)] += d[row + 4 * Z];
      }
      const { data, offset, stride } = gradients[k];
      for (let v = 0; v < V; v++) {
        const to = offset + steps[v] * stride;
        for (let j = 0; j < width; j++) data[to + j] += series[j * V + v];
      }
    }
  }
}
