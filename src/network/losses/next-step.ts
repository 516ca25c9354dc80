import { NONE } from "../../engine/engine.js";
import type { ColumnGroup } from "../batch/one-hot-columns.js";
import type { PackedBatch, TargetOffsets } from "../batch/packed-batch.js";
import { createTimeDistributedDense } from "../layers/dense.js";
import type { Gradient, HiddenStates, Layer, Plan } from "../layers/layer.js";
import { reconstructionLoss } from "./reconstruction-loss.js";

/** A head that predicts the next step from the state after each (Srivastava et al., arXiv 1502.04681). */
export interface NextStep {
  readonly layer: Layer;
  /** What was to be predicted: `x` of the step after, [R, F]; nothing is observed after a last step. */
  readonly place: TargetOffsets;
  /** [R], 1 where there is a step after, at which something was observed. */
  readonly there: number;
  forward(pass: PackedBatch): void;
  /**
   * Sum of the loss of what was there to be predicted.
   * @param scale where given, gradients of `scale` times that sum are added to those of the states and parameters
   */
  loss(pass: PackedBatch, scale?: number): number;
}

/** @param data where the pass's own `x` and `observed` lie, [R, F] */
export function createNextStep(
  plan: Plan,
  states: HiddenStates,
  gradient: Gradient | undefined,
  columns: readonly ColumnGroup[],
  data: { x: number; observed: number; weights: number; mask: number },
): NextStep {
  const width = columns.reduce((sum, group) => sum + group.width, 0);
  const size = plan.T * plan.B * width;
  const place: TargetOffsets = { target: plan.take(size), observed: plan.take(size), weights: data.weights };
  const there = plan.take(plan.T * plan.B);
  const layer = createTimeDistributedDense(plan, "nextStep", states.every, width);
  const { stride } = layer.output;
  const dOutput: Gradient = { offset: plan.training ? plan.take(plan.T * plan.B * stride) : NONE, stride };

  /** Copies every step to where the step before it is. */
  const aim = ({ T, B, active, mask, masked, rows }: PackedBatch) => {
    const { data: arena } = plan.ws;
    arena.fill(0, place.observed, place.observed + rows * width);
    arena.fill(0, there, there + rows);
    let row = 0;
    for (let t = 0; t + 1 < T; t++) {
      const n = active === NONE ? B : arena[active + t];
      const later = active === NONE ? B : arena[active + t + 1];
      const [to, from] = [row * width, (row + n) * width];
      arena.copyWithin(place.target + to, data.x + from, data.x + from + later * width);
      if (masked)
        arena.copyWithin(place.observed + to, data.observed + from, data.observed + from + later * width);
      else arena.fill(1, place.observed + to, place.observed + to + later * width);
      if (mask === NONE) arena.fill(1, there + row, there + row + later);
      else arena.copyWithin(there + row, data.mask + row + n, data.mask + row + n + later);
      row += n;
    }
  };

  return {
    layer,
    place,
    there,
    forward(pass) {
      aim(pass);
      layer.forward(pass);
    },
    loss(pass, scale) {
      const some = { ...pass, masked: true };
      const into = scale === undefined ? undefined : dOutput;
      const value = reconstructionLoss(plan.ws, columns, place, layer.output, some, scale ?? 0, into);
      if (!into) return value;
      const { data: arena } = plan.ws;
      const dStates = layer.backward(pass, into)!;
      for (let r = 0; r < pass.rows; r++)
        for (let k = 0; k < states.every.width; k++)
          arena[gradient!.offset + r * gradient!.stride + k] +=
            arena[dStates.offset + r * dStates.stride + k];
      return value;
    },
  };
}
