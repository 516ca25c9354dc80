import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { ArtefactError, UndertoneError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../files/safetensors.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { createNetwork, listParameters, type Network, type NetworkOptions } from "../network/network.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { type ModelMetadata, metadataSchema } from "./metadata.js";
import { inputChannels } from "./prepare.js";

/** The version of the file format that this library writes; it reads this one and every earlier one. */
export const FORMAT_VERSION = 1;

/** A trained autoencoder: plain data, the same for every engine. */
export interface Model {
  metadata: ModelMetadata;
  /** All parameters in the order of the network, float32. */
  weights: Float32Array;
  /** What was fitted on the states of the training part, for read-outs that need it; see features/read-outs. */
  readOut?: { state: Record<string, unknown>; tensors: Record<string, Tensor> };
}

/** What a network needs of a model, which threads can share. */
export interface NetworkModel {
  spec: AutoencoderSpec;
  channels: readonly Channel[];
  weights: Float32Array;
}

export function networkModel({ metadata, weights }: Model): NetworkModel {
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

/** The bytes of a model file: safetensors, weights by their Keras names, everything else as JSON metadata. */
export function encodeModel(model: Model): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const { name, shape, start, size } of parametersOf(model.metadata))
    tensors[name] = { shape, data: model.weights.subarray(start, start + size) };
  if (model.readOut) Object.assign(tensors, model.readOut.tensors);
  return encodeSafetensors(tensors, {
    format: "undertone",
    model: JSON.stringify(model.metadata),
    ...(model.readOut && { readOut: JSON.stringify(model.readOut.state) }),
  });
}

/**
 * Reads the bytes of a model file and checks everything in it.
 * @param where names the file in errors
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library or is no model
 */
export function decodeModel(bytes: Uint8Array, where: string): Model {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  if (metadata.format !== "undertone" || metadata.model === undefined)
    throw new ArtefactError(
      `${where}: this safetensors file holds no undertone model. Expected one written by "undertone fit".`,
    );
  const damaged = (why: string): never => {
    throw new ArtefactError(`${where}: the model's metadata is damaged${why}. Train it again.`);
  };
  let raw: unknown;
  try {
    raw = JSON.parse(metadata.model);
  } catch {
    return damaged(" (not JSON)");
  }
  const version = (raw as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === "number" && version > FORMAT_VERSION)
    throw new ArtefactError(
      `${where}: the model has format version ${version}, this library reads up to ${FORMAT_VERSION}. ` +
        `It was written by undertone ${(raw as { library?: string }).library}; update undertone to that version or a later one.`,
    );
  const removed = removedOption((raw as { spec?: unknown } | null)?.spec);
  if (removed)
    throw new ArtefactError(
      `${where}: the model has ${removed}, which this version of undertone no longer has. ` +
        `Train it again without, or read it with undertone ${(raw as { library?: string }).library}, which wrote it.`,
    );
  // A key that no schema knows is of another version and without effect here.
  const issue = metadataSchema.safeParse(raw).error?.issues.find(({ code }) => code !== "unrecognized_keys");
  if (issue) return damaged(` at ${issue.path.join(".")}: ${issue.message}`);
  const checked = raw as ModelMetadata;
  const { scaler } = checked.preparation;
  const numeric = inputChannels(checked.preparation)
    .filter(({ kind }) => kind === "numeric")
    .map(({ name }) => name);
  const scales = scaler.scope === "channel" ? numeric.length : 0;
  if (scaler.channels.join("\n") !== numeric.join("\n"))
    damaged(`: its scaler has the channels ${scaler.channels.join(", ")}, its data ${numeric.join(", ")}`);
  if (scaler.center.length !== scales || scaler.scale.length !== scales)
    damaged(`: its scaler has ${scaler.center.length} centres and ${scaler.scale.length} scales, expected ${scales}`);
  let parameters: ReturnType<typeof parametersOf>;
  try {
    parameters = parametersOf(checked);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    return damaged(`: ${cause.message.replace(/\.$/, "")}`);
  }
  const weights = new Float32Array(parameters.reduce((sum, { size }) => sum + size, 0));
  for (const { name, shape, start } of parameters) {
    const tensor = tensors[name];
    if (tensor?.shape.join() !== shape.join())
      throw new ArtefactError(
        `${where}: tensor "${name}" has shape [${tensor?.shape ?? "missing"}], its layers need [${shape}]. The file is damaged; train the model again.`,
      );
    weights.set(tensor.data, start);
  }
  if (metadata.readOut === undefined) return { metadata: checked, weights };
  const own = new Set(parameters.map(({ name }) => name));
  const others = Object.entries(tensors).filter(([name]) => !own.has(name));
  let state: Record<string, unknown>;
  try {
    state = JSON.parse(metadata.readOut);
  } catch {
    return damaged(": its read-outs are not JSON");
  }
  return { metadata: checked, weights, readOut: { state, tensors: Object.fromEntries(others) } };
}

/** Names what a file of an earlier version may hold and no layer here knows. The defaults of then are accepted. */
function removedOption(spec: unknown): string | undefined {
  const { encoder, decoder, target } = (spec ?? {}) as Record<string, unknown>;
  if (target === "reversed") return 'target "reversed"';
  const layers: Record<string, unknown>[] = [encoder, decoder].filter(Array.isArray).flat();
  if (layers.some((layer) => layer?.type === "segmentMask")) return "a segmentMask layer";
  if (layers.some((layer) => layer?.forgetBias === "logUniform")) return 'forgetBias "logUniform"';
  return undefined;
}

function parametersOf({ spec, preparation }: ModelMetadata) {
  return listParameters(spec, oneHotColumns(inputChannels(preparation)).groups);
}
