import { NONE } from "../engine/engine.js";
import { type Layer, type Plan, rowsOf, type Signal } from "./layer.js";

/**
 * Inverted dropout: while training every number becomes 0 with probability `rate` and is divided by
 * 1 - rate otherwise; else the input passes as it is.
 */
export function createDropout(plan: Plan, name: string, input: Signal, rate: number): Layer {
  const { stride, width } = input;
  const size = (input.kind === "sequence" ? plan.T : 1) * plan.B * stride;
  const take = () => (plan.training ? plan.take(size) : NONE);
  const [kept, result, dInput] = [take(), take(), take()];

  return {
    name,
    output: { ...input, offset: (pass) => (pass.draws ? result : input.offset(pass)) },
    forward(pass) {
      if (!pass.draws) return;
      const rows = rowsOf(input, pass);
      pass.draws.dropout(name, kept, rows, width, rate);
      plan.ws.multiplyRows(result, input.offset(pass), kept, rows, width, stride, stride, width);
    },
    backward(pass, dOutput) {
      if (!pass.draws) return dOutput;
      const { offset, stride: ld } = dOutput;
      plan.ws.multiplyRows(dInput, offset, kept, rowsOf(input, pass), width, ld, ld, width);
      return { offset: dInput, stride: ld };
    },
  };
}
