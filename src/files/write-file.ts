import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UndertoneError } from "../errors.js";

/**
 * Writes a file so that it is either wholly there or not at all: a temporary file beside it, flushed to the
 * disk, then renamed over it.
 * @throws {UndertoneError} if the place cannot be written to; what was there before stays
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(path, cause);
  }
}

/** What to say when the file system refuses. */
export function cannotWrite(path: string, cause: unknown): UndertoneError {
  return new UndertoneError(
    `Cannot write ${path}: ${reasonOf(cause)}. Nothing was written. Choose another place, or check ${dirname(path)}.`,
    { cause },
  );
}

/**
 * Makes a folder and those above it, if missing.
 * @throws {UndertoneError} if it cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause) => {
    throw new UndertoneError(
      `Cannot make the folder ${path}: ${reasonOf(cause)}. Nothing was written. Choose another place.`,
      { cause },
    );
  });
}

/** Why the file system refused, in words. */
function reasonOf(cause: unknown): string {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: "the folder does not exist",
    EACCES: "no permission",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    EISDIR: "it is a folder",
    EEXIST: "there is a file of that name",
    ENOTDIR: "part of the path is a file",
  };
  return known[code] ?? message;
}

/**
 * Finds out before long work whether a file could be written, without touching what is there.
 * @throws {UndertoneError} as writeFileAtomically
 */
export async function checkWritable(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory())
    throw new UndertoneError(`Cannot write ${path}: it is a folder. Nothing was written. Give the name of a file.`);
  const probe = `${path}.${process.pid}.probe`;
  await writeFileAtomically(probe, "").catch((error: Error) => {
    throw new UndertoneError(error.message.replace(probe, path), { cause: error });
  });
  await rm(probe, { force: true });
}
