import type { Layer, Pass, Plan, Signal } from "./layer.js";

/**
 * Inverted dropout: while training every number becomes 0 with probability `rate` and is divided by
 * 1 - rate otherwise; else the input passes as it is.
 */
export function createDropout(plan: Plan, name: string, input: Signal, rate: number): Layer {
  const { stride, width } = input;
  const size = (input.kind === "sequence" ? plan.T : 1) * plan.B * stride;
  const kept = plan.training ? plan.take(size) : 0;
  const result = plan.training ? plan.take(size) : 0;
  const dInput = plan.training ? plan.take(size) : 0;
  const rowsOf = ({ T, B }: Pass) => (input.kind === "sequence" ? T * B : B);

  return {
    name,
    output: { ...input, offset: (pass) => (pass.draws ? result : input.offset(pass)) },
    forward(pass) {
      if (!pass.draws) return;
      const { data } = plan.ws;
      const rows = rowsOf(pass);
      const from = input.offset(pass);
      pass.draws.dropout(name, data.subarray(kept, kept + rows * width), rows, width, rate);
      for (let r = 0; r < rows; r++)
        for (let k = 0; k < width; k++)
          data[result + r * stride + k] = data[from + r * stride + k] * data[kept + r * width + k];
    },
    backward(pass, dOutput) {
      if (!pass.draws) return dOutput;
      const { data } = plan.ws;
      const rows = rowsOf(pass);
      for (let r = 0; r < rows; r++)
        for (let k = 0; k < width; k++)
          data[dInput + r * dOutput.stride + k] =
            data[dOutput.offset + r * dOutput.stride + k] * data[kept + r * width + k];
      return { offset: dInput, stride: dOutput.stride };
    },
  };
}
