import { stat } from "node:fs/promises";
import type { FoundFile } from "./folder.js";
import { csv } from "./formats/csv.js";
import { formatOf } from "./formats/formats.js";
import { hasHeader, tsv } from "./formats/tsv.js";
import type { Format, TableFormat } from "./source/format.js";
import { notationOf } from "./source/notation.js";
import { type DataOptions, FILE_OPTIONS, rejectOptions } from "./source/options.js";
import { type SourceFile, STANDARD_INPUT, sourceFile } from "./source/source-file.js";
import { inNotation, type Table, type TableChunk } from "./source/table.js";
import type { ReadWatch } from "./source/watch.js";

/**
 * A .tsv is a table (its format is then that of CSV) where an option of tables says so or its first row has names; else
 * it has series as in the UCR archive.
 */
export async function asTable(path: string, format: Format, options: DataOptions): Promise<Format> {
  if (format !== tsv) return format;
  if ([options.entity, options.columns, options.variable, options.wide].some((each) => each !== undefined)) return csv;
  const stats = path === STANDARD_INPUT ? undefined : await stat(path).catch(() => undefined); // reading says what is wrong
  if (!stats?.isFile()) return format; // a pipe can be read only once
  const named = await hasHeader(sourceFile(path, options)).catch(() => false);
  return named ? csv : format;
}

/** What is read for a file that was found. @param hashed false: its hash will not be asked for */
export function sourceOf({ path, source, watch }: FoundFile, options: DataOptions, hashed = true): SourceFile {
  return source ? { ...source, watch, hashed } : sourceFile(path, { ...options, hashed }, watch);
}

/** Opens a table with its cells in the notation of the options. @throws {OptionError} for an option of other formats */
export async function openTable(file: SourceFile, format: TableFormat, options: DataOptions): Promise<Table> {
  rejectFileOptions(file.path, format, options);
  const table = inNotation(await format.open(file, options), notationOf(options));
  return file.watch ? { ...table, chunks: counted(table.chunks, file.watch) } : table;
}

async function* counted(chunks: Table["chunks"], watch: ReadWatch): AsyncGenerator<TableChunk> {
  for await (const chunk of chunks) {
    watch.rows(chunk.rows.length);
    yield chunk;
  }
}

export function rejectFileOptions(path: string, format: Format, options: DataOptions): void {
  if (format.name === "sql") return; // refused before
  const others = FILE_OPTIONS.filter((name) => !format.reads?.includes(name));
  rejectOptions(path, `${format.extensions[0]} files`, options, others);
}

/** Whether a file can be read in pieces: a table. */
export async function comesInPieces(path: string, options: DataOptions = {}): Promise<boolean> {
  const format = formatOf(path, options.inputFormat);
  return format !== undefined && (await asTable(path, format, options)).layouts !== "fixed";
}
