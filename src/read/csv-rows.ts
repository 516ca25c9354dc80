import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { DataError } from "../errors.js";
import { unreadable } from "./source-file.js";

/**
 * Streams a CSV file (gzip by its name), so that memory does not grow with it.
 * @param onRow gets the trimmed cells and the row's number in an editor, from 1; blank lines are skipped
 * @returns SHA-256 of the bytes on disk
 * @throws {DataError} if it cannot be read, or a row has another number of cells than the first
 */
export async function readCsvRows(
  path: string,
  onRow: (cells: readonly string[], row: number) => void,
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
      onRow(cells, lines);
      return null; // nothing to hand on
    },
  });
  parser.resume();
  try {
    const file = createReadStream(path);
    if (path.toLowerCase().endsWith(".gz")) await pipeline(file, hashing, createGunzip(), parser);
    else await pipeline(file, hashing, parser);
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
