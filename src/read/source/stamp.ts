import { stat } from "node:fs/promises";
import { DataError } from "../../errors.js";

/** What shows that a file on disk is still the same one; "" for none, and for a pipe or a device. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined); // reading tells what is wrong
  return found?.isFile() ? [found.dev, found.ino, found.size, found.mtimeNs].join() : "";
}

export function changedFile(path: string): DataError {
  return new DataError(
    `${path}: the file changed while it was read, expected the same bytes from beginning to end. Wait until it is written, then read it again.`,
  );
}
