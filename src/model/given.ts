import { NONE, padTo } from "../engine/engine.js";
import type { ColumnGroup } from "./columns.js";
import type { Gradient, Layer, Plan, Signal } from "./layer.js";
import type { Pass } from "./pass.js";

/** What the other channels of a step say about each of its channels, added to a prediction of the step. */
export interface Given {
  readonly layer: Pick<Layer, "name" | "pack">;
  /** output [R, F] += x [R, F] times weights, of which those from a channel to itself do not count. */
  forward(pass: Pass): void;
  backward(pass: Pass, dOutput: Gradient): void;
}

/**
 * A linear layer [F, F] between the channels of one step: a category makes an amount likelier, never itself. Weights
 * start at 0.
 * @param x [R, F], the step that is predicted, 0 where nothing was observed
 * @param output [R, F], where the prediction lies
 */
export function createGiven(
  plan: Plan,
  name: string,
  columns: readonly ColumnGroup[],
  x: number,
  output: Signal,
): Given {
  const F = columns.reduce((sum, { width }) => sum + width, 0);
  const Fp = padTo(F, plan.lanes);
  const weights = plan.parameter(name, [F, F], "zeros");
  const crossing = plan.share(`${name}.crossing`, F * F);
  const packed = plan.share(`${name}.packed`, F * Fp);
  const dWeights = plan.training ? plan.take(F * Fp) : NONE;

  return {
    layer: {
      name,
      pack() {
        const { ws } = plan;
        const { data } = ws;
        const from = plan.weights + weights.start;
        data.copyWithin(crossing, from, from + F * F);
        for (const { start, width } of columns)
          for (let k = start; k < start + width; k++)
            data.fill(0, crossing + k * F + start, crossing + k * F + start + width);
        ws.gemmPack(packed, crossing, F, F, F, 0);
      },
    },
    forward(pass) {
      plan.ws.gemm(output.offset(pass), x, packed, NONE, pass.rows, Fp, F, output.stride, F, 1);
    },
    backward({ rows, gradients }, dOutput) {
      const { ws } = plan;
      const { data } = ws;
      data.fill(0, dWeights, dWeights + F * Fp);
      ws.gemmTransposed(dWeights, x, dOutput.offset, rows, Fp, F, Fp, F, dOutput.stride);
      for (const own of columns)
        for (let k = own.start; k < own.start + own.width; k++)
          for (let u = 0; u < F; u++)
            if (u < own.start || u >= own.start + own.width)
              data[gradients + weights.start + k * F + u] += data[dWeights + k * Fp + u];
    },
  };
}
