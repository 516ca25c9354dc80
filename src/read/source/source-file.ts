import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline, Transform } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { DataError } from "../../errors.js";

const LONGEST_TEXT = 0x1fffffe8; // the longest string of the JavaScript engine

/** A file to read, once: whole or in pieces. Both unpack it if its name ends in .gz. */
export interface SourceFile {
  path: string;
  /** @throws {DataError} if the file cannot be read, is empty, or is a broken gzip file */
  whole(): Promise<Buffer>;
  /** @throws {DataError} if the file cannot be read, or is a broken gzip file */
  pieces(): AsyncIterable<Buffer>;
  /** SHA-256 of the bytes on disk, hexadecimal; known when all of them were read. */
  sha256(): string;
}

export function sourceFile(path: string): SourceFile {
  const hash = createHash("sha256");
  const packed = path.toLowerCase().endsWith(".gz");
  return {
    path,
    async whole() {
      try {
        const raw = await readFile(path);
        hash.update(raw);
        const bytes = packed ? await promisify(gunzip)(raw) : raw;
        if (bytes.length === 0) throw emptyFile(path);
        return bytes;
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    async *pieces() {
      const hashed = new Transform({
        transform(chunk, _, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      const file = createReadStream(path);
      const failed = () => {}; // the last stream throws it too
      const bytes = packed
        ? pipeline(file, hashed, createGunzip({ chunkSize: 1 << 16 }), failed)
        : pipeline(file, hashed, failed);
      try {
        yield* bytes;
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    sha256: () => hash.copy().digest("hex"), // a digest ends the hash itself
  };
}

/**
 * The lines of a text file, without byte order mark and line ends; line i is row i + 1 of an editor.
 * @throws {DataError} as `whole`, and if it is too long for one text
 */
export async function linesOf(file: SourceFile): Promise<string[]> {
  const bytes = await file.whole();
  if (bytes.length > LONGEST_TEXT)
    throw new DataError(
      `${file.path}: got ${bytes.length} bytes of text, expected at most ${LONGEST_TEXT}. This format is read whole; split the file, or store it as a long table (CSV).`,
    );
  return new TextDecoder().decode(bytes).split(/\r?\n/);
}

export function emptyFile(path: string): DataError {
  return new DataError(`${path}: the file is empty, expected at least one sequence. Was it written completely?`);
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
    return new DataError(`${path}: could not be read (${message}). Check the path and its permissions.`, { cause });
  return cause as Error;
}
