import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { DataError } from "../../errors.js";
import { unreadable } from "../source/source-file.js";

/**
 * Streams a CSV file (gzip by its name), so that memory does not grow with it.
 * @param onRow gets the trimmed cells and the row's number in an editor, from 1; blank lines are skipped. The next
 *   row is read when a promise that it returns is fulfilled
 * @returns SHA-256 of the bytes on disk
 * @throws {DataError} if it cannot be read, or a row has another number of cells than the first
 */
export async function readCsvRows(
  path: string,
  onRow: (cells: readonly string[], row: number) => void | Promise<void>,
): Promise<string> {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  let width = 0;
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true, // counted below, with a message of our own
    on_record(cells: string[], { lines }) {
      width ||= cells.length;
      if (cells.length !== width)
        throw new DataError(
          `${path}, row ${lines}: got ${cells.length} cells, expected ${width} as in the first row. The row may be cut off, or a text with a comma lacks its quotes.`,
        );
      return { cells, row: lines } as unknown as string[]; // any object may be handed on
    },
  });
  const rows = new Writable({
    objectMode: true,
    write({ cells, row }: { cells: string[]; row: number }, _, done) {
      try {
        const pending = onRow(cells, row);
        if (pending) pending.then(() => done(), done);
        else done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  try {
    const file = createReadStream(path);
    if (path.toLowerCase().endsWith(".gz")) await pipeline(file, hashing, createGunzip(), parser, rows);
    else await pipeline(file, hashing, parser, rows);
  } catch (cause) {
    if ((cause as Error).name !== "CsvError" && !(cause as { code?: string }).code?.startsWith("CSV_"))
      throw unreadable(path, cause);
    throw new DataError(
      `${path}: ${(cause as Error).message}, expected comma-separated cells. A quote inside a cell is written twice, and the cell is quoted.`,
      { cause },
    );
  }
  return hash.digest("hex");
}
