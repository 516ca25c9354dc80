import { DataError, OptionError } from "../../errors.js";
import { parseCell } from "../source/cells/cells.js";
import type { Format } from "../source/format.js";
import type { DataOptions } from "../source/options.js";
import { endlessRow, LONGEST_ROW_MB, type SourceFile } from "../source/source-file.js";
import type { Table, TableChunk } from "../source/table.js";
import { expectUtf8, textPieces } from "../source/text.js";
import { createColumnReader, textOf } from "./csv/columns.js";
import { type Dialect, findDialect } from "./csv/dialect.js";
import { createScanner, type Fault, type ScannedRows } from "./csv/scan.js";

/** Delimited text. The layout decides whether the first row names the columns. */
export const csv: Format = {
  name: "csv",
  extensions: [".csv", ".txt"],
  layouts: ["wide", "long"],
  reads: ["encoding", "separator", "skipRows", "columns", "quote"],
  open: openCsv,
};

const SAMPLE = 1 << 18; // bytes in which separator and header are looked for, unless the first row is longer
const LONGEST_ROW = LONGEST_ROW_MB << 20;

/**
 * Opens delimited text. It is read piece by piece, so that memory does not grow with it. Cells are trimmed; a row's
 * number is that of an editor; blank lines are skipped.
 * @throws {DataError} if it is no text, a row has another number of cells than the first, or a row does not end
 * @throws {OptionError} for names of columns that do not fit
 */
async function openCsv(file: SourceFile, options: DataOptions): Promise<Table> {
  const { separator, skipRows: skip } = options;
  const quotes = options.quote !== "none";
  const pieces = textPieces(file);
  const { sample, ended } = await firstRows(file, pieces, skip ?? 0);
  const rows = ended ? sample : sample.subarray(0, 1 + Math.max(sample.lastIndexOf(LF), sample.lastIndexOf(CR, -2)));
  const dialect = findDialect(file.path, rows, { separator, skip, quotes });
  const first = createScanner(dialect.separator.charCodeAt(0), 1, quotes).scan(rows.subarray(dialect.begin), true).rows;
  const header = Array.from({ length: first.width }, (_, c) => textOf(first, c));
  const { names, notes } = namesFor(file.path, header, options);
  return {
    path: file.path,
    names,
    separator: dialect.separator,
    notes: [...dialect.notes, ...notes],
    chunks: readChunks(file, sample.subarray(dialect.begin), pieces, dialect, quotes),
  };
}

const [LF, CR] = Buffer.from("\n\r");

/** Bytes from the beginning with at least one complete row, if there is one. */
async function firstRows(file: SourceFile, pieces: AsyncGenerator<Buffer>, skip: number) {
  const held: Buffer[] = [];
  let size = 0;
  let lineEnds = 0;
  let complete = false;
  for (;;) {
    if (size >= SAMPLE && complete) break;
    if (size > LONGEST_ROW) throw endlessRow(file.path, skip + 1 + lineEnds);
    const { value, done } = await pieces.next();
    if (done) return { sample: Buffer.concat(held, size), ended: true };
    held.push(value);
    for (let at = value.indexOf(LF); at >= 0; at = value.indexOf(LF, at + 1)) lineEnds++;
    complete ||= size + value.length > SAMPLE ? value.includes(LF) || value.includes(CR) : false;
    size += value.length;
  }
  const sample = held.length === 1 ? held[0] : Buffer.concat(held, size);
  return { sample, ended: false };
}

