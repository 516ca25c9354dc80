import { type Engine, NONE, padTo, type Workspace } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import type { BatchPlace, BatchShape } from "./batch-shape.js";
import type { ColumnGroup } from "./columns.js";
import { createTimeDistributedDense } from "./dense.js";
import { createDropout } from "./dropout.js";
import { createEmbedding } from "./embedding.js";
import { createGaussianNoise } from "./gaussian-noise.js";
import { initialise } from "./initial.js";
import type { Draws, Gradient, HiddenStates, Layer, Parameter, Pass, Plan, Signal } from "./layer.js";
import { reconstructionLoss } from "./loss.js";
import { createLstm } from "./lstm.js";
import { createRepeatVector } from "./repeat-vector.js";
import { type AutoencoderSpec, checkSpec, type LayerSpec } from "./spec.js";

export interface NetworkOptions {
  spec: AutoencoderSpec;
  /** The columns of the data and of the output. */
  columns: readonly ColumnGroup[];
  /** Largest number of rows and of steps in a batch. */
  batch: number;
  steps: number;
  /** "training" keeps what a backward pass needs, "autoencode" only runs forward, "encode" has no decoder. */
  purpose: "training" | "autoencode" | "encode";
}

/** An autoencoder laid out in an arena: everything planned before the first step. */
export interface Network {
  readonly ws: Workspace;
  readonly parameters: readonly Parameter[];
  /** Views of the parameter block and of its gradients. */
  readonly weights: Float32Array | Float64Array;
  readonly gradients: Float32Array | Float64Array;
  /** Arena offsets: weights, gradients, and the two moments of Adam; all `blockSize` long. */
  readonly blocks: { weights: number; gradients: number; mean: number; spread: number; blockSize: number };
  readonly place: BatchPlace;
  readonly width: number;
  readonly latent: Signal;
  /** Of the encoder's last LSTM, one a direction. */
  readonly states: readonly HiddenStates[];
  readonly output: Signal | undefined;
  /** Call after the weights changed. */
  pack(): void;
  /** Runs encoder and, where there is one, decoder over the batch in `place`. */
  forward(batch: BatchShape, draws?: Draws): Pass;
  /** Mean loss of the last forward; with `backward`, gradients are filled too. */
  loss(batch: BatchShape, pass: Pass, backward: boolean): number;
}

/** The layers in their places, before there is an arena. */
interface Layout {
  parameters: Parameter[];
  place: BatchPlace;
  blocks: Network["blocks"];
  width: number;
  encoder: Layer[];
  decoder: Layer[];
  dOutput: Gradient;
  /** Elements of the whole arena. */
  total: number;
  attach(ws: Workspace): void;
}

/** @throws {OptionError} if the layers make no autoencoder */
function layOut(lanes: number, { spec, columns, batch: B, steps: T, purpose }: NetworkOptions): Layout {
  checkSpec(spec);
  const width = columns.reduce((sum, group) => sum + group.width, 0);
  const training = purpose === "training";
  const parameters: Parameter[] = [];
  const blocks = { weights: 0, gradients: 0, mean: 0, spread: 0, blockSize: 0 };
  let total = 0;
  let parameterTotal = 0;
  let workspace: Workspace | undefined;
  const plan: Plan = {
    lanes,
    T,
    B,
    training,
    take(elements) {
      const offset = total;
      total += padTo(Math.max(elements, 1), 16); // whole cache lines
      return offset;
    },
    parameter(name, shape, initial) {
      const size = shape.reduce((a, b) => a * b, 1);
      const parameter = { name, shape, start: parameterTotal, size, initial };
      parameterTotal += size;
      parameters.push(parameter);
      return parameter;
    },
    get ws() {
      return workspace!;
    },
    get weights() {
      return blocks.weights;
    },
    get gradients() {
      return blocks.gradients;
    },
  };

  const place: BatchPlace = {
    x: plan.take(T * B * width),
    mask: plan.take(T * B),
    observed: plan.take(T * B * width),
    weights: plan.take(T * B),
  };
  const input: Signal = { kind: "sequence", width, stride: width, offset: () => place.x };
  const encoder = chain(plan, "encoder", spec.encoder, input, columns, width);
  const latent = encoder[encoder.length - 1].output;
  const decoder = purpose === "encode" ? [] : chain(plan, "decoder", spec.decoder, latent, columns, width);
  const output = decoder.at(-1)?.output;
  if (output && output.width !== width)
    throw new OptionError(
      `Model spec: the decoder makes ${output.width} columns, expected ${width}, as many as the data has.`,
    );
  const dOutput = { offset: output ? plan.take(T * B * output.stride) : 0, stride: output?.stride ?? 0 };
  blocks.blockSize = padTo(parameterTotal, 16);
  blocks.weights = plan.take(blocks.blockSize);
  for (const block of ["gradients", "mean", "spread"] as const)
    if (training) blocks[block] = plan.take(blocks.blockSize);
  return {
    parameters,
    place,
    blocks,
    width,
    encoder,
    decoder,
    dOutput,
    total,
    attach(ws) {
      workspace = ws;
    },
  };
}

