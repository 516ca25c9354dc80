import { padTo } from "../engine/engine.js";
import {
  copyRows,
  type Gradient,
  type Layer,
  type Pass,
  type Plan,
  plainSequence,
  type Signal,
} from "./layer.js";
import { createLstmDirection, type LstmDirection } from "./lstm-direction.js";
import type { LayerSpec } from "./spec.js";

type LstmSpec = Extract<LayerSpec, { type: "lstm" }>;

/**
 * LSTM layer, one way or both ways. Output [B, T, H] with `returnSequences`, else the last state [B, H];
 * bidirectional: 2H, forward then backward. Masked steps carry the state through. With `goBackwards` and
 * `returnSequences` the states stay in time order (Keras hands them out reversed), so that masks still fit.
 */
export function createLstm(
  plan: Plan,
  name: string,
  input: Signal,
  spec: LstmSpec,
  inputGradient: boolean,
): Layer {
  const { units, activation = "tanh", returnSequences = false } = spec;
  const direction = (part: string, reverse: boolean) =>
    createLstmDirection(plan, part, input, { units, relu: activation === "relu", reverse, inputGradient });
  if (spec.bidirectional)
    return joinDirections(
      plan,
      name,
      input,
      [direction(`${name}.forward`, false), direction(`${name}.backward`, true)],
      units,
      returnSequences,
    );
  const only = direction(name, spec.goBackwards ?? false);
  return {
    name,
    output: returnSequences ? only.states.every : only.states.last,
    states: [only.states],
    pack: only.pack,
    forward: only.forward,
    backward: (pass, dOutput) =>
      returnSequences ? only.backward(pass, dOutput, undefined) : only.backward(pass, undefined, dOutput),
  };
}

function joinDirections(
  plan: Plan,
  name: string,
  input: Signal,
  both: readonly [LstmDirection, LstmDirection],
  H: number,
  returnSequences: boolean,
): Layer {
  const Hp = padTo(H, plan.lanes);
  const rowsOf = ({ T, B }: Pass) => (returnSequences ? T * B : B);
  const output: Signal = { ...plainSequence(plan, 2 * H), kind: returnSequences ? "sequence" : "vector" };
  // The gradient of each half, padded with zeros of its own.
  const halves = both.map(() => (plan.training ? plan.take(plan.T * plan.B * Hp) : 0));

  return {
    name,
    output,
    states: both.map((each) => each.states),
    pack() {
      for (const each of both) each.pack();
    },
    forward(pass) {
      const { data } = plan.ws;
      both.forEach((each, k) => {
        each.forward(pass);
        const from = returnSequences ? each.states.every : each.states.last;
        copyRows(
          data,
          output.offset(pass) + k * H,
          output.stride,
          from.offset(pass),
          from.stride,
          rowsOf(pass),
          H,
        );
      });
    },
    backward(pass, dOutput) {
      const { data } = plan.ws;
      const gradients = both.map((each, k) => {
        const half: Gradient = { offset: halves[k], stride: Hp };
        copyRows(data, half.offset, Hp, dOutput.offset + k * H, dOutput.stride, rowsOf(pass), H);
        return returnSequences ? each.backward(pass, half, undefined) : each.backward(pass, undefined, half);
      });
      const [sum, other] = gradients;
      if (!sum || !other) return undefined;
      const rows = input.kind === "sequence" ? pass.T * pass.B : pass.B;
      for (let k = 0; k < rows * sum.stride; k++) data[sum.offset + k] += data[other.offset + k];
      return sum;
    },
  };
}
