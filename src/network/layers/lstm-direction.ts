import { NONE, padTo } from "../../engine/engine.js";
import type { PackedBatch } from "../batch/packed-batch.js";
import type { CarriedState, Gradient, HiddenStates, Plan, Signal } from "./layer.js";

/** One LSTM walking one way over time: its share of the arena and its calls of the kernels. */
export interface LstmDirection {
  readonly states: HiddenStates;
  readonly carry: CarriedState;
  /** [R, Hp], what comes from outside the chain of layers; zero after the forward pass, if requested. */
  readonly stateGradient: Gradient | undefined;
  pack(): void;
  forward(batch: PackedBatch): void;
  /**
   * @param dStates gradient of every hidden state, rows padded to whole vectors
   * @param dLast gradient of the last state
   * @returns gradient of the input, if requested
   */
  backward(batch: PackedBatch, dStates: Gradient | undefined, dLast: Gradient | undefined): Gradient | undefined;
}

export interface LstmOptions {
  units: number;
  relu: boolean;
  reverse: boolean;
  /** Whether something before this layer learns. */
  inputGradient: boolean;
  /** Whether gradients of the states come from outside the chain of layers too. */
  stateGradient: boolean;
  /** Whether every hidden state is read, by another layer or from outside. */
  everyState: boolean;
}

/** Sizes and offsets of one direction. A repeated input is projected once per case instead of once per step. */
function planRoom(plan: Plan, name: string, input: Signal, options: LstmOptions) {
  const { units: H, relu, reverse, inputGradient } = options;
  const { T, B, training } = plan;
  const F = input.width;
  const Hp = padTo(H, plan.lanes);
  const Fp = padTo(F, plan.lanes);
  const G = 4 * Hp;
  const repeated = input.kind === "repeated";
  const keep = training || options.everyState;
  const stateRows = keep ? B + T * B : 3 * B;
  const rows = H + F + 1;
  const forwardRows = repeated ? H : rows;

  // One block, [recurrentKernel; kernel; bias], as the kernels read it.
  const recurrent = plan.parameter(`${name}.recurrentKernel`, [H, 4 * H], "orthogonal");
  plan.parameter(`${name}.kernel`, [F, 4 * H], "glorotUniform");
  plan.parameter(`${name}.bias`, [4 * H], "forgetBias");

  const take = (needed: boolean, elements: number) => (needed ? plan.take(elements) : NONE);
  const share = (needed: boolean, key: string, elements: number) =>
    needed ? plan.share(`${name}.${key}`, elements) : NONE;
  const wantsInput = training && inputGradient;
  const packed = share(true, "packed", forwardRows * G);
  const packedInput = share(repeated, "packedInput", (F + 1) * G);
  const packedU = share(training, "packedU", G * Hp);
  const packedW = share(wantsInput, "packedW", G * Fp);
  const hidden = plan.take(stateRows * Hp);
  const cells = plan.take(stateRows * Hp);
  const last = plan.take(B * Hp);
  const gates = take(training, T * B * G);
  const constantInput = take(repeated, B * (F + 1));
  const constant = take(repeated, B * G);
  const dh = take(training, B * Hp);
  const dc = take(training, B * Hp);
  // Where nothing is padded, gradients are added up where they belong.
  const padded = take(training && Hp !== H, rows * G);
  const dconstant = take(training && repeated, B * G);
  const dstates = take(training && options.stateGradient, T * B * Hp);
  const dinput = take(wantsInput, (repeated ? B : T * B) * Fp);

  return {
    plan,
    input,
    relu,
    reverse,
    repeated,
    keep,
    training,
    wantsInput,
    H,
    Hp,
    F,
    Fp,
    G,
    rows,
    forwardRows,
    recurrent,
    packed,
    packedInput,
    packedU,
    packedW,
    hidden,
    cells,
    last,
    gates,
    constantInput,
    constant,
    dh,
    dc,
    padded,
    dconstant,
    dstates,
    dinput,
  };
}

type Room = ReturnType<typeof planRoom>;

/** Plans one direction. */
export function createLstmDirection(plan: Plan, name: string, input: Signal, options: LstmOptions): LstmDirection {
  const room = planRoom(plan, name, input, options);
  const { H, Hp, hidden, cells, last, dstates, reverse } = room;
  return {
    stateGradient: dstates === NONE ? undefined : { offset: dstates, stride: Hp },
    carry: { width: H, stride: Hp, hidden, cells, last, cellsAfter: (B) => cells + B * Hp },
    states: {
      every: { kind: "sequence", width: H, stride: Hp, offset: ({ B }) => hidden + B * Hp },
      last: { kind: "vector", width: H, stride: Hp, offset: () => last },
      reverse,
    },
    pack: () => packWeights(room),
    forward: (batch) => walkForward(room, batch),
    backward: (batch, dOutput, dLast) => walkBackward(room, batch, dOutput, dLast),
  };
}

