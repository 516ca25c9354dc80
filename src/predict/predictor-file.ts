import type { Engine } from "../engine/engine.js";
import { ArtefactError } from "../errors.js";
import { readWhole } from "../files/read-whole.js";
import { writeFileAtomically } from "../files/write-file.js";
import { taskOf } from "./container.js";
import { type Detector, decodeDetector } from "./detector.js";
import { decodePredictor, type Predictor } from "./predictor.js";

/** Writes the file of a predictor, wholly or not at all. */
export async function savePredictor(path: string, predictor: Predictor): Promise<void> {
  await writeFileAtomically(path, predictor.toBytes());
}

/**
 * Reads the file of a predictor and checks everything in it.
 * @throws {ArtefactError} as decodePredictor
 */
export async function loadPredictor(
  engine: Engine,
  path: string,
  options: { threads?: number } = {},
): Promise<Predictor> {
  return decodePredictor(engine, await bytesOf(path), path, options);
}

/**
 * Reads the file of a detector of anomalies and checks everything in it.
 * @throws {ArtefactError} as decodeDetector
 */
export async function loadDetector(
  engine: Engine,
  path: string,
  options: { threads?: number } = {},
): Promise<Detector> {
  return decodeDetector(engine, await bytesOf(path), path, options);
}

/** Whichever of the two a file holds. */
export async function loadEither(
  engine: Engine,
  path: string,
  options: { threads?: number },
): Promise<{ predictor: Predictor; detector?: undefined } | { predictor?: undefined; detector: Detector }> {
  const bytes = await bytesOf(path);
  return taskOf(bytes) === "anomaly"
    ? { detector: decodeDetector(engine, bytes, path, options) }
    : { predictor: decodePredictor(engine, bytes, path, options) };
}

function bytesOf(path: string): Promise<Uint8Array> {
  return readWhole(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new ArtefactError(
      `${path}: ${why}. Give a predictor, which "undertone fit" writes where a classifier is asked for (\`classifier: "auto"\`).`,
      { cause },
    );
  });
}
