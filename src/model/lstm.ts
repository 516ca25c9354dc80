import { padTo } from "../engine/engine.js";
import { type Gradient, type Layer, type Plan, plainSequence, rowsOf, type Signal } from "./layer.js";
import { createLstmDirection, type LstmDirection } from "./lstm-direction.js";
import type { LayerSpec } from "./spec.js";

type LstmSpec = Extract<LayerSpec, { type: "lstm" }>;

/**
 * LSTM layer, one way or both ways. Output [R, H] with `returnSequences`, else the last state [B, H];
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
  const everyState = returnSequences || plan.keepStates;
  const relu = activation === "relu";
  const direction = (part: string, reverse: boolean) =>
    createLstmDirection(plan, part, input, { units, relu, reverse, inputGradient, everyState });
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
    carry: spec.goBackwards ? undefined : only.carry,
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
      const rows = rowsOf(output, pass);
      both.forEach((each, k) => {
        each.forward(pass);
        const from = returnSequences ? each.states.every : each.states.last;
        plan.ws.copyRows(output.offset(pass) + k * H, from.offset(pass), rows, H, output.stride, from.stride);
      });
    },
    backward(pass, dOutput) {
      const { data } = plan.ws;
      const gradients = both.map((each, k) => {
        const half: Gradient = { offset: halves[k], stride: Hp };
        plan.ws.copyRows(half.offset, dOutput.offset + k * H, rowsOf(output, pass), H, Hp, dOutput.stride);
        return returnSequences ? each.backward(pass, half, undefined) : each.backward(pass, undefined, half);
      });
      const [sum, other] = gradients;
      if (!sum || !other) return undefined;
      const size = rowsOf(input, pass) * sum.stride;
      for (let k = 0; k < size; k++) data[sum.offset + k] += data[other.offset + k];
      return sum;
    },
  };
}
