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
      const b = weights + kernel.start;
      ws.gemmPack({ packed, b, K: H, N: units, ldb: units, transposed: false });
      ws.copyRows({ to: paddedBias, from: weights + bias.start, M: 1, width: units, ldto: Fp, ldfrom: units });
      if (training) ws.gemmPack({ packed: packedTransposed, b, K: units, N: H, ldb: units, transposed: true });
    },
    forward(batch) {
      const [c, a, lda] = [output.offset(batch), input.offset(batch), input.stride];
      const M = batch.rows;
      plan.ws.gemm({ c, a, packed, bias: paddedBias, M, N: Fp, K: H, ldc: Fp, lda, accumulate: false });
    },
    backward(batch, dOutput) {
      const { ws } = plan;
      const { rows: M, gradients } = batch;
      const { offset: g, stride: ldg } = dOutput;
      const { data } = ws;
      data.fill(0, dKernel, dKernel + H * Fp);
      const [a, lda] = [input.offset(batch), input.stride];
      ws.gemmTransposed({ c: dKernel, a, g, M, N: Fp, K: H, ldc: Fp, lda, ldg });
      const into = gradients + kernel.start;
      for (let k = 0; k < H; k++)
        for (let u = 0; u < units; u++) data[into + k * units + u] += data[dKernel + k * Fp + u];
      ws.columnSums({ sums: gradients + bias.start, a: g, M, N: units, lda: ldg });
      const packed = packedTransposed;
      ws.gemm({ c: dInput, a: g, packed, bias: NONE, M, N: Hp, K: units, ldc: Hp, lda: ldg, accumulate: false });
      return { offset: dInput, stride: Hp };
    },
  };
}