/** Names, shapes and places of the parameters of an autoencoder. */
export function listParameters(spec: AutoencoderSpec, columns: readonly ColumnGroup[]): readonly Parameter[] {
  return layOut(1, { spec, columns, batch: 1, steps: 1, purpose: "autoencode" }).parameters;
}

/**
 * Lays an autoencoder out for an engine; with a seed, its weights are initialised.
 * @throws {OptionError} if the layers make no autoencoder
 * @throws {EngineError} if it does not fit into memory
 */
export function createNetwork(engine: Engine, options: NetworkOptions, seed?: number): Network {
  const layout = layOut(engine.lanes, options);
  const { parameters, place, blocks, width, encoder, decoder, dOutput, total } = layout;
  const ws = engine.createWorkspace(total);
  layout.attach(ws);
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const view = (offset: number) => ws.data.subarray(offset, offset + size);
  if (seed !== undefined) initialise(view(blocks.weights), parameters, seed);
  const layers = [...encoder, ...decoder];
  const output = decoder.at(-1)?.output;
  return {
    ws,
    parameters,
    weights: view(blocks.weights),
    gradients: view(blocks.gradients),
    blocks,
    place,
    width,
    latent: encoder[encoder.length - 1].output,
    states: encoder.findLast((layer) => layer.states)?.states ?? [],
    output,
    pack() {
      for (const layer of layers) layer.pack?.();
    },
    forward(batch, draws) {
      const pass: Pass = { T: batch.T, B: batch.B, mask: batch.masked ? place.mask : NONE, draws };
      for (const layer of layers) layer.forward(pass);
      return pass;
    },
    loss(batch, pass, backward) {
      const gradient = backward ? dOutput : undefined;
      const value = reconstructionLoss(ws, options.columns, place, output!, pass, batch, gradient);
      if (!backward) return value;
      ws.data.fill(0, blocks.gradients, blocks.gradients + blocks.blockSize);
      let flowing: Gradient | undefined = dOutput;
      for (let k = layers.length - 1; k >= 0 && flowing; k--) flowing = layers[k].backward(pass, flowing);
      return value;
    },
  };
}

function chain(
  plan: Plan,
  part: "encoder" | "decoder",
  specs: readonly LayerSpec[],
  input: Signal,
  columns: readonly ColumnGroup[],
  width: number,
): Layer[] {
  const layers: Layer[] = [];
  let learns = part === "decoder"; // whether anything before this layer has weights
  specs.forEach((spec, k) => {
    const from = layers.at(-1)?.output ?? input;
    const name = `${part}.${k}`;
    layers.push(createLayer(plan, name, spec, from, columns, width, learns));
    learns ||= spec.type === "lstm" || spec.type === "timeDistributedDense" || spec.type === "embedding";
  });
  return layers;
}

function createLayer(
  plan: Plan,
  name: string,
  spec: LayerSpec,
  input: Signal,
  columns: readonly ColumnGroup[],
  width: number,
  inputGradient: boolean,
): Layer {
  switch (spec.type) {
    case "lstm":
      return createLstm(plan, name, input, spec, inputGradient);
    case "repeatVector":
      return createRepeatVector(name, input);
    case "timeDistributedDense":
      return createTimeDistributedDense(plan, name, input, spec.units ?? width);
    case "dropout":
      return createDropout(plan, name, input, spec.rate);
    case "gaussianNoise":
      return createGaussianNoise(plan, name, input, spec.stddev);
    case "embedding":
      return createEmbedding(plan, name, input, columns, spec.units);
  }
}
