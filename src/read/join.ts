import { DataError, someOf, UndertoneError, unknownName } from "../errors.js";
import { otherColumns } from "./columns-of-files.js";
import type { DataFile } from "./find.js";
import { openTable, sourceOf } from "./open-table.js";
import type { TableFormat } from "./source/format.js";
import { type DataOptions, mayLack } from "./source/options.js";
import { emptyFile, unreadable } from "./source/source-file.js";
import { type Column, missingIn, namesOf, shownIn, type Table, type TableChunk, valueIn } from "./source/table.js";

/** A column that is made: of the file, or of the entity in a row. */
export interface MadeColumn {
  name: string;
  /** The file that it is a column of, beside those that are joined. */
  of?: string;
  kind: "cells" | "texts";
  /** @param entity the cell of the column that `entity` names */
  cell(file: DataFile, entity: string): string;
}

/** Several files as one table. */
export interface JoinedTable extends Table {
  /** A message with each row named by its file. */
  inFiles(message: string): string;
  /** Whether an error came from a file itself, so that it names file and row already. */
  isOfFile(error: unknown): boolean;
  /** The hash of each file, once all were read. */
  hashes(): { path: string; sha256: string }[];
  fileNotes(): string[];
}

/**
 * Reads several tables of the same columns as one, whose rows are counted on from file to file. Columns are known by
 * name; one file may have them in another order.
 * @param made columns beside those of the files, made of the cell of `entity`
 * @param options how each file is read; it may lack columns that are dropped, and new data the label
 * @throws {DataError} for a file with other columns
 */
export async function joinTables(
  where: string,
  files: readonly DataFile[],
  made: readonly MadeColumn[],
  options: DataOptions,
): Promise<JoinedTable> {
  const { entity } = options;
  const dropped = options.variable === undefined ? droppedColumns(options) : []; // else they are variables
  const begins: { path: string; before: number }[] = []; // rows of the files before
  const hashes: { path: string; sha256: string }[] = [];
  const empty: string[] = [];
  const told: string[] = []; // by the files
  let unnamed = false;
  let ofFile: unknown;
  let k = 0;
  const next = async () => {
    while (k < files.length) {
      const file = files[k++];
      const begun = await begin(file, options);
      if (begun) return { ...begun, found: file };
      empty.push(file.path);
    }
    return undefined;
  };
  const first = await next();
  if (!first) throw emptyFile(files[0].path);
  const unknown = dropped.find((name) => !options.newData && !first.names.includes(name));
  let second = await next(); // so that a first one of other columns is known before its columns are looked at
  const { kept, label } = columnsToRead(options, dropped, [...first.names, ...(second?.names ?? [])]);
  const unlabelled: string[] = [];
  const other = () =>
    otherColumns(where, files, async (file) => kept((await begin(file, options))?.names ?? []), options.manifest);
  if (unknown !== undefined && !second?.names.includes(unknown)) unknownName(where, "column", unknown, first.names);
  if (second && !placesIn(kept(first.names), kept(second.names))) throw await other();
  if (unknown !== undefined) unknownName(where, "column", unknown, first.names);
  const names = kept(first.names);
  expectOthers(first.found.path, names, made);
  const entityAt = entity === undefined ? -1 : names.indexOf(entity);
  if (entity !== undefined && entityAt < 0) unknownName(where, "entity column", entity, first.names);
  async function* chunks(): AsyncGenerator<TableChunk> {
    let base = 0;
    for (let begun: typeof second = first; begun; [begun, second] = [second ?? (await next()), undefined]) {
      const file = begun.found;
      unnamed ||= begun.unnamed;
      const places = placesIn(names, kept(begun.names), begun.names);
      if (!places) throw await other();
      if (label !== undefined && !begun.names.includes(label)) unlabelled.push(file.path);
      begins.push({ path: file.path, before: base });
      let last = base;
      for await (const chunk of begun.chunks()) {
        if (chunk.rows.length === 0) continue;
        const joined = joinColumns(chunk, base, places, { file, made, entityAt });
        last = joined.rows[joined.rows.length - 1];
        yield joined;
      }
      if (last === base) empty.push(file.path);
      base = last;
      told.push(...(begun.table.notes ?? []));
      hashes.push({ path: file.path, sha256: await begun.file.sha256() });
    }
  }
  return {
    path: where,
    separator: first.table.separator,
    names: [...names, ...made.map(({ name }) => name)],
    chunks: remembering(chunks(), (error) => {
      ofFile = error;
    }),
    isOfFile: (error) => error === ofFile,
    hashes: () => hashes,
    inFiles: (message) => rowsInFiles(message, begins),
    fileNotes: () => [
      ...(unnamed ? [`${where}: no header; the columns are called ${someOf(names)}.`] : []),
      ...(label !== undefined && unlabelled.length > 0 ? [unlabelledNote(where, unlabelled, files.length, label)] : []),
      ...toldBy(where, told, empty, files.length),
    ],
  };
}

/**
 * Which columns of a file are read: all but the dropped ones. Of new data also the label where a file lacks it and others
 * have it.
 * @param present columns of the first files
 * @returns `label`: the one that a file may lack
 */
function columnsToRead(options: DataOptions, dropped: readonly string[], present: readonly string[]) {
  const label = mayLack(options, "label") && present.includes(options.label ?? "") ? options.label : undefined;
  return {
    label,
    kept(all: readonly string[]) {
      const read = all.filter((name) => !dropped.includes(name));
      return label !== undefined && !read.includes(label) ? [...read, label] : read;
    },
  };
}

