import { fstatSync } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OptionError } from "../errors.js";
import { isOfKind, type OutputKind, outputKinds, seemsToBe } from "./kinds.js";
import { behindLinks, cannotWrite } from "./place.js";
import { checkWritable, STANDARD_OUTPUT } from "./write-file.js";

/** A file that is about to be written. */
export interface PlannedOutput {
  path: string;
  kind: OutputKind;
  /** It is read first and then added to, never replaced; `force` does not change that. */
  appended?: boolean;
  /** Of features: what the names of their columns look like. */
  column?: RegExp;
  /** Of features: columns of the data that are kept beside them. */
  kept?: readonly string[];
}

/** What is known of a file from its path, links followed. */
export interface FileIdentity {
  /** Device and number on it; none for a file that is not there yet. */
  device?: bigint;
  inode?: bigint;
  /** The path without links, as far as it exists. */
  real: string;
}

/**
 * Checks before any work that outputs can be written and that nothing of the user's is lost: no output is a file that
 * is read, whatever its path or link is called, and none replaces a file that is not empty and not of its own kind.
 * @param options.inputs files that are read
 * @param options.force replace files of another kind; files that are read stay
 * @throws {OptionError} for an output that would destroy a file
 * @throws {UndertoneError} for one that cannot be written
 */
export async function checkOutputs(
  outputs: readonly PlannedOutput[],
  { inputs, force = false }: { inputs: readonly string[]; force?: boolean },
): Promise<void> {
  const read = await identified(inputs);
  const earlier: typeof read = [];
  for (const output of outputs) {
    const { path } = output;
    const identity = await expectOther(path, read);
    if (path === STANDARD_OUTPUT) continue;
    const refuse = (why: string, what: string) => refuseOutput(path, why, what);
    const other = earlier.find((each) => sameFile(each.identity, identity));
    if (other) refuse(`${other.path} is written too, and they are one file`, "Give each output a file of its own.");
    if (identity?.inode && isStandardOutput(identity))
      refuse("standard output goes into the same file", "Choose another file for one of the two.");
    earlier.push({ path, identity });
    await checkKind(output, force);
    await (output.appended ? checkAppendable(path) : checkWritable(path));
  }
}

/**
 * As the check of `checkOutputs`, of files that are known only once they are read.
 * @throws {OptionError} for an output that is one of them
 */
export async function expectNotRead(outputs: readonly string[], inputs: readonly string[]): Promise<void> {
  const read = await identified(inputs);
  for (const path of outputs) await expectOther(path, read);
}

type Identified = readonly { path: string; identity: FileIdentity | undefined }[];

async function identified(paths: readonly string[]) {
  return Promise.all(paths.map(async (path) => ({ path, identity: await identityOf(path) })));
}

/** Which file an output is. @throws {OptionError} if it is one that is read */
async function expectOther(path: string, read: Identified): Promise<FileIdentity | undefined> {
  if (path === STANDARD_OUTPUT) {
    const input = read.find(({ identity }) => identity?.inode && isStandardOutput(identity));
    if (!input) return undefined;
    throw new OptionError(
      `Standard output goes into ${input.path}, which is read and would be changed meanwhile. Nothing was written. Choose another file for one of the two.`,
    );
  }
  const identity = await identityOf(path);
  const input = read.find((each) => sameFile(each.identity, identity));
  if (input)
    refuseOutput(
      path,
      `it is the file ${input.path}, which is read and would be lost`,
      "Choose another file for the output; `force` does not change this.",
    );
  return identity;
}

function refuseOutput(path: string, why: string, what: string): never {
  throw new OptionError(`Cannot write ${path}: ${why}. Nothing was written. ${what}`);
}

async function checkKind({ path, kind, appended = false, column, kept }: PlannedOutput, force: boolean): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (appended && existing && !existing.isFile() && !existing.isDirectory())
    throw new OptionError(
      `Cannot write ${path}: it is a pipe or a device, expected a file, because its lines are read again. Nothing was written. Choose a file.`,
    );
  if (!existing?.isFile() || (force && !appended)) return;
  const ours = await isOfKind(path, kind, column, kept).catch((cause) => {
    throw cannotWrite(path, cause);
  });
  if (ours) return;
  throw new OptionError(
    `Cannot write ${path}: it exists and is ${await seemsToBe(path, column)}, expected ${outputKinds[kind]} or nothing. Nothing was written. Choose another file${appended ? "" : ", or replace this one with `force`"}.`,
  );
}

async function checkAppendable(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, "r+");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return checkWritable(path);
    throw cannotWrite(path, cause);
  }
  await file.close();
}

/** Which file a path means; undefined for pipes and devices, which are no files that could be lost. */
export async function identityOf(path: string): Promise<FileIdentity | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found && !found.isFile()) return undefined;
  const target = await behindLinks(path).catch(() => path);
  const real = join(await realFolder(dirname(target)), basename(target));
  return found ? { device: found.dev, inode: found.ino, real: await realpath(path).catch(() => real) } : { real };
}

/** The path of a folder without links, or of as much of it as exists. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : join(await realFolder(above), basename(folder));
  }
}

/**
 * Whether two paths mean one file: the same number on the same device, as for links and for a name in other letters
 * where the file system ignores case. Without numbers (a new file, some network disks) the real paths decide, and case
 * is ignored, because a disk may ignore it.
 */
export function sameFile(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  if (!a || !b) return false;
  if (a.inode && b.inode) return a.device === b.device && a.inode === b.inode;
  if (a.inode || b.inode) return false; // one is there, the other is not
  const folded = ({ real }: FileIdentity) => real.normalize("NFC").toLowerCase();
  return folded(a) === folded(b);
}

/** Whether standard output or standard error is redirected into that file. */
function isStandardOutput({ device, inode }: FileIdentity): boolean {
  return [1, 2].some((descriptor) => {
    try {
      const open = fstatSync(descriptor, { bigint: true });
      return open.dev === device && open.ino === inode;
    } catch {
      return false; // closed
    }
  });
}
