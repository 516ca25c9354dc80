import { DataError, MADE, OptionError, someOf, UndertoneError } from "../errors.js";
import { type Channel, countOf, type EventDetails } from "../sequences/set/sequence-set.js";
import { pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { FoundFiles } from "./find.js";
import { joinTables, type MadeColumn } from "./join.js";
import { selectKept } from "./layouts/columns/carried.js";
import { readEntityHistories } from "./layouts/long/entity-history.js";
import { readLong } from "./layouts/long.js";
import { rejectTextOptions } from "./layouts/text.js";
import { openTable, sourceOf } from "./open-table.js";
import { type EntityLabels, readEntityLabels } from "./side-table.js";
import type { Sorting, TableFormat } from "./source/format.js";
import type { EventChoice, History } from "./source/history.js";
import type { DataOptions } from "./source/options.js";
import type { Piece } from "./source/piece.js";
import type { Table } from "./source/table.js";
import { type FileHash, IN_PART, isTexts, readTextFiles } from "./text-files.js";

/** Of so many files one hash is kept, of all of theirs. */
const MOST_HASHES = 20;

/** How much is read at once, as a layout takes it. */
export interface PieceSize extends EventChoice {
  mostSteps: number;
  channels?: readonly Channel[];
  sort?: Sorting;
  promised?: number;
  /** false: the hash of a table in one file is not asked for. */
  hashed?: boolean;
}

/**
 * Reads files whose rows are events or measurements, as one table. Without `entity` each file is a sequence.
 * @param take gets each piece; of a split source its sequences carry their part, see `splitParts`
 * @throws {OptionError} for options that do not fit, {DataError} that names file, row and column
 */
export async function readRows(
  found: FoundFiles,
  options: DataOptions,
  size: PieceSize,
  take: (piece: Piece<Sequences>) => Promise<void>,
): Promise<{ notes: readonly string[]; files: FileHash[] }> {
  if (isTexts(options)) {
    if (size.history || size.after)
      throw new OptionError(
        `${found.where}: got \`${size.history ? "history" : "after"}\` for files of one text each, expected a table with an event per row (\`entity\`, \`window\`). Leave it out.`,
      );
    const read = await readTextFiles(found, options, size, take);
    return { ...read, files: [...(await inOne(found.where, read.files)), ...(found.manifest ? [found.manifest] : [])] };
  }
  const read = (table: Table, roles: DataOptions) => readLong(table, roles, { ...size, idPrefix: "" }, take);
  return readWith(found, options, read, size.hashed);
}

/**
 * Reads files of events for the last ones of each entity.
 * @throws as readRows, {OptionError} for a source of another kind
 */
export async function readHistoryRows(
  found: FoundFiles,
  options: DataOptions,
  channels: readonly Channel[],
  batch: number,
): Promise<History> {
  const history: History = { where: found.where, entities: new Map(), met: { known: 0, unknown: [] }, notes: [] };
  if (found.split || options.window === undefined || options.variable !== undefined)
    throw new OptionError(
      `${found.where}: got a history ${found.split ? "with a training and a test part" : `of ${options.variable !== undefined ? "a narrow table" : "whole entities"}`}, expected one table with an event per row, for a model of windows (\`window\`). What came before is the past of single events; leave \`history\` out.`,
    );
  const { notes } = await readWith(found, options, (table, roles) =>
    readEntityHistories(table, roles, channels, history, batch),
  );
  return { ...history, notes };
}

async function readWith(
  found: FoundFiles,
  options: DataOptions,
  read: (table: Table, options: DataOptions) => Promise<readonly string[]>,
  hashed = true,
): Promise<{ notes: readonly string[]; files: FileHash[] }> {
  const { where, files, split } = found;
  checkRowOptions(found, options);
  const labels =
    options.labels === undefined ? undefined : await readEntityLabels({ ...options, labels: options.labels });
  if (isPlain(found, options)) {
    const [{ path, format }] = files;
    const file = sourceOf(files[0], options, hashed);
    const table = await openTable(file, format as TableFormat, options);
    const notes = await read(table, options);
    return {
      notes: [...found.notes, ...(table.notes ?? []), ...notes],
      files: hashed ? [{ path, sha256: await file.sha256() }] : [],
    };
  }
  const made = madeColumns(found, options, labels);
  const table = await joinTables(files.length === 1 ? files[0].path : where, files, made.columns, options);
  const carried = [options.id, ...(options.keep ?? [])];
  const dropped = options.drop?.filter((name) => options.variable !== undefined || carried.includes(name)) ?? [];
  const inner: DataOptions = {
    ...options,
    ...made.roles,
    drop: [
      ...dropped, // the joined table lacks the others
      ...(split && options.entity !== undefined ? [options.entity] : []), // the made one stands for it
    ],
  };
  const inFiles = (message: string) => (files.length > 1 ? table.inFiles(message) : message).replaceAll(MADE, "");
  try {
    const notes = await read(table, inner);
    const asides = [...(found.manifest ? [found.manifest] : []), ...(labels ? [labels.file] : [])];
    return {
      notes: [...found.notes, ...table.fileNotes(), ...notes.map(inFiles), ...(labels?.notes() ?? [])],
      files: [...(await inOne(where, table.hashes())), ...asides],
    };
  } catch (error) {
    if (error instanceof UndertoneError && !table.isOfFile(error))
      error.message = error instanceof DataError ? inFiles(error.message) : error.message.replaceAll(MADE, "");
    throw error;
  }
}

function isPlain({ files, split, labelled, statics }: FoundFiles, { entity, labels }: DataOptions): boolean {
  return (
    files.length === 1 && entity !== undefined && labels === undefined && !split && !labelled && statics.length === 0
  );
}

function checkRowOptions({ where, labelled }: FoundFiles, options: DataOptions): void {
  rejectTextOptions(where, options);
  if (options.wide)
    throw new OptionError(
      `${where}: \`wide\` does not apply to files whose rows are steps, expected it to be left out. It is for a single table with one sequence per row.`,
    );
  if (options.oneEntity && options.entity !== undefined)
    throw new OptionError(
      `${where}: got \`oneEntity\` and \`entity\`, expected one of the two. Rows belong to the entity in their column, or all rows of a file to one.`,
    );
  if (labelled && (options.labels !== undefined || options.label !== undefined))
    throw new OptionError(
      `${where}: got two sources of labels (${options.labelFrom !== undefined ? "`labelFrom`" : "the manifest"} and ${options.labels !== undefined ? "`labels`" : "`label`"}), expected one. Leave one out.`,
    );
  if (options.on !== undefined && options.labels === undefined)
    throw new OptionError(`${where}: got \`on\` without \`labels\`, expected the file in which that column stands.`);
}

/** The columns that the files do not have themselves, and the roles that they and others get. */
function madeColumns(found: FoundFiles, options: DataOptions, labels: EntityLabels | undefined) {
  const { files, split, labelled, statics } = found;
  const columns: MadeColumn[] = [];
  const roles: DataOptions = { oneEntity: undefined, labels: undefined, on: undefined };
  const entityOf = (id: string, entity: string) => (options.entity === undefined ? id : entity);
  if (options.entity === undefined || split) {
    roles.entity = MADE + (options.entity === undefined ? "file" : `${options.entity} of each part`);
    columns.push({
      name: roles.entity,
      kind: "texts",
      cell: ({ id, part }, entity) =>
        split && entityOf(id, entity) !== "" ? `${part}${IN_PART}${entityOf(id, entity)}` : entityOf(id, entity),
    });
  }
  if (labelled) {
    roles.label = `${MADE}label of the file`;
    columns.push({ name: roles.label, kind: "cells", cell: ({ label = "" }) => label });
  }
  if (labels) {
    roles.label = labels.label;
    for (const name of [labels.label, ...labels.statics])
      columns.push({
        name,
        of: labels.file.path,
        kind: "cells",
        cell: ({ id }, entity) => labels.cell(name, entityOf(id, entity)),
      });
  }
  statics.forEach((name, c) => {
    columns.push({ name, of: found.manifest?.path, kind: "cells", cell: ({ cells }) => cells[c] ?? "" });
  });
  if (statics.length > 0) roles.static = [...new Set([...statics, ...(options.static ?? [])])];
  if (files.length === 0) throw new DataError(`${found.where}: got no files to read, expected at least one.`);
  return { columns, roles };
}

/** The hashes of files; of many one hash of all, in their order. */
async function inOne(where: string, hashes: readonly FileHash[]): Promise<FileHash[]> {
  if (hashes.length <= MOST_HASHES) return [...hashes];
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for (const { path, sha256 } of hashes) hash.update(`${sha256}  ${path}\n`);
  return [{ path: `${where} (${hashes.length} files)`, sha256: hash.digest("hex") }];
}

/** The two parts of a source that was read whole, with the names of entities as they are written. */
export function splitParts(
  where: string,
  piece: Piece<Sequences>,
): { train: Piece<Sequences>; test: Piece<Sequences>; events?: EventDetails; notes: string[] } {
  const { set, labelTexts, events } = piece;
  const isTest = (name: string) => name.startsWith(`test${IN_PART}`);
  const plain = (name: string) => name.slice(name.indexOf(IN_PART) + 1);
  const all = [...Array(countOf(set)).keys()];
  const side = (test: boolean): Piece<Sequences> => {
    const chosen = all.filter((n) => isTest(set.entities![n]) === test);
    const own = pickSequences(set, chosen);
    const named: Sequences = { ...own, ids: own.ids.map(plain), entities: own.entities!.map(plain) };
    return {
      set: named,
      ...(labelTexts && { labelTexts: chosen.map((n) => labelTexts[n]) }),
      ...(piece.kept && { kept: selectKept(piece.kept, chosen) }),
      notes: [],
    };
  };
  const [train, test] = [side(false), side(true)];
  const known = new Set(train.set.entities);
  const both = [...new Set(test.set.entities)].filter((entity) => known.has(entity));
  const notes =
    both.length === 0
      ? []
      : [
          `${where}: ${both.length} entities are in the training part and in the test part (${someOf(both)}). If they are the same ones, the test part tells nothing of new entities, so a comparison refuses this split: if the test part is later in time, compare with \`plan: "forward"\`. If they are others of the same name, give them names of their own.`,
        ];
  return { train, test, notes, ...(events && { events: { ...events, entities: events.entities.map(plain) } }) };
}
