import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { DataError, UndertoneError } from "../../errors.js";
import { gunzip } from "./gunzip.js";
import { type Slices, sha256Of, slicesOfBytes, slicesOfFile } from "./slices.js";
import { changedFile, stampOf } from "./stamp.js";
import type { ReadWatch } from "./watch.js";

const MB = 1 << 20;
const LARGEST_WHOLE = 2 ** 31 - 1; // what Node reads into one buffer
const PIECE = 1 << 18; // bytes
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
  /** Is told how far reading is. */
  watch?: ReadWatch;
  /** The encoding of a text, by the option; default: UTF-8, or what a byte order mark says. */
  encoding?: string;
  /** The most bytes of content, by the option. */
  maxSize?: number;
  /** @throws {DataError} if the file cannot be read, is empty (unless it may be), is larger than `most`, or is a broken gzip file */
  whole(most?: number, mayBeEmpty?: boolean): Promise<Buffer>;
  /** @throws {DataError} if the file cannot be read, is too large, or is a broken gzip file */
  pieces(): AsyncIterable<Buffer>;
  /**
   * The bytes at any place; of a .gz, a pipe or a device they are read into memory.
   * @throws {DataError} as `whole`
   */
  slices(): Promise<Slices>;
  /** false: nobody will ask for the SHA-256. */
  hashed?: boolean;
  /** SHA-256 of the bytes on disk, hexadecimal; known when all of them were read, or the slices are closed. */
  sha256(): Promise<string>;
}

/** @param options.maxSize the most bytes of content; default: any size, a .gz as far as its bytes explain it */
export function sourceFile(
  name: string,
  { maxSize, encoding, hashed = true }: { maxSize?: number; encoding?: string; hashed?: boolean } = {},
  watch?: ReadWatch,
): SourceFile {
  const hash = hashed ? createHash("sha256") : undefined;
  const standard = name === STANDARD_INPUT;
  const path = standard ? "standard input" : name; // in messages
  const packed = name.toLowerCase().endsWith(".gz");
  let sliced = false;
  return {
    path,
    watch,
    encoding,
    maxSize,
    hashed,
    async whole(most = LARGEST_WHOLE, mayBeEmpty = false) {
      try {
        const plain = packed || standard ? undefined : await readPlain(path, most, maxSize);
        if (plain) hash?.update(plain);
        watch?.bytes(plain?.length ?? 0);
        const bytes = plain ?? (await collect(this.pieces(), most, path));
        if (bytes.length === 0 && !mayBeEmpty) throw emptyFile(path);
        return bytes;
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    async *pieces() {
      let size = 0;
      const count = (bytes: number, read = Number.POSITIVE_INFINITY) => {
        size += bytes;
        if (size > (maxSize ?? size)) throw beyondMaxSize(path, maxSize!, packed);
        if (maxSize === undefined && size > Math.max(FREE_MB * MB, MOST_RATIO * read))
          throw packsTooWell(path, size, `the first ${read}`);
      };
      const read = async function* (): AsyncGenerator<Buffer> {
        const stamp = standard ? "" : await stampOf(path);
        for await (const chunk of standard ? takeStandardInput() : createReadStream(path, { highWaterMark: PIECE })) {
          hash?.update(chunk);
          watch?.bytes(chunk.length);
          if (!packed) count(chunk.length);
          yield chunk;
        }
        if (!standard && (await stampOf(path)) !== stamp) throw changedFile(path);
      };
      try {
        yield* packed ? gunzip(path, read(), count) : read();
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    async slices() {
      try {
        const { size } = packed || standard ? { size: 0 } : await stat(path);
        if (size === 0) return slicesOfBytes(path, await this.whole());
        if (size > (maxSize ?? size)) throw beyondMaxSize(path, maxSize!, false);
        sliced = true;
        const slices = await slicesOfFile(path);
        const slice: Slices["slice"] = (start, end = slices.byteLength) => {
          watch?.bytes(end - start);
          return slices.slice(start, end);
        };
        return { ...slices, slice };
      } catch (cause) {
        throw unreadable(path, cause);
      }
    },
    sha256: async () => (sliced ? sha256Of(path) : hash!.copy().digest("hex")), // a digest ends the hash itself
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

/** A plain file at once; undefined for a pipe or a device, whose size only reading tells. */
async function readPlain(path: string, most: number, maxSize: number | undefined): Promise<Buffer | undefined> {
  const stats = await stat(path);
  const { size } = stats;
  if (!stats.isFile() || size === 0) return undefined;
  if (size > (maxSize ?? size)) throw beyondMaxSize(path, maxSize!, false);
  if (size > most) throw tooLargeToHold(path, most);
  const stamp = await stampOf(path);
  const bytes = await readFile(path);
  if ((await stampOf(path)) !== stamp) throw changedFile(path);
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

/** @param row in which the text goes on without end */
export function endlessRow(path: string, row: number): DataError {
  return new DataError(
    `${path}, row ${row}: got more than ${LONGEST_ROW_MB} MB without the end of the row, expected a shorter one. A quote may lack its partner, or this is no text; correct the row, or store the values in more rows.`,
  );
}

/**
 * Looks at the size of an archive before it is unpacked, by the bounds of a .gz.
 * @param size bytes unpacked
 * @param packed bytes of the archive
 * @throws {DataError} if that is too much
 */
export function expectUnpackable({ path, maxSize }: SourceFile, size: number, packed: number): void {
  if (size > (maxSize ?? LARGEST_WHOLE)) {
    if (maxSize !== undefined) throw beyondMaxSize(path, maxSize, true);
    throw tooLargeToHold(path, LARGEST_WHOLE);
  }
  if (maxSize === undefined && size > Math.max(FREE_MB * MB, MOST_RATIO * packed))
    throw packsTooWell(path, size, `its ${packed}`);
}

function packsTooWell(path: string, size: number, from: string): DataError {
  return new DataError(
    `${path}: unpacks to more than ${MOST_RATIO} times its bytes (${Math.round(size / MB)} MB from ${from} bytes), expected less. Beyond ${FREE_MB} MB only a file made to fill memory packs so well. If this one is sound, give the size that it unpacks to: \`maxSize\`.`,
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
