import { stat } from "node:fs/promises";

/** How far reading is. */
export interface ReadProgress {
  /** Rows of tables so far. */
  rows: number;
  /** Of the bytes on disk, 0 to 1; undefined: their number is not known, as of a query or a pipe. */
  share?: number;
}

/** Counts what is read of the files of an input, for whoever waits. */
export interface ReadWatch {
  rows(count: number): void;
  bytes(count: number): void;
}

/** @param onRead called with each chunk of rows */
export async function watchReading(
  paths: readonly string[],
  onRead: (progress: ReadProgress) => void,
): Promise<ReadWatch> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        (found) => (found.isFile() ? found.size : Number.NaN),
        () => Number.NaN, // a query, a pipe; what is not there reading tells
      ),
    ),
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let [rows, bytes] = [0, 0];
  return {
    rows(count) {
      rows += count;
      onRead({ rows, ...(all > 0 && { share: Math.min(1, bytes / all) }) });
    },
    bytes(count) {
      bytes += count;
    },
  };
}
