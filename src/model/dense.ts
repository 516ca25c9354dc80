import { padTo } from "../engine/engine.js";
import { type Layer, type Plan, plainSequence, type Signal } from "./layer.js";

/** The same Dense(units), linear, on every step: [B, T, width] -> [B, T, units]. */
export function createTimeDistributedDense(plan: Plan, name: string, input: Signal, units: number): Layer {
  const { lanes, training } = plan;
  const H = input.width;
  const Hp = padTo(H, lanes);
  const Fp = padTo(units, lanes);
  const kernel = plan.parameter(`${name}.kernel`, [H, units], "glorotUniform");
  const bias = plan.parameter(`${name}.bias`, [units], "zeros");
  const output = plainSequence(plan, units);
  const packed = plan.take(H * Fp);
  const packedTransposed = training ? plan.take(units * Hp) : 0;
  const dKernel = training ? plan.take(H * Fp) : 0;
  const dInput = training ? plan.take(plan.T * plan.B * Hp) : 0;

  return {
    name,
    output,
    pack() {
      const { ws, weights } = plan;
      ws.gemmPack(packed, weights + kernel.start, H, units, units, 0);
      if (training) ws.gemmPack(packedTransposed, weights + kernel.start, units, H, units, 1);
    },
    forward(pass) {
      const { ws, weights } = plan;
      const rows = pass.T * pass.B;
      const y = output.offset(pass);
      for (let r = 0; r < rows; r++)
        for (let k = 0; k < Fp; k++)
          ws.data[y + r * Fp + k] = k < units ? ws.data[weights + bias.start + k] : 0;
      ws.gemm(y, input.offset(pass), packed, rows, Fp, H, Fp, input.stride, 1);
    },
    backward(pass, dOutput) {
      const { ws, gradients } = plan;
      const rows = pass.T * pass.B;
      ws.data.fill(0, dKernel, dKernel + H * Fp);
      ws.gemmTransposed(
        dKernel,
        input.offset(pass),
        dOutput.offset,
        rows,
        Fp,
        H,
        Fp,
        input.stride,
        dOutput.stride,
      );
      addRows(ws.data, gradients + kernel.start, units, dKernel, Fp, H, units);
      ws.columnSums(gradients + bias.start, dOutput.offset, rows, units, dOutput.stride);
      ws.gemm(dInput, dOutput.offset, packedTransposed, rows, Hp, units, Hp, dOutput.stride, 0);
      return { offset: dInput, stride: Hp };
    },
  };
}

function addRows(
  data: Float32Array | Float64Array,
  to: number,
  toStride: number,
  from: number,
  fromStride: number,
  rows: number,
  width: number,
): void {
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < width; k++) data[to + r * toStride + k] += data[from + r * fromStride + k];
}
