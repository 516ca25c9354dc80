import { DataError } from "../../errors.js";
import type { TableFormat } from "../source/format.js";
import { expectDistinct } from "../source/names.js";
import { emptyFile, endlessRow, LONGEST_ROW_MB, type SourceFile } from "../source/source-file.js";
import type { Table, TableChunk } from "../source/table.js";

/** JSON lines: one object per line. */
export const jsonl: TableFormat = {
  name: "jsonl",
  extensions: [".jsonl", ".ndjson"],
  layouts: ["wide", "long"],
  open: openJsonl,
};

/** The keys of that many rows, or of that many bytes, are the columns: what comes later must be among them. */
const FIRST_ROWS = 20_000;
const FIRST_BYTES = 1 << 24;
/** Rows of a chunk. */
const CHUNK = 5_000;
/** A number of so many digits, or with such an exponent, may not be exact. */
const LONG_NUMBER = /\d{16}|\d[eE]\+?\d/;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];
/** Every text, and what is in it where it is a key. */
const KEYS = /"(?:((?:[^"\\]|\\.)*)"\s*:|(?:[^"\\]|\\.)*")/g;

interface Row {
  number: number;
  cells: readonly (readonly [key: string, value: unknown])[];
}

/**
 * Opens a file of JSON lines as a table of cells. Keys may come in any order; one that a row lacks, or that is null, is
 * a missing cell; true and false are 1 and 0.
 * @throws {DataError} that names the row
 */
async function openJsonl(file: SourceFile): Promise<Table> {
  const { path } = file;
  const rows = rowsOf(file);
  const first: Row[] = [];
  const places = new Map<string, number>();
  let bytes = 0;
  for (;;) {
    const next = first.length < FIRST_ROWS && bytes < FIRST_BYTES ? await rows.next() : undefined;
    if (next === undefined || next.done) break;
    const { row, size } = next.value;
    bytes += size;
    first.push(row);
    for (const [key] of row.cells) if (!places.has(key)) places.set(key, places.size);
  }
  if (first.length === 0) throw emptyFile(path);
  return { path, names: [...places.keys()], chunks: chunksOf(path, first, rows, places) };
}

/**
 * Objects in memory as a table of cells, as the lines of a file would be.
 * @param path as messages name it; rows are counted from 1
 * @throws {DataError} for what is no object, or of one with a list or an object in it
 */
export function tableOfObjects(path: string, objects: readonly unknown[]): Table {
  const places = new Map<string, number>();
  const rows = objects.map((value, k): Row => {
    const number = k + 1;
    const cells = cellsOf(value, path, number, () => JSON.stringify(value) ?? "nothing");
    for (const [key] of cells) if (!places.has(key)) places.set(key, places.size);
    return { number, cells };
  });
  if (rows.length === 0) throw emptyFile(path);
  return { path, names: [...places.keys()], chunks: chunksOf(path, rows, undefined, places) };
}

async function* chunksOf(
  path: string,
  first: Row[],
  rest: AsyncGenerator<{ row: Row }> | undefined,
  places: ReadonlyMap<string, number>,
): AsyncGenerator<TableChunk> {
  const width = places.size;
  const chunkOf = (rows: readonly Row[]): TableChunk => {
    const columns = Array.from({ length: width }, () => new Array<string>(rows.length).fill(""));
    rows.forEach(({ number, cells }, r) => {
      for (const [key, value] of cells) {
        const c = places.get(key);
        if (c === undefined)
          throw new DataError(
            `${path}, row ${number}: got the key "${key}", which none of the first ${FIRST_ROWS} rows has, expected one of theirs. They name the columns; add the key to the first row, with null where it has no value.`,
          );
        columns[c][r] = textOf(value, path, number, key);
      }
    });
    return {
      rows: rows.map(({ number }) => number),
      width,
      column: (c) => ({ kind: "cells", values: columns[c] }),
    };
  };
  for (let at = 0; at < first.length; at += CHUNK) yield chunkOf(first.slice(at, at + CHUNK));
  first.length = 0;
  let rows: Row[] = [];
  for await (const { row } of rest ?? []) {
    rows.push(row);
    if (rows.length < CHUNK) continue;
    yield chunkOf(rows);
    rows = [];
  }
  if (rows.length > 0) yield chunkOf(rows);
}

