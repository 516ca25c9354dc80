import { EngineError } from "../errors.js";

/** The program of every worker thread, src/worker.ts and all that it imports in one file. */
export const WORKER = new URL("../../dist/threads/worker.js", import.meta.url);

/** A part of an engine is there, or was named, and cannot be used. `auto` goes on to the next engine, and says so. */
export class UnusableError extends EngineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "EngineError"; // the class is one of ours alone
  }
}

const REPAIR = 'Run "npm run setup" in a clone, or install the package again';

/** @param got what is wrong with the file, in a few words */
export function notAsBuilt(path: string, got: string, instead: string): UnusableError {
  return new UnusableError(
    `${path} is not the file that was built: ${got}. It was cut or changed, so it is not loaded. ${REPAIR}, or use ${instead}.`,
  );
}

/**
 * Compares a file with the record that was written when it was built, FILE.sha256 (as sha256sum writes it).
 * A library with a part missing ends the process when it is loaded, so this comes first.
 * @returns false if neither the file nor its record is there
 * @throws {UnusableError} if they do not agree, or one of them is missing
 */
export async function expectAsBuilt(path: string, instead: string): Promise<boolean> {
  const { readFile } = await import("node:fs/promises");
  const { createHash } = await import("node:crypto");
  const [file, record] = await Promise.all(
    [path, `${path}.sha256`].map((each) => readFile(each).catch((error: NodeJS.ErrnoException) => error)),
  );
  const isMissing = (read: Buffer | NodeJS.ErrnoException) => "code" in read && read.code === "ENOENT";
  if (isMissing(file) && isMissing(record)) return false;
  if (file instanceof Error) throw notAsBuilt(path, file.message, instead);
  if (record instanceof Error)
    throw notAsBuilt(path, `its record ${path}.sha256 cannot be read (${record.message})`, instead);
  const hash = createHash("sha256").update(file).digest("hex");
  if (!record.toString().startsWith(`${hash} `))
    throw notAsBuilt(path, `its ${file.length} bytes do not have the SHA-256 in ${path}.sha256`, instead);
  return true;
}