function unlabelledNote(where: string, unlabelled: readonly string[], files: number, label: string): string {
  return `${where}: ${unlabelled.length} of ${files} files have no column "${label}", the label in training (${someOf(unlabelled)}); their rows are read without labels.`;
}

/** What the files themselves noted, and which of them are empty. */
function toldBy(where: string, told: readonly string[], empty: readonly string[], files: number): string[] {
  return [
    ...told.slice(0, 1),
    ...(told.length > 1 ? [`${where}: ${told.length - 1} notes like this one on its other files.`] : []),
    ...(empty.length > 0
      ? [`${where}: ${empty.length} of ${files} files have no rows (${someOf(empty)}); they are left out.`]
      : []),
  ];
}

/** The columns that are left out of a table, except those that are carried along. */
function droppedColumns({ drop = [], id, keep = [] }: DataOptions): readonly string[] {
  return drop.filter((name) => name !== id && !keep.includes(name));
}

async function* remembering<T>(items: AsyncIterable<T>, failed: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    failed(error);
    throw error;
  }
}

/** A message about the joined table with each row counted in its own file. */
function rowsInFiles(message: string, begins: readonly { path: string; before: number }[]): string {
  return message.replace(/\brow (\d+)\b/g, (_, row) => {
    const at = begins.findLast(({ before }) => before < Number(row));
    return at ? `row ${Number(row) - at.before} of ${at.path}` : `row ${row}`;
  });
}

/** A chunk of one file as one of the joined table. @param places where the columns stand in the file; -1: it has none */
function joinColumns(
  chunk: TableChunk,
  base: number,
  places: readonly number[],
  { file, made, entityAt }: { file: DataFile; made: readonly MadeColumn[]; entityAt: number },
): TableChunk {
  const rows = Array.from(chunk.rows, (row) => base + row);
  const makeColumn = ({ kind, cell }: MadeColumn): Column => {
    const entities = entityAt < 0 ? undefined : chunk.column(places[entityAt]);
    return {
      kind,
      values: rows.map((_, r) => cell(file, entities && !missingIn(entities, r) ? shownIn(entities, r) : "")),
    };
  };
  return {
    rows,
    width: places.length + made.length,
    column(c) {
      if (c >= places.length) return makeColumn(made[c - places.length]);
      if (places[c] < 0) return { kind: "texts", values: rows.map(() => "") };
      return withoutIds(chunk.column(places[c]));
    },
  };
}

/** Texts have the same id in one file alone. */
function withoutIds(column: Column): Column {
  if (column.kind !== "cells" || !column.ids) return column;
  const { kind, numbers, dates, notation } = column;
  return {
    kind,
    numbers,
    dates,
    notation,
    get values() {
      return column.values;
    },
  };
}

/** Opens a file as far as its first rows; undefined: it has none. */
async function begin(found: DataFile, options: DataOptions) {
  const { path, format } = found;
  const file = sourceOf(found, options);
  try {
    const table = await openTable(file, format as TableFormat, options);
    const rest = table.chunks[Symbol.asyncIterator]();
    const { value: chunk, done } = await rest.next();
    if (done) return undefined;
    const written = namesOf(table, chunk);
    const unnamed = table.names === undefined && isNumbers(chunk);
    const names = unnamed ? written.map((_, c) => `c${c + 1}`) : written;
    const headed = table.names === undefined && !unnamed;
    async function* chunks(): AsyncGenerator<TableChunk> {
      try {
        yield headed ? withoutFirst(chunk) : chunk;
        for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
      } catch (cause) {
        throw cause instanceof UndertoneError ? cause : unreadable(path, cause);
      }
    }
    return { file, names, unnamed, chunks, table };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Whether the first row has numbers alone: then it is no header, unless it counts the columns. */
function isNumbers(chunk: TableChunk): boolean {
  const cells = Array.from({ length: chunk.width }, (_, c) => valueIn(chunk.column(c), 0));
  const counted = cells.length > 2 && cells.every((value, c) => value === cells[0]! + c);
  return !counted && cells.every((value) => value !== undefined && !Number.isNaN(value));
}

function withoutFirst({ rows, width, column }: TableChunk): TableChunk {
  const rest = (c: number): Column => {
    const whole = column(c);
    const values = whole.values.slice(1);
    if (whole.kind !== "cells") return { ...whole, values } as Column;
    const { kind, numbers, dates, notation } = whole;
    return { kind, values: values as string[], numbers: numbers?.subarray(1), dates: dates?.subarray(1), notation };
  };
  return { rows: Array.from(rows).slice(1), width, column: rest };
}

/**
 * Where the columns of the first file stand in another one; undefined: it has others, or one of them twice.
 * @param kept its columns, without those that are dropped
 * @param all its columns
 */
function placesIn(wanted: readonly string[], kept: readonly string[], all = kept): number[] | undefined {
  const has = new Set(kept);
  if (has.size < kept.length || kept.length !== wanted.length || !wanted.every((name) => has.has(name)))
    return undefined;
  return wanted.map((name) => all.indexOf(name));
}

/** @throws {DataError} for a column of a file beside the data that the data have, too */
function expectOthers(path: string, names: readonly string[], made: readonly MadeColumn[]): void {
  const both = made.find(({ name, of }) => of !== undefined && names.includes(name));
  if (both)
    throw new DataError(
      `${both.of}: got the column "${both.name}", and ${path} has one of that name, expected distinct names. Columns are chosen by name; rename one of them, or leave out that of the data: \`drop: ["${both.name}"]\`.`,
    );
}
