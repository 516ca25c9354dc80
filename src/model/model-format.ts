import { ArtefactError, UndertoneError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../files/safetensors.js";
import { checkMetadata, damagedModel, FORMAT_VERSION, type ModelMetadata, parseJson } from "./metadata.js";
import { type Model, parametersOf } from "./model.js";

/** What the header of a predictor calls it. */
export const PREDICTOR_FORMAT = "undertone-predictor";

/** The first version whose files have a checksum. */
const WITH_CHECKSUM = 2;

/** The bytes of a model file: safetensors, weights by their Keras names, everything else as JSON metadata. */
export function writeModel(model: Model): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const { name, shape, start, size } of parametersOf(model.metadata))
    tensors[name] = { shape, data: model.weights.subarray(start, start + size) };
  if (model.readOut) Object.assign(tensors, model.readOut.tensors);
  return encodeSafetensors(tensors, {
    format: "undertone",
    model: JSON.stringify({ ...model.metadata, formatVersion: FORMAT_VERSION }),
    ...(model.readOut && { readOut: JSON.stringify(model.readOut.state) }),
  });
}

/**
 * Reads the bytes of a model file and checks everything in it, except what its read-outs mean.
 * @param where names the file in errors
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library or is no model
 */
export function readModel(bytes: Uint8Array, where: string): Model {
  const { tensors, blobs, metadata: texts, checksum } = decodeSafetensors(bytes, where);
  if (texts.format === PREDICTOR_FORMAT)
    throw new ArtefactError(
      `${where}: the file is a predictor, expected an encoder alone. A predictor holds a classifier, too, and scores data: "undertone predict ${where} DATA". An encoder is what "undertone fit" writes without a classifier.`,
    );
  if (texts.format !== "undertone" || texts.model === undefined)
    throw new ArtefactError(
      `${where}: this safetensors file holds no undertone model. Expected one written by "undertone fit".`,
    );
  const metadata = checkMetadata(texts.model, where);
  const { formatVersion, library } = metadata;
  if (!checksum && formatVersion >= WITH_CHECKSUM)
    throw new ArtefactError(
      `${where}: the file has no checksum, and every model of format version ${formatVersion} has one. ` +
        "It is damaged, or another program wrote it. Take another copy, or train the model again.",
    );
  const { weights, others } = takeWeights(metadata, tensors, where);
  const model: Model = { metadata, weights };
  if (!checksum)
    model.notes = [
      `${where}: the model has no checksum (format version ${formatVersion}, undertone ${library}), so damage to the file cannot be noticed. Train it again, or write it again with saveModel.`,
    ];
  const damaged = damagedModel(where);
  const [name] = [...others.map(([each]) => each), ...Object.keys(blobs)];
  if (texts.readOut === undefined)
    return name === undefined ? model : damaged(`: its tensor "${name}" belongs to nothing in it`);
  const state = parseJson(texts.readOut) as Record<string, unknown> | null;
  if (typeof state !== "object" || state === null) return damaged(": its read-outs are not JSON");
  const [blob] = Object.keys(blobs);
  if (blob !== undefined) return damaged(`: its tensor "${blob}" belongs to nothing in it`);
  return { ...model, readOut: { state, tensors: Object.fromEntries(others) } };
}

/** The weights in the order of the network, and the tensors that are none. Memory is taken when all sizes agree. */
function takeWeights(metadata: ModelMetadata, tensors: Record<string, Tensor>, where: string) {
  const { encoder, decoder } = metadata.spec;
  const withWeights = [...encoder, ...decoder].filter(({ type }) => type === "lstm" || type === "timeDistributedDense");
  let parameters: ReturnType<typeof parametersOf>;
  try {
    // planning takes time that grows with the square of the layers: not for layers that have no weights in the file
    parameters = withWeights.length > Object.keys(tensors).length ? [] : parametersOf(metadata);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    return damagedModel(where)(`: ${cause.message.replace(/\.$/, "")}`);
  }
  const others = new Map(Object.entries(tensors));
  for (const { name, shape } of parameters) {
    const tensor = others.get(name);
    if (tensor?.shape.join() !== shape.join() || !(tensor.data instanceof Float32Array))
      throw new ArtefactError(
        `${where}: tensor "${name}" has shape [${tensor?.shape ?? "missing"}], its layers need [${shape}] of type F32. The file is damaged; train the model again.`,
      );
    if (!tensor.data.every(Number.isFinite))
      throw new ArtefactError(`${where}: tensor "${name}" has weights that are not finite. Train the model again.`);
    others.delete(name);
  }
  if (parameters.length === 0) return damagedModel(where)(": its layers have more weights than the file");
  const weights = new Float32Array(parameters.reduce((sum, { size }) => sum + size, 0));
  for (const { name, start } of parameters) weights.set(tensors[name].data, start);
  return {
    weights,
    others: Array.from(others, ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const),
  };
}
