import type { Engine } from "../engine/engine.js";
import { ArtefactError } from "../errors.js";
import { readWhole } from "../files/read-whole.js";
import { writeFileAtomically } from "../files/write-file.js";
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
  const bytes = await readWhole(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new ArtefactError(
      `${path}: ${why}. Give a predictor, which "undertone fit" writes where a classifier is asked for (\`classifier: "auto"\`).`,
      { cause },
    );
  });
  return decodePredictor(engine, bytes, path, options);
}
