import { NONE, padTo } from "../../engine/engine.js";
import { type Layer, type Plan, plainSequence, type Signal } from "./layer.js";

/** The same Dense(units), linear, on every step: [R, width] -> [R, units]. */
export function createTimeDistributedDense(plan: Plan, name: string, input: Signal, units: number): Layer {
  const { lanes, training } = plan;
  const H = input.width;
  const Hp = padTo(H, lanes);
  const Fp = padTo(units, lanes);
  const kernel = plan.parameter(`${name}.kernel`, [H, units], "glorotUniform");
  const bias = plan.parameter(`${name}.bias`, [units], "zeros");
  const output = plainSequence(plan, units);
  const packed = plan.share(`${name}.packed`, H * Fp);
  const paddedBias = plan.share(`${name}.paddedBias`, Fp);
  const packedTransposed = training ? plan.share(`${name}.packedTransposed`, units * Hp) : NONE;
  const dKernel = training ? plan.take(H * Fp) : NONE;
  const dInput = training ? plan.take(plan.T * plan.B * Hp) : NONE;

  return {
    name,
    output,
    pack() {
      const { ws, weights } = plan;
      ws.gemmPack(packed, weights + kernel.start, H, units, units, 0);
      ws.copyRows(paddedBias, weights + bias.start, 1, units, Fp, units);
      if (training) ws.gemmPack(packedTransposed, weights + kernel.start, units, H, units, 1);
    },
    forward(pass) {
      plan.ws.gemm(
        ...([output.offset(pass), input.offset(pass), packed, paddedBias] as const),
        ...([pass.rows, Fp, H, Fp, input.stride, 0] as const),
      );
    },
    backward(pass, dOutput) {
      const { ws } = plan;
      const { rows, gradients } = pass;
      const { offset, stride } = dOutput;
      const { data } = ws;
      data.fill(0, dKernel, dKernel + H * Fp);
      ws.gemmTransposed(dKernel, input.offset(pass), offset, rows, Fp, H, Fp, input.stride, stride);
      const into = gradients + kernel.start;
      for (let k = 0; k < H; k++)
        for (let u = 0; u < units; u++) data[into + k * units + u] += data[dKernel + k * Fp + u];
      ws.columnSums(gradients + bias.start, offset, rows, units, stride);
      ws.gemm(dInput, offset, packedTransposed, NONE, rows, Hp, units, Hp, stride, 0);
      return { offset: dInput, stride: Hp };
    },
  };
}