/** Names of the columns, where the first row does not have them. */
function namesFor(path: string, first: readonly string[], { columns, entity }: DataOptions) {
  const width = first.length;
  const numbered = first.map((_, c) => columns?.[c] ?? `c${c + 1}`);
  if (columns && columns.length > width && width > 0)
    throw new OptionError(
      `${path}: got ${columns.length} names (\`columns\`), expected at most ${width}, one for each column of the file. Columns without a name are called by their number: c${width}.`,
    );
  if (columns && width > 0) return { names: numbered, notes: [] };
  if (entity === undefined || first.includes(entity)) return { notes: [] };
  if (numbered.includes(entity))
    return { names: numbered, notes: [`${path}: read without a header; its columns are called c1 to c${width}.`] };
  if (width > 0 && first.every((cell) => parseCell(cell) !== undefined))
    throw new OptionError(
      `${path}: got numbers alone in the first row (${first.slice(0, 5).join(", ")}), expected the names of the columns with "${entity}" among them. The file seems to have no header: give the names (\`columns\`), or call the columns c1 to c${width} (\`entity: "c1"\`).`,
    );
  return { notes: [] };
}

async function* readChunks(
  file: SourceFile,
  begin: Buffer,
  pieces: AsyncGenerator<Buffer>,
  { separator, skip }: Dialect,
  quotes: boolean,
): AsyncGenerator<TableChunk> {
  const scanner = createScanner(separator.charCodeAt(0), skip + 1, quotes);
  const column = createColumnReader();
  let held = [begin];
  let size = begin.length;
  let wanted = 0; // bytes that are worth a scan: a long row is not scanned again for each piece
  for (let last = false; !last; ) {
    if (size < wanted) {
      const { value, done } = await pieces.next();
      last = done === true;
      if (!done) {
        held.push(value);
        size += value.length;
        if (size < wanted) continue;
      }
    }
    const bytes = held.length === 1 ? held[0] : Buffer.concat(held, size);
    const { rows, read, fault } = scanner.scan(bytes, last);
    expectText(file, rows, read);
    if (rows.rows.length > 0) yield { rows: rows.rows, width: rows.width, column: (c: number) => column(rows, c) };
    if (fault) throw faultError(file.path, fault, rows.width, separator);
    if (read === 0 && size > LONGEST_ROW) throw endlessRow(file.path, scanner.line());
    held = [bytes.subarray(read)];
    size -= read;
    wanted = read > 0 ? size + 1 : Math.min(Math.max(2 * size, 1), LONGEST_ROW + 1);
  }
}

/** @throws {DataError} for bytes that are not UTF-8, or of value 0 */
function expectText(file: SourceFile, { bytes, rows, width, starts }: ScannedRows, read: number): void {
  const whereIs = (byte: number) => {
    const behind = starts.findIndex((start) => start > byte);
    const cell = (behind < 0 ? starts.length : behind) - 1;
    return `row ${rows[Math.floor(cell / width)] ?? 1}, column ${(cell % width) + 1}`;
  };
  const content = bytes.subarray(0, read);
  expectUtf8(file, content, whereIs);
  const zero = content.indexOf(0);
  if (zero >= 0)
    throw new DataError(
      `${file.path}, ${whereIs(zero)}: got a byte of value 0, expected text. The file is damaged, of another kind than its name says, or UTF-16 without a byte order mark: then give \`encoding: "utf-16le"\`.`,
    );
}

function faultError(path: string, fault: Fault, width: number, separator: string): DataError {
  const { row, column } = fault;
  if (fault.kind === "width")
    return new DataError(
      `${path}, row ${row}: got ${fault.got} cells, expected ${width} as in the first row. The row may be cut off, or a text with ${separator === "," ? "a comma" : "the separator"} lacks its quotes.`,
    );
  const where = `${path}, row ${row}, column ${column}`;
  if (fault.kind === "open quote")
    return new DataError(
      `${where}: got a quote that begins a cell and no other that ends it, expected its partner. The rest of the file would be one cell. Close the quote, or remove it; where quotes are no more than characters, give \`quote: "none"\`.`,
    );
  return new DataError(
    `${where}: got "${fault.got}" behind the quote that ends the cell, expected the next cell or the end of the row. A quote inside a quoted cell is written twice; correct the cell, or give \`quote: "none"\` where quotes are no more than characters.`,
  );
}
