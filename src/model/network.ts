import { type Engine, padTo, type Workspace, type WorkspaceMemory } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import type { ColumnGroup } from "./columns.js";
import { initialise } from "./initial.js";
import type { Gradient, HiddenStates, Layer, Parameter, Plan, Signal } from "./layer.js";
import { createChain } from "./layers.js";
import { reconstructionLoss } from "./loss.js";
import { createNextStep, type NextStep } from "./next-step.js";
import type { DataPlace, Draws, Pass } from "./pass.js";
import { planReadOutLoss, type ReadOutLoss, type ReadOutLossOptions } from "./readout-loss/readout-loss.js";
import { type AutoencoderSpec, checkSpec, type ReadOutLossSpec } from "./spec.js";

export interface NetworkOptions {
  spec: AutoencoderSpec;
  /** The columns of the data and of the output. */
  columns: readonly ColumnGroup[];
  /** Largest number of cases and of steps in a pass. */
  batch: number;
  steps: number;
  /** "training" keeps what a backward pass needs, "autoencode" only runs forward, "encode" has no decoder. */
  purpose: "training" | "autoencode" | "encode";
  /** Passes that can be held at once, at least one for each thread; default 1. */
  slots?: number;
  /** Threads that will work in the arena; default 1. */
  threads?: number;
  /** Gradients that are kept apart until they are summed, one for each shard of a batch; default 1. */
  shards?: number;
  /** Whether every hidden state of the encoder is wanted, not the last one alone; default true. */
  states?: boolean;
  /** Of the labels, for a loss that looks at them. */
  classes?: number;
}

/** Where the training read-out of one direction lies; see Kernels.readOutForward. */
export interface ReadOutPlace {
  states: HiddenStates;
  gradient: Gradient;
  /** [B, 2, Hp], [B, 9, Hp], [B, 3, Hp], [B, 9, Hp] */
  sums: number;
  rows: number;
  places: number;
  drows: number;
}

/** Room for one pass, and the layers that work in it. Weights are shared with the other slots. */
export interface Slot {
  readonly ws: Workspace;
  readonly place: DataPlace;
  /** The largest pass that it has room for. */
  readonly most: { readonly cases: number; readonly steps: number };
  /** Columns of the data. */
  readonly width: number;
  readonly latent: Signal;
  /** Of the encoder's last LSTM, one a direction. */
  readonly states: readonly HiddenStates[];
  readonly output: Signal | undefined;
  /** The encoder's layers, first to last. */
  readonly encoder: readonly Layer[];
  /** One for each direction of each recurrent layer of the encoder, where a loss looks at them. */
  readonly readOuts: readonly ReadOutPlace[];
  /** The head that predicts the next step, where the spec has one; not in an encoder alone. */
  readonly nextStep: NextStep | undefined;
  /** Offset of the gradient of shard 0. */
  readonly gradients: number;
  /** Runs encoder and, where there is one, decoder over what `fillPass` put in place. */
  forward(pass: Pass, draws?: Draws): void;
  /**
   * Sum of the reconstruction loss over the observed values of the last forward.
   * @param scale where given, gradients of `scale` times that sum are added at `pass.gradients`
   */
  loss(pass: Pass, scale?: number): number;
}

/** An autoencoder laid out in an arena: everything planned before the first step. */
export interface Network {
  readonly ws: Workspace;
  readonly elements: number;
  readonly parameters: readonly Parameter[];
  /** Views of the parameter block and of its summed gradient. */
  readonly weights: Float32Array | Float64Array;
  readonly gradients: Float32Array | Float64Array;
  /** Arena offsets, all `blockSize` long; `shards` holds one gradient after the other. */
  readonly blocks: Record<"weights" | "gradients" | "mean" | "spread" | "shards" | "blockSize", number>;
  readonly slots: readonly Slot[];
  /** The head that judges what is read out of the states; in training alone. */
  readonly head: ReadOutLoss | undefined;
  /** [Hp] of each direction: middle and slope of the smooth shares. */
  readonly moments: readonly { middle: number; slope: number; stride: number }[];
  /** Layers whose weights are packed, for packing them one by one. */
  readonly packed: readonly Layer[];
  /** Call after the weights changed. */
  pack(): void;
}

