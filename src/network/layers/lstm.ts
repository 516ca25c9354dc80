import { padTo } from "../../engine/engine.js";
import type { LayerSpec } from "../spec/spec.js";
import { type Gradient, type Layer, type Plan, plainSequence, rowsOf, type Signal } from "./layer.js";
import { createLstmDirection, type LstmDirection } from "./lstm-direction.js";
import { createStatePool } from "./state-pool.js";

type LstmSpec = Extract<LayerSpec, { type: "lstm" }>;

/**
 * LSTM layer, one way or both ways. Output [R, H] with `returnSequences`, else the last state [B, H];
 * bidirectional: 2H, forward then backward. Masked steps carry the state through. With `goBackwards` and
 * `returnSequences` the states stay in time order (Keras hands them out reversed), so that masks still fit.
 */
export function createLstm(plan: Plan, name: string, input: Signal, spec: LstmSpec, inputGradient: boolean): Layer {
  const { units, activation = "tanh", returnSequences = false, pool = false } = spec;
  const everyState = returnSequences || pool || plan.keepStates;
  const stateGradient = pool || (plan.stateGradients && name.startsWith("encoder"));
  const relu = activation === "relu";
  const direction = (part: string, reverse: boolean) =>
    createLstmDirection(plan, part, input, { units, relu, reverse, inputGradient, everyState, stateGradient });
  if (pool)
    return poolDirections(
      plan,
      name,
      input,
      spec.bidirectional
        ? [direction(`${name}.forward`, false), direction(`${name}.backward`, true)]
        : [direction(name, spec.goBackwards ?? false)],
      units,
    );
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
    stateGradients: [only.stateGradient],
    carry: spec.goBackwards ? undefined : only.carry,
    pack: only.pack,
    forward: only.forward,
    backward: (batch, dOutput) =>
      returnSequences ? only.backward(batch, dOutput, undefined) : only.backward(batch, undefined, dOutput),
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
    stateGradients: both.map((each) => each.stateGradient),
    pack() {
      for (const each of both) each.pack();
    },
    forward(batch) {
      const rows = rowsOf(output, batch);
      both.forEach((each, k) => {
        each.forward(batch);
        const states = returnSequences ? each.states.every : each.states.last;
        const [to, from] = [output.offset(batch) + k * H, states.offset(batch)];
        plan.ws.copyRows({ to, from, M: rows, width: H, ldto: output.stride, ldfrom: states.stride });
      });
    },
    backward(batch, dOutput) {
      const { data } = plan.ws;
      const gradients = both.map((each, k) => {
        const half: Gradient = { offset: halves[k], stride: Hp };
        const [from, M] = [dOutput.offset + k * H, rowsOf(output, batch)];
        plan.ws.copyRows({ to: half.offset, from, M, width: H, ldto: Hp, ldfrom: dOutput.stride });
        return returnSequences ? each.backward(batch, half, undefined) : each.backward(batch, undefined, half);
      });
      return addGradients(data, gradients, rowsOf(input, batch));
    },
  };
}

function poolDirections(
  plan: Plan,
  name: string,
  input: Signal,
  directions: readonly LstmDirection[],
  H: number,
): Layer {
  const pool = createStatePool(plan, directions, H, padTo(H, plan.lanes));
  const stride = padTo(pool.width, plan.lanes);
  const offset = plan.take(plan.B * stride);
  return {
    name,
    output: { kind: "vector", width: pool.width, stride, offset: () => offset },
    states: directions.map((each) => each.states),
    stateGradients: directions.map((each) => each.stateGradient),
    pack() {
      for (const each of directions) each.pack();
    },
    forward(batch) {
      for (const each of directions) each.forward(batch);
      pool.forward(batch, offset, stride);
    },
    backward(batch, dOutput) {
      const dLast = pool.backward(batch, dOutput);
      const gradients = directions.map((each, d) => each.backward(batch, undefined, dLast[d]));
      return addGradients(plan.ws.data, gradients, rowsOf(input, batch));
    },
  };
}

/** The first of them, with the others added to it; undefined if none was requested. */
function addGradients(
  data: Float32Array | Float64Array,
  [sum, ...others]: readonly (Gradient | undefined)[],
  rows: number,
): Gradient | undefined {
  for (const other of others)
    if (sum && other) for (let k = 0; k < rows * sum.stride; k++) data[sum.offset + k] += data[other.offset + k];
  return sum;
}
