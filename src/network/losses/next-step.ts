import { NONE } from "../../engine/engine.js";
import type { ColumnGroup } from "../batch/one-hot-columns.js";
import { type BatchOffsets, type PackedBatch, stepStarts, type TargetOffsets } from "../batch/packed-batch.js";
import { createTimeDistributedDense } from "../layers/dense.js";
import type { Gradient, Layer, Objective, Plan } from "../layers/layer.js";
import { reconstructionLoss } from "./reconstruction.js";

/** A head that predicts the next step from the state after each (Srivastava et al., arXiv 1502.04681). */
export interface NextStep extends Objective {
  readonly layer: Layer;
  /** What is to be predicted: `x` of the step after, [R, F]; nothing is observed after a last step. */
  readonly place: TargetOffsets;
  /** [R], 1 where there is a step after, at which something was observed. */
  readonly present: number;
}

/**
 * @param encoder the states are those of its last recurrent layer, in its first direction
 * @param data where the batch's own `x` and `observed` lie, [R, F]
 */
export function planNextStep(
  plan: Plan,
  weight: number,
  encoder: readonly Layer[],
  columns: readonly ColumnGroup[],
  data: BatchOffsets,
): NextStep {
  const last = encoder.findLast((layer) => layer.states)!;
  const states = last.states![0].every;
  const gradient = last.stateGradients?.[0];
  const width = columns.reduce((sum, group) => sum + group.width, 0);
  const size = plan.T * plan.B * width;
  const place: TargetOffsets = { target: plan.take(size), observed: plan.take(size), weights: data.weights };
  const present = plan.take(plan.T * plan.B);
  const layer = createTimeDistributedDense(plan, "nextStep", states, width);
  const { stride } = layer.output;
  const dOutput: Gradient = { offset: plan.training ? plan.take(plan.T * plan.B * stride) : NONE, stride };

  /** Copies every step to where the step before it is. */
  const aim = (batch: PackedBatch) => {
    const { data: arena } = plan.ws;
    const { T, rows, mask, masked } = batch;
    const starts = stepStarts(batch, arena);
    arena.fill(0, place.observed, place.observed + rows * width);
    arena.fill(0, present, present + rows);
    for (let t = 0; t + 1 < T; t++) {
      const [row, next, end] = starts.subarray(t, t + 3);
      const [to, from, size] = [row * width, next * width, (end - next) * width];
      arena.copyWithin(place.target + to, data.x + from, data.x + from + size);
      if (masked) arena.copyWithin(place.observed + to, data.observed + from, data.observed + from + size);
      else arena.fill(1, place.observed + to, place.observed + to + size);
      if (mask === NONE) arena.fill(1, present + row, present + row + end - next);
      else arena.copyWithin(present + row, data.mask + next, data.mask + end);
    }
  };

  return {
    layer,
    place,
    present,
    forward(batch) {
      aim(batch);
      layer.forward(batch);
    },
    loss(batch, scale) {
      const some = { ...batch, masked: true };
      const into = scale === undefined ? undefined : dOutput;
      const weighted = (scale ?? 0) * weight;
      const value = reconstructionLoss(plan.ws, columns, place, layer.output, some, weighted, into);
      if (!into) return value;
      const { data: arena } = plan.ws;
      const dStates = layer.backward(batch, into)!;
      for (let r = 0; r < batch.rows; r++)
        for (let k = 0; k < states.width; k++)
          arena[gradient!.offset + r * gradient!.stride + k] += arena[dStates.offset + r * dStates.stride + k];
      return value;
    },
  };
}