function packWeights(room: Room): void {
  const { plan, H, F, forwardRows, repeated, training, wantsInput, packed, packedInput, packedU, packedW } = room;
  const { ws } = plan;
  const weights = plan.weights + room.recurrent.start;
  const inputWeights = weights + H * 4 * H;
  ws.lstmPackForward({ packed, weights, H, rows: forwardRows });
  if (repeated) ws.lstmPackInput({ packed: packedInput, weights: inputWeights, H, rows: F + 1 });
  if (training) ws.lstmPackBackward({ packed: packedU, weights, H, rows: H });
  if (wantsInput) ws.lstmPackBackward({ packed: packedW, weights: inputWeights, H, rows: F });
}

function walkForward(room: Room, batch: PackedBatch): void {
  const { plan, input, repeated, keep, H, Hp, F, G, hidden, cells, last, gates, packed, dstates } = room;
  const { constantInput, constant, packedInput } = room;
  const { ws } = plan;
  const { data } = ws;
  const { T, B, mask, active } = batch;
  if (!batch.resume) {
    data.fill(0, hidden, hidden + B * Hp);
    data.fill(0, cells, cells + B * Hp);
  }
  if (dstates !== NONE) data.fill(0, dstates, dstates + batch.rows * Hp);
  const x = input.offset(batch);
  if (repeated) {
    ws.copyRows({ to: constantInput, from: x, M: B, width: F, ldto: F + 1, ldfrom: input.stride });
    for (let b = 0; b < B; b++) data[constantInput + b * (F + 1) + F] = 1;
    const [a, K] = [constantInput, F + 1];
    ws.gemm({ c: constant, a, packed: packedInput, bias: NONE, M: B, N: G, K, ldc: G, lda: K, accumulate: false });
  }
  ws.lstmForward({
    hidden,
    cells,
    gates,
    last,
    x: repeated ? NONE : x,
    packed,
    constant,
    mask,
    active,
    T,
    B,
    H,
    F: repeated ? 0 : F,
    ldx: input.stride,
    keep,
    useRelu: room.relu,
    reverse: room.reverse,
  });
}

function walkBackward(
  room: Room,
  batch: PackedBatch,
  dOutput: Gradient | undefined,
  dLast: Gradient | undefined,
): Gradient | undefined {
  const { plan, input, repeated, wantsInput, H, Hp, F, Fp, G, rows, hidden, cells, gates, packedU, packedW } = room;
  const { dh, dc, padded, dconstant, dstates, dinput } = room;
  const { ws } = plan;
  const { data } = ws;
  let dStates = dOutput;
  if (dstates !== NONE) {
    // Rows of both are padded with zeros.
    if (dOutput)
      for (let r = 0; r < batch.rows; r++)
        for (let k = 0; k < H; k++) data[dstates + r * Hp + k] += data[dOutput.offset + r * dOutput.stride + k];
    dStates = { offset: dstates, stride: Hp };
  }
  const { T, B, mask, active } = batch;
  const gradient = batch.gradients + room.recurrent.start;
  const dweights = Hp === H ? gradient : padded;
  if (Hp !== H) data.fill(0, padded, padded + rows * G);
  data.fill(0, dh, dh + B * Hp);
  data.fill(0, dc, dc + B * Hp);
  if (repeated) data.fill(0, dconstant, dconstant + B * G);
  if (dLast) ws.copyRows({ to: dh, from: dLast.offset, M: B, width: H, ldto: Hp, ldfrom: dLast.stride });
  ws.lstmBackward({
    gates,
    dh,
    dc,
    dweights,
    dx: wantsInput && !repeated ? dinput : NONE,
    dconstant,
    cells,
    hidden,
    x: repeated ? NONE : input.offset(batch),
    dhidden: dStates?.offset ?? NONE,
    packedU,
    packedW,
    mask,
    active,
    T,
    B,
    H,
    F: repeated ? 0 : F,
    ldx: input.stride,
    ldd: dStates?.stride ?? 0,
    useRelu: room.relu,
    reverse: room.reverse,
  });
  if (repeated) constantBackward(room, dweights + H * G, B);
  if (Hp !== H) ws.lstmUnpackGradient({ gradient, padded, H, rows });
  return wantsInput ? { offset: dinput, stride: Fp } : undefined;
}

/** The gradients of kernel and bias, and of the input, where the input is the same at every step. */
function constantBackward(room: Room, dkernel: number, B: number): void {
  const { F, Fp, G, constantInput, dconstant, dinput, packedW, wantsInput } = room;
  const { ws } = room.plan;
  ws.gemmTransposed({ c: dkernel, a: constantInput, g: dconstant, M: B, N: G, K: F + 1, ldc: G, lda: F + 1, ldg: G });
  if (!wantsInput) return;
  const packed = packedW;
  ws.gemm({ c: dinput, a: dconstant, packed, bias: NONE, M: B, N: Fp, K: G, ldc: Fp, lda: G, accumulate: false });
}
