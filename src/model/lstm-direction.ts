import { NONE, padTo } from "../engine/engine.js";
import { copyRows, type Gradient, type HiddenStates, type Pass, type Plan, type Signal } from "./layer.js";

/** One LSTM walking one way over time: its share of the arena and its calls of the kernels. */
export interface LstmDirection {
  readonly states: HiddenStates;
  pack(): void;
  forward(pass: Pass): void;
  /**
   * @param dStates gradient of every hidden state, rows padded to whole vectors
   * @param dLast gradient of the last state
   * @returns gradient of the input, where it was asked for
   */
  backward(pass: Pass, dStates: Gradient | undefined, dLast: Gradient | undefined): Gradient | undefined;
}

export interface LstmOptions {
  units: number;
  relu: boolean;
  reverse: boolean;
  /** Whether something before this layer learns. */
  inputGradient: boolean;
}

/** Plans one direction. A repeated input is projected once per case instead of once per step. */
export function createLstmDirection(
  plan: Plan,
  name: string,
  input: Signal,
  options: LstmOptions,
): LstmDirection {
  const { units: H, relu, reverse, inputGradient } = options;
  const F = input.width;
  const Hp = padTo(H, plan.lanes);
  const Fp = padTo(F, plan.lanes);
  const G = 4 * Hp;
  const repeated = input.kind === "repeated";
  const K = repeated ? Hp : Hp + F + 1; // what one step multiplies: h, and x and 1 unless they never change
  const inputRows = K - Hp;

  // One block, [recurrentKernel; kernel; bias], as the kernels read it.
  const recurrent = plan.parameter(`${name}.recurrentKernel`, [H, 4 * H], "orthogonal");
  plan.parameter(`${name}.kernel`, [F, 4 * H], "glorotUniform");
  plan.parameter(`${name}.bias`, [4 * H], "forgetBias");

  const { T, B, training } = plan;
  const take = (needed: boolean, elements: number) => (needed ? plan.take(elements) : NONE);
  const xh = plan.take((T + 1) * B * K);
  const cells = plan.take((training ? T + 1 : 1) * B * Hp);
  const gates = take(training, T * B * G);
  const packed = plan.take(K * G);
  const constantInput = take(repeated, B * (F + 1));
  const constant = take(repeated, B * G);
  const packedInput = take(repeated, (F + 1) * G);
  const wantsInput = training && inputGradient;
  const packedU = take(training, G * Hp);
  const packedW = take(wantsInput, G * Fp);
  const dh = take(training, B * Hp);
  const dc = take(training, B * Hp);
  const dpadded = take(training, (Hp + F + 1) * G);
  const dconstant = take(training && repeated, B * G);
  const dinput = take(wantsInput, (repeated ? B : T * B) * Fp);

  const recurrentAt = () => plan.weights + recurrent.start;
  const inputAt = () => plan.weights + recurrent.start + H * 4 * H;
  const rowOf = (step: number, B: number) => xh + step * B * K;

  return {
    states: {
      every: { kind: "sequence", width: H, stride: K, offset: ({ B }) => rowOf(reverse ? 0 : 1, B) },
      last: { kind: "vector", width: H, stride: K, offset: ({ T, B }) => rowOf(reverse ? 0 : T, B) },
    },

    pack() {
      const { ws } = plan;
      ws.lstmPackForward(packed, recurrentAt(), H, K, inputRows);
      if (repeated) ws.lstmPackInput(packedInput, inputAt(), H, F + 1);
      if (training) ws.lstmPackBackward(packedU, recurrentAt(), H, H);
      if (wantsInput) ws.lstmPackBackward(packedW, inputAt(), H, F);
    },

    forward(pass) {
      const { ws } = plan;
      const { data } = ws;
      const { T, B, mask } = pass;
      const first = rowOf(reverse ? T : 0, B);
      for (let b = 0; b < B; b++) data.fill(0, first + b * K, first + b * K + Hp);
      const firstCell = cells + (training && reverse ? T * B * Hp : 0);
      data.fill(0, firstCell, firstCell + B * Hp);
      if (repeated) {
        copyRows(data, constantInput, F + 1, input.offset(pass), input.stride, B, F);
        for (let b = 0; b < B; b++) data[constantInput + b * (F + 1) + F] = 1;
        ws.gemm(constant, constantInput, packedInput, B, G, F + 1, G, F + 1, 0);
      } else {
        const rows = rowOf(reverse ? 1 : 0, B) + Hp;
        copyRows(data, rows, K, input.offset(pass), input.stride, T * B, F);
        for (let r = 0; r < T * B; r++) data[rows + r * K + F] = 1;
      }
      ws.lstmForward(xh, cells, gates, packed, constant, mask, T, B, H, K, K, +relu, +reverse);
    },

    backward(pass, dStates, dLast) {
      const { ws } = plan;
      const { data } = ws;
      const { T, B, mask } = pass;
      data.fill(0, dh, dh + B * Hp);
      data.fill(0, dc, dc + B * Hp);
      data.fill(0, dpadded, dpadded + (Hp + F + 1) * G);
      if (repeated) data.fill(0, dconstant, dconstant + B * G);
      if (dLast) copyRows(data, dh, Hp, dLast.offset, dLast.stride, B, H);
      ws.lstmBackward(
        ...[gates, dh, dc, dpadded, repeated ? NONE : dinput, dconstant, cells, xh],
        ...([dStates?.offset ?? NONE, packedU, packedW, mask, T, B, H, K, F, K] as const),
        ...([dStates?.stride ?? 0, +relu, +reverse] as const),
      );
      if (repeated) {
        ws.gemmTransposed(dpadded + Hp * G, constantInput, dconstant, B, G, F + 1, G, F + 1, G);
        if (wantsInput) ws.gemm(dinput, dconstant, packedW, B, Fp, G, Fp, G, 0);
      }
      const gradient = plan.gradients + recurrent.start;
      ws.lstmUnpackGradient(gradient, dpadded, H, H);
      ws.lstmUnpackGradient(gradient + H * 4 * H, dpadded + Hp * G, H, F + 1);
      return wantsInput ? { offset: dinput, stride: Fp } : undefined;
    },
  };
}
