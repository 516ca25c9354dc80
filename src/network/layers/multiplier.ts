import { NONE } from "../../engine/engine.js";
import type { Draws } from "../batch/packed-batch.js";
import { type Layer, type Plan, rowsOf, type Signal } from "./layer.js";

/**
 * While training every number of the input is multiplied by one that was drawn for it, and its gradient likewise; else
 * the input passes as it is.
 * @param draw fills rows * width numbers of the arena from `offset` on
 */
export function createMultiplier(
  plan: Plan,
  name: string,
  input: Signal,
  draw: (draws: Draws, offset: number, rows: number, width: number) => void,
): Layer {
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
      draw(pass.draws, factors, rows, width);
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
