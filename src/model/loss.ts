import { NONE, type Workspace } from "../engine/engine.js";
import type { BatchPlace, BatchShape } from "./batch-shape.js";
import type { ColumnGroup } from "./columns.js";
import type { Gradient, Pass, Signal } from "./layer.js";

/**
 * Mean reconstruction loss over what was observed: squared error of numeric channels, cross-entropy of
 * categorical ones, each value times the weight of its case, divided by the number of observed values. Padding
 * and missing values count neither above nor below the line. A batch in which nothing was observed has loss 0.
 *
 * @param gradient where to write the gradient of the output, [T * B, stride]; undefined: loss only
 */
export function reconstructionLoss(
  ws: Workspace,
  columns: readonly ColumnGroup[],
  place: BatchPlace,
  output: Signal,
  pass: Pass,
  batch: BatchShape,
  gradient: Gradient | undefined,
): number {
  const rows = pass.T * pass.B;
  const count = Math.max(batch.count, 1);
  const y = output.offset(pass);
  const weights = batch.weighted ? place.weights : NONE;
  if (columns.every((group) => group.kind === "numeric")) {
    const observed = batch.masked ? place.observed : NONE;
    const dy = gradient?.offset ?? NONE;
    return (
      ws.maskedSquaredError(dy, y, place.x, observed, weights, 1 / count, rows, output.width, output.stride) /
      count
    );
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
        weight *
        valueLoss(data, y + r * output.stride + group.start, place.x + at, group, dy, weight / count);
    }
  }
  return sum / count;
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
