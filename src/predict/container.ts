import { ArtefactError } from "../errors.js";
import { decodeModel, encodeModel } from "../features/model-bytes.js";
import { decodeSafetensors, encodeSafetensors } from "../files/safetensors.js";
import { parseJson } from "../model/metadata.js";
import type { Model } from "../model/model.js";
import { PREDICTOR_FORMAT } from "../model/model-format.js";

/** The version of the file format that this library writes. */
export const PREDICTOR_VERSION = 1;

/** What a file of a predictor or of a detector is for. */
export type Task = "classify" | "anomaly";

/** What stands in such a file, before its parts are looked at. */
export interface Container {
  /** What the file says of itself; its task alone is checked. */
  about: unknown;
  networks: Model[];
  /** The JSON of a part. @throws {ArtefactError} if it is missing or no JSON */
  jsonOf(name: string): Record<string, unknown>;
  /** @throws {ArtefactError} that names the file */
  damaged(why: string): never;
}

/**
 * The bytes of a predictor: safetensors. The header holds `about` as JSON; behind it stand, as bytes, the networks
 * (each a model file) and parts as JSON. A checksum covers all of it.
 */
export function writeContainer(
  about: unknown,
  networks: readonly Model[],
  parts: Readonly<Record<string, unknown>>,
): Uint8Array {
  const blobs: Record<string, Uint8Array> = {};
  networks.forEach((model, k) => {
    blobs[`network ${k}`] = encodeModel(model);
  });
  for (const [name, part] of Object.entries(parts)) blobs[name] = new TextEncoder().encode(JSON.stringify(part));
  return encodeSafetensors({}, { format: PREDICTOR_FORMAT, predictor: JSON.stringify(about) }, blobs);
}

/**
 * Reads the bytes of a predictor, its checksum first.
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library, or is of another task
 */
export function readContainer(bytes: Uint8Array, where: string, task: Task): Container {
  const { blobs, metadata, checksum } = decodeSafetensors(bytes, where);
  const damaged = (why: string): never => {
    throw new ArtefactError(`${where}: the predictor is damaged${why}. Fit it again.`);
  };
  if (metadata.format === "undertone")
    throw new ArtefactError(
      `${where}: the file is an encoder alone, expected a predictor. Fit one that holds a classifier, too (\`classifier: "auto"\`).`,
    );
  if (metadata.format !== PREDICTOR_FORMAT || metadata.predictor === undefined)
    throw new ArtefactError(
      `${where}: this safetensors file holds no predictor. Expected one written by "undertone fit" with a classifier.`,
    );
  const about = parseJson(metadata.predictor) as { formatVersion?: unknown; library?: unknown; task?: unknown } | null;
  if (typeof about !== "object" || about === null) return damaged(": it is not JSON, or of too many parts");
  if (typeof about.formatVersion === "number" && about.formatVersion > PREDICTOR_VERSION)
    throw new ArtefactError(
      `${where}: the predictor has format version ${about.formatVersion}, this library reads up to ${PREDICTOR_VERSION}. It was written by undertone ${about.library}; update undertone to that version or a later one.`,
    );
  if (!checksum) damaged(": it has no checksum, and every predictor has one");
  if (about.task !== task)
    throw new ArtefactError(
      task === "classify"
        ? `${where}: the file holds a detector of anomalies, expected a classifier. "undertone predict" scores with it (in the library loadDetector); it is not served.`
        : `${where}: the file holds a classifier, expected a detector of anomalies. Read it with loadPredictor.`,
    );
  const networks: Model[] = [];
  for (let k = 0; blobs[`network ${k}`]; k++)
    networks.push(decodeModel(blobs[`network ${k}`], `${where}, network ${k}`));
  const jsonOf = (name: string): Record<string, unknown> => {
    if (blobs[name] === undefined) return damaged(`: "${name}" is missing`);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(blobs[name]));
    } catch {
      return damaged(`: "${name}" is not JSON`);
    }
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : damaged(`: "${name}" is not JSON of an object`);
  };
  return { about, networks, jsonOf, damaged };
}

/** What the bytes of a file are for; undefined for those of no predictor, or damaged ones. */
export function taskOf(bytes: Uint8Array): Task | undefined {
  try {
    const { metadata } = decodeSafetensors(bytes, "");
    const { task } = (parseJson(metadata.predictor ?? "") ?? {}) as { task?: Task };
    return task;
  } catch {
    return undefined; // reading tells what is wrong
  }
}