/** The layers in their places, before there is an arena. */
interface Layout {
  parameters: Parameter[];
  blocks: Network["blocks"];
  slots: {
    place: DataPlace;
    encoder: Layer[];
    decoder: Layer[];
    dOutput: Gradient;
    readOuts: ReadOutPlace[];
    nextStep: NextStep | undefined;
  }[];
  head: ReadOutLoss | undefined;
  moments: Network["moments"][number][];
  width: number;
  /** Elements of the whole arena. */
  total: number;
  attach(ws: Workspace): void;
}

/** @throws {OptionError} if the layers make no autoencoder */
function layOut(lanes: number, options: NetworkOptions): Layout {
  const { spec, columns, batch: B, steps: T, purpose, slots = 1, shards = 1, states = true } = options;
  checkSpec(spec);
  const width = columns.reduce((sum, group) => sum + group.width, 0);
  const training = purpose === "training";
  const judged = training ? spec.readOutLoss : undefined;
  const predicts = spec.nextStep !== undefined && purpose !== "encode";
  const parameters = new Map<string, Parameter>();
  const shared = new Map<string, number>();
  const blocks = { weights: 0, gradients: 0, mean: 0, spread: 0, shards: 0, blockSize: 0 };
  let total = 0;
  let parameterTotal = 0;
  let workspace: Workspace | undefined;
  const take = (elements: number) => {
    const offset = total;
    total += padTo(Math.max(elements, 1), 16); // whole cache lines
    return offset;
  };
  const plan: Plan = {
    lanes,
    T,
    B,
    training,
    keepStates: states || judged !== undefined || predicts,
    stateGradients: judged !== undefined || (training && predicts),
    take,
    share(key, elements) {
      if (!shared.has(key)) shared.set(key, take(elements));
      return shared.get(key)!;
    },
    parameter(name, shape, initial) {
      const known = parameters.get(name);
      if (known) return known;
      const size = shape.reduce((a, b) => a * b, 1);
      const parameter = { name, shape, start: parameterTotal, size, initial };
      parameterTotal += size;
      parameters.set(name, parameter);
      return parameter;
    },
    get ws() {
      return workspace!;
    },
    get weights() {
      return blocks.weights;
    },
  };

  const layOutSlot = () => {
    const x = take(T * B * width);
    const place: DataPlace = {
      x,
      target: spec.target === "reversed" && purpose !== "encode" ? take(T * B * width) : x,
      mask: take(T * B),
      observed: take(T * B * width),
      weights: take(T * B),
      active: take(T),
    };
    const input: Signal = { kind: "sequence", width, stride: width, offset: () => place.x };
    const encoder = createChain(plan, "encoder", spec.encoder, input, columns, width);
    const latent = encoder[encoder.length - 1].output;
    const decoder =
      purpose === "encode" ? [] : createChain(plan, "decoder", spec.decoder, latent, columns, width);
    const output = decoder.at(-1)?.output;
    if (output && output.width !== width)
      throw new OptionError(
        `Model spec: the decoder makes ${output.width} columns, expected ${width}, as many as the data has.`,
      );
    const dOutput = {
      offset: output && training ? take(T * B * output.stride) : 0,
      stride: output?.stride ?? 0,
    };
    const readOuts = judged ? encoder.flatMap((layer) => layOutReadOuts(layer, B, take)) : [];
    const walker = encoder.findLast((layer) => layer.states)!;
    const nextStep = predicts
      ? createNextStep(plan, walker.states![0], walker.stateGradients?.[0], columns, place)
      : undefined;
    return { place, encoder, decoder, dOutput, readOuts, nextStep };
  };
  const laidOut = Array.from({ length: slots }, layOutSlot);
  const directions = laidOut[0].readOuts.map(({ states }) => states.every);
  const moments = directions.map(({ stride }) => ({ middle: take(stride), slope: take(stride), stride }));
  const Z = directions.reduce((sum, each) => sum + each.width, 0);
  const head = judged && planReadOutLoss(Z, headOptions(judged, options.classes), plan.parameter);
  blocks.blockSize = padTo(parameterTotal, 16);
  blocks.weights = take(blocks.blockSize);
  for (const block of ["gradients", "mean", "spread"] as const)
    if (training) blocks[block] = take(blocks.blockSize);
  if (training) blocks.shards = take(shards * blocks.blockSize);
  return {
    parameters: [...parameters.values()],
    blocks,
    slots: laidOut,
    head,
    moments,
    width,
    total,
    attach(ws) {
      workspace = ws;
    },
  };
}

