import { constants, type Stats } from "node:fs";
import { access, readlink, realpath, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { UndertoneError } from "../errors.js";

/** Where the bytes of an output end up. */
export interface Place {
  /** The file to replace, behind all links; for a stream the path itself. */
  target: string;
  /** Beside which file the bytes wait until they are complete. */
  waiting: string;
  /** What lies there now. */
  existing?: Stats;
  /** A pipe or a device such as /dev/null: it is written into, never replaced. */
  stream: boolean;
}

const MOST_LINKS = 40;

/**
 * Follows the links of a path, so that a link stays a link and its target is replaced.
 * @throws {UndertoneError} if a folder, a socket or a disk is there
 */
export async function placeOf(path: string): Promise<Place> {
  const existing = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw cannotWrite(path, cause);
  });
  const refused = existing && kindNotWritten(existing);
  if (refused)
    throw new UndertoneError(`Cannot write ${path}: it is ${refused}. Nothing was written. Give the name of a file.`);
  if (existing && !existing.isFile()) {
    await writable(path);
    return { target: path, waiting: join(tmpdir(), basename(path)), existing, stream: true };
  }
  const target = await behindLinks(path).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  if (existing) await writable(path);
  return { target, waiting: target, existing, stream: false };
}

function kindNotWritten(existing: Stats): string | undefined {
  if (existing.isDirectory()) return "a folder";
  if (existing.isSocket()) return "a socket";
  if (existing.isBlockDevice()) return "a disk";
  return undefined;
}

/** A file without write permission was meant to stay: a rename would not ask for it. */
async function writable(path: string): Promise<void> {
  await access(path, constants.W_OK).catch((cause) => {
    throw cannotWrite(path, cause);
  });
}

/** The path behind all links, also where the last one leads to nothing yet. */
export async function behindLinks(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const link = await readlink(at).catch(() => undefined);
    if (link === undefined) return at;
    at = resolve(await realpath(dirname(at)), link);
  }
  throw Object.assign(new Error("its links lead in a circle"), { code: "ELOOP" });
}

/** What to say when the file system refuses. */
export function cannotWrite(path: string, cause: unknown): UndertoneError {
  if (cause instanceof UndertoneError) return cause;
  return new UndertoneError(
    `Cannot write ${path}: ${reasonOf(cause)}. Nothing was written. Choose another place, or check ${dirname(path)}.`,
    { cause },
  );
}

/** Why the file system refused, in words. */
export function reasonOf(cause: unknown): string {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOENT: "the folder does not exist",
    EACCES: "no permission",
    EPERM: "no permission",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    EDQUOT: "the quota of the disk is used up",
    EFBIG: "the file is larger than is allowed here",
    EISDIR: "it is a folder",
    EEXIST: "there is a file of that name",
    ENOTDIR: "part of the path is a file",
    ELOOP: "its links lead in a circle",
    ENAMETOOLONG: "its name is too long",
    EPIPE: "the reader of the pipe closed it",
  };
  return known[code] ?? message;
}
