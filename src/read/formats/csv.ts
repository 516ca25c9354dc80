import { finished } from "node:stream/promises";
import { Parser } from "csv-parse";
import { DataError, UndertoneError } from "../../errors.js";
import type { Format } from "../source/format.js";
import { endlessRow, LONGEST_ROW_MB, type SourceFile } from "../source/source-file.js";
import type { TableChunk } from "../source/table.js";

/** Comma-separated values. The layout decides whether the first row names the columns. */
export const csv: Format = {
  name: "csv",
  extensions: [".csv"],
  layouts: ["wide", "long"],
  open: async (file: SourceFile) => ({ path: file.path, chunks: readChunks(file) }),
};

/**
 * Reads a CSV file piece by piece, so that memory does not grow with it. Cells are trimmed; a row's number is that of
 * an editor; blank lines are skipped.
 * @throws {DataError} if it is no CSV, a row has another number of cells than the first, or a row does not end
 */
async function* readChunks(file: SourceFile): AsyncGenerator<TableChunk> {
  let width = 0;
  let records: string[][] = [];
  let rows: number[] = [];
  let failure: unknown;
  const take = (cells: string[], line: number) => {
    width ||= cells.length;
    if (cells.length !== width)
      failure ??= new DataError(
        `${file.path}, row ${line}: got ${cells.length} cells, expected ${width} as in the first row. The row may be cut off, or a text with a comma lacks its quotes.`,
      );
    if (failure) return;
    records.push(cells);
    rows.push(line);
  };
  let parser: RowParser | undefined;
  /** What was parsed since the last call, then what went wrong behind it. */
  function* parsed(): Generator<TableChunk> {
    if (rows.length > 0) {
      const taken = records;
      const column = (c: number) => ({ kind: "cells" as const, values: taken.map((cells) => cells[c]) });
      yield { rows, width, column };
      records = [];
      rows = [];
    }
    if (failure) throw readable(file.path, failure as Error);
  }
  let size = 0; // bytes since the last end of a row
  let row = 0;
  for await (const { bytes, lineEnd } of withLineEnd(file)) {
    parser ??= new RowParser(lineEnd, take).on("error", () => {}); // the callbacks below get it
    await new Promise<void>((done) =>
      parser!.write(bytes, (error) => {
        failure ??= error;
        done();
      }),
    );
    size = rows.length > 0 ? 0 : size + bytes.length;
    row = rows.at(-1) ?? row;
    yield* parsed();
    if (size > LONGEST_ROW_MB << 20) throw endlessRow(file.path, row + 1);
  }
  if (!parser) return;
  parser.end();
  await finished(parser, { readable: false }).catch((error) => {
    failure ??= error;
  });
  yield* parsed();
}

/** Takes each row where the stream would hand it on: the parser's own hook, on_record, copies all that it knows per row. */
class RowParser extends Parser {
  readonly #take: (cells: string[], line: number) => void;

  constructor(lineEnd: string, take: (cells: string[], line: number) => void) {
    super({
      bom: true,
      record_delimiter: lineEnd,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true, // counted in `take`, with a message of our own
    });
    this.#take = take;
  }

  override push(cells: string[] | null): boolean {
    if (cells === null) return super.push(null);
    this.#take(cells, this.info.lines);
    return true;
  }
}

const [QUOTE, LF, CR] = Buffer.from('"\n\r');

/**
 * The bytes of a file with what its rows end in. The parser could find that out, but slowly: it compares each byte of
 * the first row, and in a wide table that row is most of the file.
 */
async function* withLineEnd(file: SourceFile): AsyncGenerator<{ bytes: Buffer; lineEnd: string }> {
  const first: Buffer[] = []; // of the first row
  let size = 0;
  let lineEnd: string | undefined;
  let quoted = false;
  let carriage = false;
  const find = (bytes: Buffer): string | undefined => {
    for (let k = 0; k < bytes.length; k++) {
      const byte = bytes[k];
      if (carriage && byte !== 0) return byte === LF ? "\r\n" : "\r"; // 0: in UTF-16
      if (byte === QUOTE) quoted = !quoted;
      else if (!quoted && byte === LF) return "\n";
      else if (!quoted && byte === CR) carriage = true;
    }
    return undefined;
  };
  for await (const bytes of file.pieces()) {
    if (lineEnd !== undefined) {
      yield { bytes, lineEnd };
      continue;
    }
    first.push(bytes);
    size += bytes.length;
    lineEnd = find(bytes);
    if (size > LONGEST_ROW_MB << 20) throw endlessRow(file.path, 1);
    if (lineEnd === undefined) continue;
    yield { bytes: Buffer.concat(first), lineEnd };
    first.length = 0;
  }
  if (first.length > 0) yield { bytes: Buffer.concat(first), lineEnd: carriage ? "\r" : "\n" };
}

/** What the parser throws, as an error that names file, row and column. */
function readable(path: string, error: Error & { column?: unknown; lines?: number }): Error {
  if (error instanceof UndertoneError) return error;
  const { lines, column } = error;
  const message = error.message.length > 200 ? `${error.message.slice(0, 200)}...` : error.message; // may hold a cell
  const at = typeof column === "number" ? `, column ${column + 1}` : "";
  return new DataError(
    `${path}${lines === undefined ? "" : `, row ${lines}${at}`}: ${message}, expected comma-separated cells. A quote inside a cell is written twice, and the cell is quoted.`,
    { cause: error },
  );
}
