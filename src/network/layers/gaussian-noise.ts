import type { PackedBatch } from "../batch/packed-batch.js";
import type { Layer, Plan, Signal } from "./layer.js";

/** Adds N(0, stddev) to every number while training; else the input passes as it is. */
export function createGaussianNoise(plan: Plan, name: string, input: Signal, stddev: number): Layer {
  const { stride, width } = input;
  const size = plan.T * plan.B * stride;
  const noise = plan.training ? plan.take(size) : 0;
  const result = plan.training ? plan.take(size) : 0;
  const active = (batch: PackedBatch) => batch.draws !== undefined && stddev > 0;

  return {
    name,
    output: { ...input, offset: (batch) => (active(batch) ? result : input.offset(batch)) },
    forward(batch) {
      if (!active(batch)) return;
      const { data } = plan.ws;
      const { rows } = batch;
      const from = input.offset(batch);
      batch.draws?.gaussian(name, data.subarray(noise, noise + rows * width), rows, width);
      for (let r = 0; r < rows; r++)
        for (let k = 0; k < width; k++)
          data[result + r * stride + k] = data[from + r * stride + k] + stddev * data[noise + r * width + k];
    },
    backward: (_pass, dOutput) => dOutput,
  };
}
