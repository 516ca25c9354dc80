import { padTo, type Workspace } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import type { ColumnGroup } from "./batch/one-hot-columns.js";
import type { BatchOffsets } from "./batch/packed-batch.js";
import type { Gradient, HiddenStates, Layer, Parameter, Plan, Signal } from "./layers/layer.js";
import { createChain } from "./layers/layers.js";
import { createNextStep, type NextStep } from "./losses/next-step.js";
import {
  planReadOutLoss,
  type ReadOutLoss,
  type ReadOutLossOptions,
} from "./losses/read-out/read-out-loss.js";
import { checkSpec } from "./spec/check-spec.js";
import type { AutoencoderSpec, ReadOutLossSpec } from "./spec/spec.js";

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

/** Arena offsets, all `blockSize` long; `shards` holds one gradient after the other. */
export type Blocks = Readonly<
  Record<"weights" | "gradients" | "mean" | "spread" | "shards" | "blockSize", number>
>;

/** [Hp] of one direction: middle and slope of the smooth shares. */
export interface MomentsPlace {
  middle: number;
  slope: number;
  stride: number;
}

/** The layers in their places, before there is an arena. */
export interface Layout {
  parameters: Parameter[];
  blocks: Blocks;
  slots: {
    place: BatchOffsets;
    encoder: Layer[];
    decoder: Layer[];
    dOutput: Gradient;
    readOuts: ReadOutPlace[];
    nextStep: NextStep | undefined;
  }[];
  head: ReadOutLoss | undefined;
  moments: MomentsPlace[];
  width: number;
  /** Elements of the whole arena. */
  total: number;
  attach(ws: Workspace): void;
}

/**
 * Plans where everything of an autoencoder lies in an arena, before there is one.
 * @param lanes of the engine's vectors
 * @throws {OptionError} if the layers make no autoencoder
 */
export function layOut(lanes: number, options: NetworkOptions): Layout {
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
    const place: BatchOffsets = {
      x: take(T * B * width),
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
