import { NONE, type Workspace } from "../../engine/engine.js";
import type { ColumnGroup } from "../batch/one-hot-columns.js";
import type { BatchOffsets, PackedBatch, TargetOffsets } from "../batch/packed-batch.js";
import type { Gradient, Objective, Plan, Signal } from "../layers/layer.js";

/** The decoder rebuilds the data; `gradient` of its output flows back through the layers. */
export interface Reconstruction extends Objective {
  readonly gradient: Gradient;
}

export function planReconstruction(
  plan: Plan,
  columns: readonly ColumnGroup[],
  { x, observed, weights }: BatchOffsets,
  output: Signal,
): Reconstruction {
  const target: TargetOffsets = { target: x, observed, weights };
  const { stride } = output;
  const gradient = { offset: plan.training ? plan.take(plan.T * plan.B * stride) : NONE, stride };
  return {
    gradient,
    forward() {},
    loss: (batch, scale) =>
      reconstructionLoss(
        plan.ws,
        columns,
        target,
        output,
        batch,
        scale ?? 0,
        scale === undefined ? undefined : gradient,
      ),
  };
}

/**
 * Reconstruction loss over what was observed, as a sum: squared error of numeric channels, cross-entropy of
 * categorical ones, each value times the weight of its case. What is missing does not count.
 *
 * @param gradient where to write the gradient of the output times `scale`, [R, stride]; undefined: loss only
 */
export function reconstructionLoss(
  ws: Workspace,
  columns: readonly ColumnGroup[],
  place: TargetOffsets,
  output: Signal,
  batch: PackedBatch,
  scale: number,
  gradient: Gradient | undefined,
): number {
  const { rows } = batch;
  const y = output.offset(batch);
  const weights = batch.weighted ? place.weights : NONE;
  if (columns.every((group) => group.kind === "numeric")) {
    return ws.maskedSquaredError({
      dy: gradient?.offset ?? NONE,
      y,
      x: place.target,
      observed: batch.masked ? place.observed : NONE,
      weights,
      scale,
      M: rows,
      F: output.width,
      ldy: output.stride,
    });
  }

  const { data } = ws;
  if (gradient) data.fill(0, gradient.offset, gradient.offset + rows * gradient.stride);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const weight = batch.weighted ? data[place.weights + r] : 1;
    for (const group of columns) {
      const at = r * output.width + group.start;
      if (batch.masked && data[place.observed + at] === 0) continue;
      const dy = gradient && gradient.offset + r * gradient.stride + group.start;
      sum +=
        weight * valueLoss(data, y + r * output.stride + group.start, place.target + at, group, dy, weight * scale);
    }
  }
  return sum;
}

/** Loss of one value; adds its gradient times `scale` at `dy`. */
function valueLoss(
  data: Float32Array | Float64Array,
  y: number,
  x: number,
  group: ColumnGroup,
  dy: number | undefined,
  scale: number,
): number {
  if (group.kind === "numeric") {
    const error = data[y] - data[x];
    if (dy !== undefined) data[dy] = 2 * scale * error;
    return error * error;
  }
  // Softmax cross-entropy over the logits of one categorical channel, shifted so that exp cannot overflow.
  let top = data[y];
  for (let k = 1; k < group.width; k++) top = Math.max(top, data[y + k]);
  let total = 0;
  for (let k = 0; k < group.width; k++) total += Math.exp(data[y + k] - top);
  let loss = 0;
  for (let k = 0; k < group.width; k++) {
    const target = data[x + k];
    if (target !== 0) loss -= target * (data[y + k] - top - Math.log(total));
    if (dy !== undefined) data[dy + k] = scale * (Math.exp(data[y + k] - top) / total - target);
  }
  return loss;
}
