import { ArtefactError } from "../errors.js";
import { readWhole } from "../files/read-whole.js";
import { writeFileAtomically } from "../files/write-file.js";
import type { Model } from "../model/model.js";
import { decodeModel, encodeModel } from "./model-bytes.js";

/** Writes a model file, wholly or not at all. */
export async function saveModel(path: string, model: Model): Promise<void> {
  await writeFileAtomically(path, encodeModel(model));
}

/** Reads a model file and checks everything in it. */
export async function loadModel(path: string): Promise<Model> {
  const bytes = await readWhole(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new ArtefactError(`${path}: ${why}. Give a model written by "undertone fit DATA -o ${path}".`, { cause });
  });
  return decodeModel(bytes, path);
}
