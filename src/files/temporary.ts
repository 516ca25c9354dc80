import { createHash, randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** A file that waits beside the one it will replace. Its name says which process writes it. */
export interface Temporary {
  path: string;
  file: FileHandle;
}

/** The first process id namespace of a Linux kernel. Numbers of processes in another one mean other processes. */
const FIRST_NAMESPACE = "pid:[4026531836]";
const HOST = createHash("sha256").update(hostAndNamespace()).digest("hex").slice(0, 8);
const SUFFIX = /^(\d+)\.[0-9a-f]{6}\.tmp$/;
/** Bytes of a target's name that go into the name of its temporary files: a name has 255 at most. */
const LONGEST_STEM = 200;
/** Targets whose folder was searched for remains: once per process is enough. */
const searched = new Set<string>();
const MOST_SEARCHED = 1000;

/**
 * Opens `NAME.HOST.PID.RANDOM.tmp` beside the target, new and for this process alone. Remains of processes that were
 * killed while they wrote the same target are removed.
 * @param mode permissions before the umask
 */
export async function openTemporary(target: string, mode = 0o666): Promise<Temporary> {
  const path = await temporaryPath(target);
  return { path, file: await open(path, "wx+", mode) };
}

/** Such a name, that nothing has yet: for a folder. Remains are removed as by openTemporary. */
export async function temporaryPath(target: string): Promise<string> {
  if (!searched.has(target)) {
    if (searched.size >= MOST_SEARCHED) searched.clear();
    searched.add(target);
    await removeRemains(target);
  }
  return join(dirname(target), `${stemOf(target)}${process.pid}.${randomBytes(3).toString("hex")}.tmp`);
}

/** Removes the temporary files and folders of a target whose process has ended. Those of another host or container stay. */
export async function removeRemains(target: string): Promise<void> {
  const folder = dirname(target);
  const stem = stemOf(target);
  const names = await readdir(folder).catch(() => []); // a folder may be writable and not readable
  for (const name of names) {
    const pid = name.startsWith(stem) && SUFFIX.exec(name.slice(stem.length))?.[1];
    if (!pid) continue;
    const path = join(folder, name);
    if (await hasEnded(Number(pid), path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function stemOf(target: string): string {
  const bytes = Buffer.from(basename(target)).subarray(0, LONGEST_STEM);
  return `${bytes.toString().replace(/\uFFFD+$/, "")}.${HOST}.`;
}

/** In a container many programs have the number of this process: then the file is older than the process. */
async function hasEnded(pid: number, path: string): Promise<boolean> {
  if (pid === process.pid) {
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && found.mtimeMs < Date.now() - 1000 * process.uptime() - 2000;
  }
  try {
    process.kill(pid, 0); // asks, sends nothing
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function hostAndNamespace(): string {
  let namespace = FIRST_NAMESPACE;
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {} // not Linux
  return namespace === FIRST_NAMESPACE ? hostname() : `${hostname()} ${namespace}`;
}
