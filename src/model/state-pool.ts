import { NONE } from "../engine/engine.js";
import type { Gradient, Plan } from "./layer.js";
import type { LstmDirection } from "./lstm-direction.js";
import type { Pass } from "./pass.js";

/** Parts that each direction gives, each as wide as the direction. */
const PARTS = 3;

/**
 * Mean, max and last state of every direction side by side: [means, maxima, last ones], a latent that knows the whole
 * sequence. Steps that are masked do not count; a case without a step has zeros.
 */
export interface StatePool {
  width: number;
  /** Writes [B, stride] from `offset` on. */
  forward(pass: Pass, offset: number, stride: number): void;
  /** Adds to the gradient of every state; returns that of the last state of each direction. */
  backward(pass: Pass, dOutput: Gradient): Gradient[];
}

export function createStatePool(
  plan: Plan,
  directions: readonly LstmDirection[],
  H: number,
  Hp: number,
): StatePool {
  const Z = directions.length * H;
  // Which row holds each maximum; how many steps a case has.
  const highest = plan.take(plan.B * Z);
  const counts = plan.take(plan.B);
  const dLast = directions.map(() => (plan.training ? plan.take(plan.B * Hp) : NONE));

  /** Calls `visit` with every row that is there and its case. */
  const eachRow = (pass: Pass, visit: (r: number, b: number) => void) => {
    const { data } = plan.ws;
    for (let t = 0, r = 0; t < pass.T; t++) {
      const n = pass.active === NONE ? pass.B : data[pass.active + t];
      for (let b = 0; b < n; b++, r++) if (pass.mask === NONE || data[pass.mask + r] !== 0) visit(r, b);
    }
  };

  return {
    width: PARTS * Z,

    forward(pass, offset, stride) {
      const { data } = plan.ws;
      const { B } = pass;
      for (let b = 0; b < B; b++) data.fill(0, offset + b * stride, offset + b * stride + PARTS * Z);
      data.fill(0, counts, counts + B);
      eachRow(pass, (r, b) => {
        const first = data[counts + b]++ === 0;
        directions.forEach(({ states: { every } }, d) => {
          const from = every.offset(pass) + r * every.stride;
          const mean = offset + b * stride + d * H;
          const places = highest + b * Z + d * H;
          for (let k = 0; k < H; k++) {
            const h = data[from + k];
            data[mean + k] += h;
            if (!first && h <= data[mean + Z + k]) continue; // NaN stays
            data[mean + Z + k] = h;
            data[places + k] = r;
          }
        });
      });
      for (let b = 0; b < B; b++) {
        const row = offset + b * stride;
        for (let k = 0; k < Z && data[counts + b] > 1; k++) data[row + k] /= data[counts + b];
        directions.forEach(({ states: { last } }, d) => {
          const from = last.offset(pass) + b * last.stride;
          for (let k = 0; k < H; k++) data[row + 2 * Z + d * H + k] = data[from + k];
        });
      }
    },

    backward(pass, dOutput) {
      const { data } = plan.ws;
      const { B } = pass;
      eachRow(pass, (r, b) => {
        directions.forEach(({ stateGradient }, d) => {
          const to = stateGradient!.offset + r * stateGradient!.stride;
          const mean = dOutput.offset + b * dOutput.stride + d * H;
          const places = highest + b * Z + d * H;
          const share = 1 / data[counts + b];
          for (let k = 0; k < H; k++) {
            data[to + k] += data[mean + k] * share;
            if (data[places + k] === r) data[to + k] += data[mean + Z + k];
          }
        });
      });
      return directions.map((_, d) => {
        plan.ws.copyRows(dLast[d], dOutput.offset + 2 * Z + d * H, B, H, Hp, dOutput.stride);
        return { offset: dLast[d], stride: Hp };
      });
    },
  };
}
