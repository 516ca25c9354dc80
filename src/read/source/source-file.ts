import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DataError } from "../../errors.js";

const LONGEST_TEXT = 0x1fffffe8; // the longest string of the JavaScript engine

/** A file in memory, unpacked. */
export interface SourceFile {
  path: string;
  /** SHA-256 of the bytes on disk, hexadecimal. */
  sha256: string;
  /** Content after gunzip. */
  bytes: Buffer;
}

/**
 * Reads a file whole, unpacking `.gz`.
 * @throws {DataError} if it cannot be read, is empty, or is a broken gzip file
 */
export async function readSourceFile(path: string): Promise<SourceFile> {
  try {
    const raw = await readFile(path);
    const bytes = path.toLowerCase().endsWith(".gz") ? await promisify(gunzip)(raw) : raw;
    if (bytes.length === 0) throw emptyFile(path);
    return { path, sha256: createHash("sha256").update(raw).digest("hex"), bytes };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The lines of a text file, without byte order mark and line ends; line i is row i + 1 of an editor. */
export function linesOf(file: SourceFile): string[] {
  if (file.bytes.length > LONGEST_TEXT)
    throw new DataError(
      `${file.path}: got ${file.bytes.length} bytes of text, expected at most ${LONGEST_TEXT}. This format is read whole; split the file, or store it as a long CSV table.`,
    );
  return new TextDecoder().decode(file.bytes).split(/\r?\n/);
}

export function emptyFile(path: string): DataError {
  return new DataError(
    `${path}: the file is empty, expected at least one sequence. Was it written completely?`,
  );
}

export function noSequences(path: string): DataError {
  return new DataError(
    `${path}: got a header and nothing below it, expected at least one sequence. Was the file written completely?`,
  );
}

/** Turns what the file system or zlib throws into a DataError that names the file. */
export function unreadable(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR")
    return new DataError(
      `${path}: the gzip stream ends too early, expected its end mark. The file is truncated; copy or download it again.`,
      { cause },
    );
  if (code?.startsWith("Z_"))
    return new DataError(
      `${path}: not a sound gzip file (${message}), expected gzip because its name ends in .gz. Copy it again, or rename it.`,
      { cause },
    );
  if (code === "ENOENT") return new DataError(`${path}: there is no such file. Check the path.`, { cause });
  if (code?.startsWith("E"))
    return new DataError(`${path}: could not be read (${message}). Check the path and its permissions.`, {
      cause,
    });
  return cause as Error;
}
