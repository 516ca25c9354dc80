import { type BigIntStats, createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UndertoneError } from "../errors.js";
import { cannotWrite, type Place, placeOf, reasonOf } from "./place.js";
import { openTemporary, removeRemains, type Temporary } from "./temporary.js";

/** A file on its way: until `place` what was there before stays. Every method throws an {UndertoneError}. */
export interface Output {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Writes over bytes of before. */
  rewrite(bytes: Uint8Array, position: number): Promise<void>;
  /** All bytes are on the disk, with the permissions of the file that they replace. */
  seal(): Promise<void>;
  /** Puts the sealed file in its place. */
  place(): Promise<void>;
  /** Whether the placed file is still the one that lies there, or another process has replaced it since. */
  isInPlace(): Promise<boolean>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** The path that means standard output. */
export const STANDARD_OUTPUT = "-";

/**
 * Opens standard output. It gets the bytes when they are complete.
 * @throws {UndertoneError} if the bytes cannot wait in the folder of temporary files
 */
export function openStandardOutput(): Promise<Output> {
  const waiting = join(tmpdir(), "undertone-output");
  return outputAt("standard output", { target: STANDARD_OUTPUT, waiting, stream: true });
}

/**
 * Opens an output. A file is written beside its target and renamed over it. A pipe or a device gets the bytes when they
 * are complete.
 * @throws {UndertoneError} if the place cannot be written to; what was there before stays
 */
export async function openOutput(path: string): Promise<Output> {
  return outputAt(path, await placeOf(path));
}

async function outputAt(path: string, place: Place): Promise<Output> {
  const temporary = await openTemporary(place.waiting, place.stream ? 0o600 : modeOf(place)).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  const { file } = temporary;
  let own: BigIntStats | undefined;
  const abandon = async () => {
    await file.close().catch(() => {});
    await rm(temporary.path, { force: true }).catch(() => {});
  };
  const orExplain = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (cause) => {
      await abandon();
      throw cannotWrite(path, cause);
    });
  return {
    write: (bytes) => orExplain(file.appendFile(bytes)),
    rewrite: async (bytes, position) => void (await orExplain(file.write(bytes, 0, bytes.length, position))),
    async seal() {
      own = await file.stat({ bigint: true }).catch(() => undefined);
      await orExplain(seal(temporary, place));
    },
    place: () => orExplain(putInPlace(temporary, place)),
    async isInPlace() {
      if (place.stream) return true;
      const found = await stat(place.target, { bigint: true }).catch(() => undefined);
      return found?.ino === own?.ino && found?.dev === own?.dev;
    },
    abandon,
  };
}

/** Permissions of the file that is replaced; for a new one those that the umask leaves. */
function modeOf({ existing }: Place): number | undefined {
  return existing && existing.mode & 0o7777;
}

async function seal({ file }: Temporary, place: Place): Promise<void> {
  const { existing, stream } = place;
  if (existing && !stream) {
    const own = await file.stat();
    if (own.uid !== existing.uid || own.gid !== existing.gid)
      await file.chown(existing.uid, existing.gid).catch(() => {}); // only the superuser may
    if (((await file.stat()).mode & 0o7777) !== modeOf(place)) await file.chmod(modeOf(place)!);
  }
  await file.sync();
  await file.close();
}

async function putInPlace({ path }: Temporary, { target, stream }: Place): Promise<void> {
  if (!stream) return rename(path, target);
  const bytes = createReadStream(path);
  if (target === STANDARD_OUTPUT) await pipeline(bytes, process.stdout, { end: false });
  else await pipeline(bytes, createWriteStream(target, { flags: "w" }));
  await rm(path, { force: true });
}

/**
 * Writes a file so that it is either wholly there or not at all.
 * @throws {UndertoneError} if the place cannot be written to; what was there before stays
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const output = await openOutput(path);
  await output.write(bytes);
  await output.seal();
  await output.place();
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

/**
 * Finds out before long work whether a file could be written, without touching what is there. What killed processes
 * left of the same file is removed.
 * @throws {UndertoneError} as writeFileAtomically
 */
export async function checkWritable(path: string): Promise<void> {
  const place = await placeOf(path);
  await removeRemains(place.waiting);
  if (place.stream) return; // to open a pipe wakes its reader
  await (await openOutput(path)).abandon();
}
