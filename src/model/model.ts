import { z } from "zod";
import type { Engine, WorkspaceMemory } from "../engine/engine.js";
import { ArtefactError, UndertoneError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../files/safetensors.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { createNetwork, type Network } from "../network/network.js";
import { listParameters, type NetworkOptions } from "../network/network-layout.js";
import type { AutoencoderSpec } from "../network/spec/spec.js";
import type { Channel } from "../sequences/set/sequence-set.js";
import { scaleMethods } from "../sequences/transform/scale.js";
import { inputChannels, type Preparation } from "./prepare.js";
import type { HistoryEntry } from "./training-state.js";

/** The version of the file format that this library writes; it reads this one and every earlier one. */
export const FORMAT_VERSION = 1;

/** All about a model but its weights: the JSON of the file. */
export interface ModelMetadata {
  formatVersion: number;
  /** Version of the library that wrote it. */
  library: string;
  recipe: string;
  spec: AutoencoderSpec;
  preparation: Preparation;
  training: {
    engine: string;
    options: Record<string, unknown>;
    sequences: number;
    validationSequences: number;
    updates: number;
    bestUpdate: number;
    stopped: "finished" | "early" | "untrained";
    history: HistoryEntry[];
    warnings: string[];
  };
  data: {
    name: string;
    files: { path: string; sha256: string }[];
    /** SHA-256 over the ids of the training sequences, then of the validation sequences. */
    splitSha256: string;
    /** Options with which the data was read, so that new data is read alike. */
    reading: Record<string, unknown>;
  };
}

/** A trained autoencoder: plain data, the same for every engine. */
export interface Model {
  metadata: ModelMetadata;
  /** All parameters in the order of the network, float32. */
  weights: Float32Array;
  /** What was fitted on the states of the training part, for read-outs that need it; see features/fitted-read-out. */
  readOut?: { state: Record<string, unknown>; tensors: Record<string, Tensor> };
}

const interpolationSchema = z.enum(["linear", "previous", "none"]);

const layersSchema = z.array(
  z.discriminatedUnion("type", [
    z.looseObject({
      type: z.literal("lstm"),
      units: z.number(),
      activation: z.enum(["tanh", "relu"]).optional(),
      returnSequences: z.boolean().optional(),
      goBackwards: z.boolean().optional(),
      bidirectional: z.boolean().optional(),
      pool: z.boolean().optional(),
      forgetBias: z.enum(["one", "logUniform"]).optional(),
    }),
    z.looseObject({ type: z.literal("repeatVector") }),
    z.looseObject({ type: z.literal("timeDistributedDense"), units: z.number().optional() }),
    z.looseObject({ type: z.literal("dropout"), rate: z.number() }),
    z.looseObject({ type: z.literal("gaussianNoise"), stddev: z.number() }),
    z.looseObject({
      type: z.literal("segmentMask"),
      share: z.number(),
      segments: z.number().optional(),
    }),
    z.looseObject({ type: z.literal("embedding"), units: z.number() }),
  ]),
);

const metadataSchema = z.looseObject({
  formatVersion: z.number(),
  library: z.string(),
  recipe: z.string(),
  spec: z.looseObject({
    encoder: layersSchema,
    decoder: layersSchema,
    target: z.enum(["same", "reversed"]).optional(),
    nextStep: z.object({ weight: z.number() }).optional(),
  }),
  preparation: z.looseObject({
    channels: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["numeric", "categorical"]),
        vocabulary: z.array(z.string()).optional(),
      }),
    ),
    interpolation: interpolationSchema,
    resample: z.object({ step: z.number().positive(), method: interpolationSchema }).optional(),
    differences: z.boolean().optional(),
    scaler: z.looseObject({
      method: z.enum(scaleMethods),
      scope: z.enum(["channel", "series"]),
      channels: z.array(z.string()),
      center: z.array(z.number()),
      scale: z.array(z.number().positive()),
      logarithm: z.array(z.boolean()).optional(),
    }),
  }),
  training: z.looseObject({ stopped: z.string(), history: z.array(z.looseObject({ update: z.number() })) }),
  data: z.looseObject({
    name: z.string(),
    files: z.array(z.object({ path: z.string(), sha256: z.string() })),
    reading: z.record(z.string(), z.unknown()),
  }),
});

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
  const parsed = metadataSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return damaged(` at ${issue.path.join(".")}: ${issue.message}`);
  }
  const checked = raw as ModelMetadata;
  const { scaler } = checked.preparation;
  const numeric = inputChannels(checked.preparation)
    .filter(({ kind }) => kind === "numeric")
    .map(({ name }) => name);
  const scales = scaler.scope === "channel" ? numeric.length : 0;
  if (scaler.channels.join("\n") !== numeric.join("\n"))
    damaged(`: its scaler has the channels ${scaler.channels.join(", ")}, its data ${numeric.join(", ")}`);
  if (scaler.center.length !== scales || scaler.scale.length !== scales)
    damaged(
      `: its scaler has ${scaler.center.length} centres and ${scaler.scale.length} scales, expected ${scales}`,
    );
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

function parametersOf({ spec, preparation }: ModelMetadata) {
  return listParameters(spec, oneHotColumns(inputChannels(preparation)).groups);
}
