import type { Model } from "../model/model.js";
import { readModel, writeModel } from "../model/model-format.js";
import { checkReadOuts } from "./read-outs/check-read-outs.js";

/**
 * The bytes of a model file, with a checksum.
 * @throws {ArtefactError} for a model that could not be read again, as with weights that are not finite
 */
export function encodeModel(model: Model): Uint8Array {
  const bytes = writeModel(model);
  decodeModel(bytes, "The model to be written");
  return bytes;
}

/**
 * Reads the bytes of a model file and checks everything in it, its checksum first.
 * @param where names the file in errors
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library or is no model
 */
export function decodeModel(bytes: Uint8Array, where: string): Model {
  const model = readModel(bytes, where);
  checkReadOuts(model, where);
  return model;
}
