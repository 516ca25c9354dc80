import { NONE } from "../../engine/engine.js";
import type { PackedBatch } from "../batch/packed-batch.js";
import type { Gradient, Plan } from "./layer.js";
import type { LstmDirection } from "./lstm-direction.js";

/** Parts that each direction gives, each as wide as the direction. */
const PARTS = 3;

/**
 * Mean, max and last state of every direction side by side: [means, maxima, last ones], a latent that knows the whole
 * sequence. Steps that are masked do not count; a case without a step has zeros.
 */
export interface StatePool {
  width: number;
  /** Writes [B, stride] from `offset` on. */
  forward(batch: PackedBatch, offset: number, stride: number): void;
  /** Adds to the gradient of every state; returns that of the last state of each direction. */
  backward(batch: PackedBatch, dOutput: Gradient): Gradient[];
}

export function createStatePool(plan: Plan, directions: readonly LstmDirection[], H: number, Hp: number): StatePool {
  const { B: most, training } = plan;
  const Z = directions.length * H;
  const own = directions.map(() => ({
    rows: plan.take(2 * most * Hp), // mean and max; then their gradients
    argmax: plan.take(2 * most * Hp),
    dLast: training ? plan.take(most * Hp) : NONE,
  }));

  return {
    width: PARTS * Z,

    forward(batch, offset, stride) {
      const { ws } = plan;
      const { T, B, mask, active } = batch;
      directions.forEach(({ states: { every, last } }, d) => {
        const { rows, argmax } = own[d];
        ws.poolForward({ rows, argmax, states: every.offset(batch), mask, active, T, B, H });
        const to = offset + d * H;
        const copy = (part: number, from: number, ldfrom: number) =>
          ws.copyRows({ to: to + part * Z, from, M: B, width: H, ldto: stride, ldfrom });
        copy(0, rows, 2 * Hp);
        copy(1, rows + Hp, 2 * Hp);
        copy(2, last.offset(batch), last.stride);
      });
    },

    backward(batch, dOutput) {
      const { ws } = plan;
      const { T, B, mask, active } = batch;
      return directions.map(({ stateGradient }, d) => {
        const { rows, argmax, dLast } = own[d];
        const from = dOutput.offset + d * H;
        const copy = (part: number, to: number, ldto: number) =>
          ws.copyRows({ to, from: from + part * Z, M: B, width: H, ldto, ldfrom: dOutput.stride });
        ws.data.fill(0, rows, rows + 2 * B * Hp);
        copy(0, rows, 2 * Hp);
        copy(1, rows + Hp, 2 * Hp);
        ws.poolBackward({ dstates: stateGradient!.offset, drows: rows, argmax, mask, active, T, B, H });
        copy(2, dLast, Hp);
        return { offset: dLast, stride: Hp };
      });
    },
  };
}