function textOf(value: unknown, path: string, row: number, key: string): string {
  if (typeof value === "string") return value.trim();
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value === null) return "";
  const steps = Array.isArray(value);
  throw new DataError(
    `${path}, row ${row}, column "${key}": got ${steps ? "a list" : "an object"}, expected one number, text, truth value or null. ${steps ? "Write one row per step, with a column that names the series (`entity`), or one key per step." : "Give each of its keys a column of its own."}`,
  );
}

/** The objects of a file, line by line. */
async function* rowsOf(file: SourceFile): AsyncGenerator<{ row: Row; size: number }> {
  let number = 0;
  for await (const line of linesIn(file)) {
    number++;
    const text = line.trim();
    if (text === "") continue;
    let value: unknown;
    try {
      value = parseExactly(text);
    } catch (cause) {
      const { message } = cause as Error;
      throw new DataError(
        `${file.path}, row ${number}: no JSON (${message.slice(0, 120).replaceAll("\n", " ")}), expected one object on the line. The line may be cut off, or an object may be spread over several; write one per line.`,
        { cause },
      );
    }
    const cells = cellsOf(value, file.path, number, () => text);
    if (colonsIn(text) !== cells.length && cells.every(([, cell]) => typeof cell !== "object" || cell === null))
      expectDistinct(`${file.path}, row ${number}`, keysIn(text));
    yield { row: { number, cells }, size: line.length };
  }
}

/** @throws {DataError} for what is no object */
function cellsOf(value: unknown, path: string, number: number, written: () => string): Row["cells"] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  const text = written();
  throw new DataError(
    `${path}, row ${number}: got ${text.length > 40 ? `${text.slice(0, 40)}...` : text}, expected an object such as {"time": 1, "value": 2.5}. Its keys name the columns; write one object per line.`,
  );
}

/** Colons outside of texts: as many as keys are written. */
export function colonsIn(text: string): number {
  let colons = 0;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (code === COLON) colons++;
    else if (code === QUOTE) k = endOfText(text, k);
  }
  return colons;
}

/** Where the text ends that begins with the quote at k. */
function endOfText(text: string, k: number): number {
  let end = text.indexOf('"', k + 1);
  while (text.charCodeAt(end - 1) === BACKSLASH) {
    let slashes = 1;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) break; // a written backslash, not a written quote
    end = text.indexOf('"', end + 1);
  }
  return end;
}

/** The keys of an object of plain values, each as often as it is written: parsing keeps the last value alone. */
const keysIn = (text: string) =>
  Array.from(text.matchAll(KEYS), ([, key]) => key)
    .filter((key) => key !== undefined)
    .map((key) => JSON.parse(`"${key}"`) as string);

/** The value of a JSON text, with numbers beyond 2^53 as texts. @throws {SyntaxError} */
export function parseExactly(text: string): unknown {
  return JSON.parse(mayBeInexact(text) ? text.replace(TOKENS, exact) : text);
}

/** Whether a text has numbers that parsing may not keep. */
export function mayBeInexact(text: string): boolean {
  return LONG_NUMBER.test(text);
}

/** A number beyond 2^53 becomes a text, which keeps its digits. */
const exact = (token: string) => (Math.abs(Number(token)) > Number.MAX_SAFE_INTEGER ? `"${token}"` : token);

/** Lines of UTF-8, without byte order mark. */
async function* linesIn(file: SourceFile): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 0;
  const decode = (bytes?: Buffer) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw new DataError(
        `${file.path}, row ${number + 1} or later: got bytes that are no UTF-8, expected text in UTF-8, which JSON is written in. Write the file again.`,
        { cause },
      );
    }
  };
  for await (const bytes of file.pieces()) {
    const lines = (rest + decode(bytes)).split("\n");
    rest = lines.pop()!;
    if (rest.length > LONGEST_ROW_MB << 20) throw endlessRow(file.path, number + lines.length + 1);
    for (const line of lines) {
      number++;
      yield line;
    }
  }
  yield rest + decode();
}
