import type { Engine } from "../../engine/engine.js";
import { PREDICTOR_FORMAT } from "../../model/model-format.js";
import type { Served } from "./served.js";
import { servedModel } from "./served-model.js";
import { servedPredictor } from "./served-predictor.js";

/**
 * Opens the bytes of a file.
 * @param where names it in errors
 * @throws {ArtefactError} if it is no model
 */
export function openServed(engine: Engine, bytes: Uint8Array, where: string): Served {
  return (isPredictor(bytes) ? servedPredictor : servedModel)(engine, bytes, where);
}

/** Whether the header of a file says so; what is no sound file of either kind, the readers tell. */
function isPredictor(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(8, 8 + 512)).includes(`"${PREDICTOR_FORMAT}"`);
}
