import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { ShapeError } from "../errors.js";
import type { Tensor } from "../files/safetensors.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { createNetwork, listParameters, type Network, type NetworkOptions } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import type { ModelMetadata } from "./metadata.js";
import { inputChannels } from "./prepare.js";

/** A trained autoencoder: plain data, the same for every engine. */
export interface Model {
  metadata: ModelMetadata;
  /** All parameters in the order of the network, float32. */
  weights: Float32Array;
  /** What was fitted on the states of the training part, for read-outs that need it; see features/read-outs. */
  readOut?: { state: Record<string, unknown>; tensors: Record<string, Tensor> };
  /** What reading its file noticed, in plain sentences for the user. */
  notes?: readonly string[];
}

/** What a network needs of a model, which threads can share. */
export interface NetworkModel {
  spec: AutoencoderSpec;
  channels: readonly Channel[];
  weights: Float32Array;
}

/** @throws {ShapeError} for fewer weights, or more, than the model has parameters */
export function networkModel({ metadata, weights }: Model): NetworkModel {
  const expected = parametersOf(metadata).reduce((sum, { size }) => sum + size, 0);
  if (weights?.length !== expected)
    throw new ShapeError(
      `Model: got ${weights?.length ?? "no"} weights, expected ${expected}, one for each parameter of its layers. Take weights and metadata of one model, as fitAutoencoder or loadModel gives them.`,
    );
  return { spec: metadata.spec, channels: inputChannels(metadata.preparation), weights };
}

/** Lays a model out for an engine, ready to run. */
export function openNetwork(
  engine: Engine,
  { spec, channels, weights }: NetworkModel,
  size: Pick<NetworkOptions, "batch" | "steps" | "states" | "slots" | "threads">,
  purpose: "encode" | "autoencode",
  attach?: { memory: WorkspaceMemory; thread: number },
): Network {
  const { groups } = oneHotColumns(channels);
  const network = createNetwork(engine, { spec, columns: groups, ...size, purpose }, undefined, attach);
  if (attach) return network;
  network.weights.set(weights.subarray(0, network.weights.length)); // the encoder's parameters come first
  network.pack();
  return network;
}

/** Names, shapes and places of all weights. */
export function parametersOf({ spec, preparation }: ModelMetadata) {
  return listParameters(spec, oneHotColumns(inputChannels(preparation)).groups);
}
