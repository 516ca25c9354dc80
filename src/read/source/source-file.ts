import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError, UndertoneError } from "../../errors.js";
import { type Slices, sha256Of, slicesOfBytes, slicesOfFile } from "./slices.js";

const MB = 1 << 20;
const LONGEST_TEXT = 0x1fffffe8; // the longest string of the JavaScript engine
const LARGEST_WHOLE = 2 ** 31 - 1; // what Node reads into one buffer
/** A .gz may unpack to this many times the bytes read of it, and in any case to that many MB. */
const MOST_RATIO = 200;
const FREE_MB = 32;
/** Text without the end of a row; a million values of 32 characters. */
export const LONGEST_ROW_MB = 32;

/** The path that means standard input. */
export const STANDARD_INPUT = "-";
let inputTaken = false;

/** A file to read, once: whole, in pieces or in slices. All unpack it if its name ends in .gz. */
export interface SourceFile {
  path: string;
  /** @throws {DataError} if the file cannot be read, is empty, is larger than `most`, or is a broken gzip file */
  whole(most?: number): Promise<Buffer>;
  /** @throws {DataError} if the file cannot be read, is too large, or is a broken gzip file */
  pieces(): AsyncIterable<Buffer>;
  /**
   * The bytes at any place; a .gz is unpacked into memory.
   * @throws {DataError} as `whole`
   */
  slices(): Promise<Slices>;
  /** SHA-256 of the bytes on disk, hexadecimal; known when all of them were read, or the slices are closed. */
  sha256(): Promise<string>;
}

/** @param maxSize the most bytes of content; default: any size, a .gz as far as its bytes explain it */
export function sourceFile(name: string, maxSize?: number): SourceFile {
  const hash = createHash("sha256");
  const standard = name === STANDARD_INPUT;
  const path = standard ? "standard input" : name; // in messages
  const packed = name.toLowerCase().endsWith(".gz");
  let sliced = false;
  return {
    path,
    async slices() {
      if (packed || standard) return slicesOfBytes(path, await this.whole());
      const slices = await slicesOfFile(path).catch((cause) => {
        throw unreadable(path, cause);
      });
      sliced = true;
      const { byteLength } = slices;
      if (byteLength > 0 && byteLength <= (maxSize ?? byteLength)) return slices;
      await slices.close();
      throw byteLength === 0 ? emptyFile(path) : beyondMaxSize(path, maxSize!, false);
    },
    async whole(most = LARGEST_WHOLE) {
      try {
        const streamed = packed || standard;
        const bytes = streamed ? await collect(this.pieces(), most, path) : await readPlain(path, most, maxSize);
        if (!streamed) hash.update(bytes);
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
      const file = standard ? takeStandardInput() : createReadStream(path);
      const failed = () => {}; // the last stream throws it too
      const gunzip = packed ? createGunzip({ chunkSize: 1 << 16 }) : undefined;
      const bytes = gunzip ? pipeline(file, hashed, gunzip, failed) : pipeline(file, hashed, failed);
      let size = 0;
      try {
        for await (const piece of bytes) {
          size += piece.length;
          if (size > (maxSize ?? size)) throw beyondMaxSize(path, maxSize!, packed);
          if (gunzip && maxSize === undefined && size > Math.max(FREE_MB * MB, MOST_RATIO * gunzip.bytesWritten))
            throw new DataError(
              `${path}: unpacks to more than ${MOST_RATIO} times its bytes (${Math.round(size / MB)} MB from the first ${gunzip.bytesWritten} bytes), expected less. Beyond ${FREE_MB} MB only a file made to fill memory packs so well. If this one is sound, give the size that it unpacks to: \`maxSize\`.`,
            );
          yield piece;
        }
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    sha256: async () => (sliced ? sha256Of(path) : hash.copy().digest("hex")), // a digest ends the hash itself
  };
}

/** @throws {DataError} the second time */
function takeStandardInput(): NodeJS.ReadStream {
  if (inputTaken)
    throw new DataError(
      "Standard input was read to its end and is needed again, expected a file that can be read twice. Write it to a file, and name that.",
    );
  inputTaken = true;
  return process.stdin;
}

async function readPlain(path: string, most: number, maxSize: number | undefined): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > (maxSize ?? size)) throw beyondMaxSize(path, maxSize!, false);
  if (size > most) throw tooLargeToHold(path, most);
  const bytes = await readFile(path);
  if (bytes.length > most) throw tooLargeToHold(path, most); // it grew, or is no plain file
  return bytes;
}

async function collect(pieces: AsyncIterable<Buffer>, most: number, path: string): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) throw tooLargeToHold(path, most);
    all.push(piece);
  }
  return Buffer.concat(all, size);
}

/**
 * The lines of a text file, without byte order mark and line ends; line i is row i + 1 of an editor.
 * @throws {DataError} as `whole`, and if it is too long for one text, or has a line without end
 */
export async function linesOf(file: SourceFile): Promise<string[]> {
  const bytes = await file.whole(LONGEST_TEXT);
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const long = lines.findIndex((line) => line.length > LONGEST_ROW_MB * MB);
  if (long >= 0) throw endlessRow(file.path, long + 1);
  return lines;
}

/** @param row in which the text goes on without end */
export function endlessRow(path: string, row: number): DataError {
  return new DataError(
    `${path}, row ${row}: got more than ${LONGEST_ROW_MB} MB without the end of the row, expected a shorter one. A quote may lack its partner, or this is no text; correct the row, or store the values in more rows.`,
  );
}

function beyondMaxSize(path: string, maxSize: number, packed: boolean): DataError {
  return new DataError(
    `${path}: ${packed ? "unpacks to" : "has"} more than ${maxSize} bytes, expected at most that (\`maxSize\`). Give a larger size if the file is sound and memory is enough.`,
  );
}

function tooLargeToHold(path: string, most: number): DataError {
  return new DataError(
    `${path}: has more than ${most} bytes${path.toLowerCase().endsWith(".gz") ? ", unpacked" : ""}, expected at most ${most}. This format is read whole; split the file, or store it as a long table (CSV).`,
  );
}

export function emptyFile(path: string): DataError {
  return new DataError(`${path}: the file is empty, expected at least one sequence. Was it written completely?`);
}

export function noSequences(path: string): DataError {
  return new DataError(
    `${path}: got a header and nothing below it, expected at least one sequence. Was the file written completely?`,
  );
}

/** Turns whatever the file system, zlib or a parser throws into a DataError that names the file. */
export function unreadable(path: string, cause: unknown): Error {
  if (cause instanceof UndertoneError) return cause;
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
  if (/^E[A-Z]+$/.test(code ?? ""))
    return new DataError(`${path}: could not be read (${message}). Check the path and its permissions.`, { cause });
  return new DataError(
    `${path}: could not be read (${message ?? cause}), expected a sound file of its kind. It may be damaged, or be of another kind than its name says; write it again.`,
    { cause },
  );
}
