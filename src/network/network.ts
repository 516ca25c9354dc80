import type { Engine, Workspace, WorkspaceMemory } from "../engine/engine.js";
import type { BatchOffsets, Draws, PackedBatch } from "./batch/packed-batch.js";
import { initialise } from "./initial.js";
import type { Gradient, HiddenStates, Layer, Parameter, Signal } from "./layers/layer.js";
import type { NextStep } from "./losses/next-step.js";
import type { ReadOutLoss } from "./losses/read-out/read-out-loss.js";
import { reconstructionLoss } from "./losses/reconstruction-loss.js";
import {
  type Blocks,
  layOut,
  type MomentsPlace,
  type NetworkOptions,
  type ReadOutPlace,
} from "./network-layout.js";

/** Room for one pass, and the layers that work in it. Weights are shared with the other slots. */
export interface Slot {
  readonly ws: Workspace;
  readonly place: BatchOffsets;
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
  forward(pass: PackedBatch, draws?: Draws): void;
  /**
   * Sum of the reconstruction loss over the observed values of the last forward.
   * @param scale where given, gradients of `scale` times that sum are added at `pass.gradients`
   */
  loss(pass: PackedBatch, scale?: number): number;
}

/** An autoencoder laid out in an arena: everything planned before the first step. */
export interface Network {
  readonly ws: Workspace;
  readonly elements: number;
  readonly parameters: readonly Parameter[];
  /** Views of the parameter block and of its summed gradient. */
  readonly weights: Float32Array | Float64Array;
  readonly gradients: Float32Array | Float64Array;
  readonly blocks: Blocks;
  readonly slots: readonly Slot[];
  /** The head that judges what is read out of the states; in training alone. */
  readonly head: ReadOutLoss | undefined;
  readonly moments: readonly MomentsPlace[];
  /** Layers whose weights are packed, for packing them one by one. */
  readonly packed: readonly Layer[];
  /** Call after the weights changed. */
  pack(): void;
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
        const target = { target: place.x, observed: place.observed, weights: place.weights };
        const value = reconstructionLoss(ws, options.columns, target, output!, pass, scale ?? 0, gradient);
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
