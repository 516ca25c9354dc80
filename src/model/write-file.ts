import { open, rename, rm } from "node:fs/promises";
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
    const { code = "" } = cause as NodeJS.ErrnoException;
    const why =
      ({ ENOENT: "the folder does not exist", EACCES: "no permission", EROFS: "the disk is read-only", ENOSPC: "the disk is full", EISDIR: "it is a folder", ENOTDIR: "part of the path is a file" } as Record<string, string>)[code] ??
      (cause as Error).message;
    throw new UndertoneError(`Cannot write ${path}: ${why}. Nothing was written. Choose another place, or check ${dirname(path)}.`, { cause });
  }
}
