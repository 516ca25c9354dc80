import { NONE } from "../../engine/engine.js";
import { type Layer, type Plan, rowsOf, type Signal } from "./layer.js";

/**
 * Inverted dropout: while training every number becomes 0 with probability `rate` and is divided by
 * 1 - rate otherwise, and its gradient likewise; else the input passes as it is.
 */
export function createDropout(plan: Plan, name: string, input: Signal, rate: number): Layer {
  const { stride, width } = input;
  const size = (input.kind === "sequence" ? plan.T : 1) * plan.B * stride;
  const take = () => (plan.training ? plan.take(size) : NONE);
  const [factors, result, dInput] = [take(), take(), take()];

  return {
    name,
    output: { ...input, offset: (batch) => (batch.draws ? result : input.offset(batch)) },
    forward(batch) {
      if (!batch.draws) return;
      const rows = rowsOf(input, batch);
      batch.draws.dropout(name, factors, rows, width, rate);
      const a = input.offset(batch);
      plan.ws.multiplyRows({ y: result, a, b: factors, M: rows, width, ldy: stride, lda: stride, ldb: width });
    },
    backward(batch, dOutput) {
      if (!batch.draws) return dOutput;
      const { offset, stride } = dOutput;
      const M = rowsOf(input, batch);
      plan.ws.multiplyRows({ y: dInput, a: offset, b: factors, M, width, ldy: stride, lda: stride, ldb: width });
      return { offset: dInput, stride };
    },
  };
}