function layOutReadOuts(layer: Layer, B: number, take: (elements: number) => number): ReadOutPlace[] {
  return (layer.states ?? []).map((states, d) => {
    const rows = B * states.every.stride;
    const [sums, read, places, drows] = [take(2 * rows), take(9 * rows), take(3 * rows), take(9 * rows)];
    return { states, gradient: layer.stateGradients![d]!, sums, rows: read, places, drows };
  });
}

function headOptions({ contrastive, crossEntropy }: ReadOutLossSpec, classes = 0): ReadOutLossOptions {
  return { contrastive, crossEntropy: crossEntropy && { ...crossEntropy, classes } };
}

/** Names, shapes and places of the parameters of an autoencoder. */
export function listParameters(spec: AutoencoderSpec, columns: readonly ColumnGroup[]): readonly Parameter[] {
  return layOut(1, { spec, columns, batch: 1, steps: 1, purpose: "autoencode" }).parameters;
}

/**
 * Lays an autoencoder out for an engine; with a seed, its weights are initialised.
 * @param attach the memory of the same network in another thread, and the number of this one
 * @throws {OptionError} if the layers make no autoencoder
 * @throws {EngineError} if it does not fit into memory
 */
export function createNetwork(
  engine: Engine,
  options: NetworkOptions,
  seed?: number,
  attach?: { memory: WorkspaceMemory; thread: number },
): Network {
  const layout = layOut(engine.lanes, options);
  const { parameters, blocks, width, total } = layout;
  const ws = attach
    ? engine.attachWorkspace(attach.memory, total, attach.thread)
    : engine.createWorkspace(total, options.threads);
  layout.attach(ws);
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const view = (offset: number) => ws.data.subarray(offset, offset + size);
  if (seed !== undefined) initialise(view(blocks.weights), parameters, seed);
  const slots = layout.slots.map(({ place, encoder, decoder, dOutput, readOuts, nextStep }): Slot => {
    const layers = [...encoder, ...decoder];
    const output = decoder.at(-1)?.output;
    return {
      ws,
      place,
      most: { cases: options.batch, steps: options.steps },
      width,
      latent: encoder[encoder.length - 1].output,
      states: encoder.findLast((layer) => layer.states)?.states ?? [],
      output,
      encoder,
      readOuts,
      nextStep,
      gradients: blocks.shards,
      forward(pass, draws) {
        pass.draws = draws;
        for (const layer of layers) layer.forward(pass);
        nextStep?.forward(pass);
      },
      loss(pass, scale) {
        const gradient = scale === undefined ? undefined : dOutput;
        const value = reconstructionLoss(ws, options.columns, place, output!, pass, scale ?? 0, gradient);
        if (!gradient) return value;
        nextStep?.loss(pass, scale! * options.spec.nextStep!.weight);
        let flowing: Gradient | undefined = gradient;
        for (let k = layers.length - 1; k >= 0 && flowing; k--) flowing = layers[k].backward(pass, flowing);
        return value;
      },
    };
  });
  const [first] = layout.slots;
  const packed = [
    ...first.encoder,
    ...first.decoder,
    ...(first.nextStep ? [first.nextStep.layer] : []),
  ].filter((layer) => layer.pack);
  return {
    ws,
    elements: total,
    parameters,
    weights: view(blocks.weights),
    gradients: view(blocks.gradients),
    blocks,
    slots,
    head: layout.head,
    moments: layout.moments,
    packed,
    pack() {
      for (const layer of packed) layer.pack!();
    },
  };
}
