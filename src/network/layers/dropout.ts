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
    output: { ...input, offset: (pass) => (pass.draws ? result : input.offset(pass)) },
    forward(pass) {
      if (!pass.draws) return;
      const rows = rowsOf(input, pass);
      pass.draws.dropout(name, factors, rows, width, rate);
      plan.ws.multiplyRows({
        y: result,
        a: input.offset(pass),
        b: factors,
        M: rows,
        width,
        ldy: stride,
        lda: stride,
        ldb: width,
      });
    },
    backward(pass, dOutput) {
      if (!pass.draws) return dOutput;
      const { offset, stride } = dOutput;
      plan.ws.multiplyRows({
        y: dInput,
        a: offset,
        b: factors,
        M: rowsOf(input, pass),
        width,
        ldy: stride,
        lda: stride,
        ldb: width,
      });
      return { offset: dInput, stride };
    },
  };
}
