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
      plan.ws.gemm({
        c: output.offset(batch),
        a: input.offset(batch),
        packed,
        bias: paddedBias,
        M: batch.rows,
        N: Fp,
        K: H,
        ldc: Fp,
        lda: input.stride,
        accumulate: false,
      });
    },
    backward(batch, dOutput) {
      const { ws } = plan;
      const { rows, gradients } = batch;
      const { offset, stride } = dOutput;
      const { data } = ws;
      data.fill(0, dKernel, dKernel + H * Fp);
      ws.gemmTransposed({
        c: dKernel,
        a: input.offset(batch),
        g: offset,
        M: rows,
        N: Fp,
        K: H,
        ldc: Fp,
        lda: input.stride,
        ldg: stride,
      });
      const into = gradients + kernel.start;
      for (let k = 0; k < H; k++)
        for (let u = 0; u < units; u++) data[into + k * units + u] += data[dKernel + k * Fp + u];
      ws.columnSums({ sums: gradients + bias.start, a: offset, M: rows, N: units, lda: stride });
      ws.gemm({
        c: dInput,
        a: offset,
        packed: packedTransposed,
        bias: NONE,
        M: rows,
        N: Hp,
        K: units,
        ldc: Hp,
        lda: stride,
        accumulate: false,
      });
      return { offset: dInput, stride: Hp };
    },
  };
}
