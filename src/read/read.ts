import { OptionError } from "../errors.js";
import { withHooks } from "../hooks.js";
import { expectOptions } from "../options.js";
import type { DataSource } from "../sequences/set/sequence-set.js";
import { cutAll, type Sequences } from "../sequences/set/windowed-set.js";
import { closeFound, type Found, type FoundFiles, findInput, type Input, shownInput } from "./find.js";
import type { FoundFile, FoundParts } from "./folder.js";
import { FORMATS } from "./formats/formats.js";
import { labelled } from "./labels.js";
import { sourceOf } from "./open-table.js";
import { readRows, splitParts } from "./read-rows.js";
import { readPart, readParts, readWideFile } from "./read-series.js";
import { stemOf } from "./side-table.js";
import { timeAfter } from "./source/history.js";
import { type DataOptions, lastingOptions, parseDataOptions } from "./source/options.js";
import type { Piece } from "./source/piece.js";
import type { PieceOptions, ReadHooks } from "./source/piece-options.js";
import { STANDARD_INPUT, unreadable } from "./source/source-file.js";
import { nameOfQuery } from "./sql/query.js";
import { isTexts } from "./text-files.js";
import { watchFound } from "./watch-found.js";

export { filesRead, hasTestPart, type Input, shownInput } from "./find.js";
export { comesInPieces } from "./open-table.js";
export { NO_DATABASE } from "./sql/query.js";

/**
 * Reads a data set: a folder with NAME_TRAIN and NAME_TEST, one file of any format (FORMATS), or files of rows: a
 * folder, a glob or a list of them. Each may be .gz. With `sql` it is the rows of a query. A table is long, one event per row, when `entity` is given (with
 * `variable` narrow, one measurement per row), else it has one sequence per row. Each of several files is one sequence,
 * unless they have the column `entity`. With `window` each event of a long table becomes a case. Class indices are the
 * same in both parts.
 * @throws {DataError} for content that cannot be read, with file and row
 * @throws {OptionError} for options that do not fit the source
 */
export async function readSource(input: Input, options: DataOptions = {}, hooks: ReadHooks = {}): Promise<DataSource> {
  const { train, test, ...source } = await readSequences(input, options, hooks);
  return { ...source, train: cutAll(train), ...(test && { test: cutAll(test) }) };
}

/** As readSource, with windows that are not cut. */
export async function readSequences(
  input: Input,
  options: DataOptions = {},
  hooks: ReadHooks = {},
): Promise<DataSource<Sequences>> {
  expectOptions("readSource", hooks, ["signal", "outputs", "onRead"]);
  return withHooks("readSource", hooks, ["onRead"], (guarded) => readAll(input, options, guarded));
}

async function readAll(input: Input, options: DataOptions, hooks: ReadHooks): Promise<DataSource<Sequences>> {
  const chosen = parseDataOptions(options);
  const found = await findInput(input, chosen, hooks);
  try {
    await watchFound(found, hooks.onRead);
    return await readFound(input, found, chosen);
  } catch (error) {
    hooks.signal?.throwIfAborted();
    throw error;
  } finally {
    await closeFound(found);
  }
}

async function readFound(input: Input, found: Found, chosen: DataOptions): Promise<DataSource<Sequences>> {
  const rows = rowsOf(found, chosen);
  if (rows) return readWholeRows(rows, chosen);
  if ("parts" in found) return readParts(input as string, found.parts, chosen);
  const { file } = found as { file: FoundFile };
  const { piece, files } = await readPart(file, chosen, "");
  const { train, notes } = labelled(file.path, piece);
  return { name: nameOf(file), train, ...keptIn(piece), files, notes: [...piece.notes, ...notes] };
}

const keptIn = ({ kept }: Pick<Piece, "kept">) => kept && { kept };

/** How data to come is read, too, for a model of this input: the same, and each file as one sequence where it was so. */
export async function lastingReading(input: Input, options: DataOptions): Promise<DataOptions> {
  const found = await findInput(input, options);
  const perFile = "files" in found && options.entity === undefined;
  return { ...lastingOptions(options), ...(perFile && !isTexts(options) && { oneEntity: true }) };
}

/** Whether an input can be read in pieces: tables without a test part. */
export async function readsInPieces(input: Input, options: DataOptions): Promise<boolean> {
  const found = await findInput(input, options);
  const rows = rowsOf(found, options);
  return rows ? !rows.split : "file" in found && found.file.format.layouts !== "fixed";
}

/** What a source is refused with that is no table. */
export function onlyTables(where: string): OptionError {
  return new OptionError(
    `${where}: only a table can be read in pieces (${FORMATS.flatMap(({ layouts, extensions }) => (layouts === "fixed" ? [] : extensions)).join(", ")}), and one without a test part. Read it whole, with readSource.`,
  );
}

/**
 * Reads a table in pieces, so that the file may be larger than memory: one of one sequence per row, or a long table
 * where the rows of an entity stand together, also one that lies in several files. Where they do not, all that is left
 * is one piece, with a note.
 * @param take gets each piece, with the labels as they are written; the file is read on when it is done
 * @returns notes
 * @throws {OptionError} for another kind of source
 * @throws {DataError} that names row and column, a {ScatteredError} for an entity that comes again after a piece with it
 *   was handed on; what came before the row has been handed on
 */
export async function readInPieces(
  input: Input,
  options: DataOptions,
  pieces: PieceOptions,
  take: (piece: Piece) => Promise<void>,
): Promise<readonly string[]> {
  return (await takePieces(input, options, pieces, ({ set, ...piece }) => take({ ...piece, set: cutAll(set) }))).notes;
}

/**
 * As `readInPieces`, with windows that are not cut.
 * @param hashed whether to hash what is read
 * @returns the hash, too, where that is one file or a query
 */
export async function takePieces(
  input: Input,
  options: DataOptions,
  pieces: PieceOptions,
  take: (piece: Piece<Sequences>) => Promise<void>,
  hashed = false,
): Promise<{ notes: readonly string[]; sha256?: string }> {
  const known = [
    "mostSteps",
    "channels",
    "history",
    "after",
    "sortIn",
    "promised",
    "signal",
    "outputs",
    "onRead",
  ] as const;
  expectOptions("readInPieces", pieces, known);
  return withHooks("readInPieces", pieces, ["onRead"], (guarded) => takeAll(input, options, guarded, take, hashed));
}

async function takeAll(
  input: Input,
  options: DataOptions,
  pieces: PieceOptions,
  take: (piece: Piece<Sequences>) => Promise<void>,
  hashed: boolean,
): Promise<{ notes: readonly string[]; sha256?: string }> {
  const { mostSteps, channels, history, sortIn, promised, signal } = pieces;
  const sort = sortIn === undefined ? undefined : { folder: sortIn, signal };
  if (!(mostSteps > 0))
    throw new OptionError(`readInPieces: mostSteps is ${mostSteps}, expected a number of steps above 0.`);
  const chosen = parseDataOptions(options);
  const found = await findInput(input, chosen, pieces);
  await watchFound(found, pieces.onRead);
  const rows = rowsOf(found, chosen);
  const where = shownInput(input);
  if ("parts" in found || rows?.split || ("file" in found && found.file.format.layouts === "fixed"))
    throw onlyTables(where);
  if (rows && !channels && !isTexts(chosen))
    throw new OptionError(
      `${where}: got no channels, expected the known channels of a long table that is read in pieces. A piece does not show which columns are numeric and which are categories; give the channels of the model (model.metadata.preparation.channels).`,
    );
  const after = pieces.after === undefined ? undefined : timeAfter(pieces.after, chosen);
  if (!rows && (history || after))
    throw new OptionError(
      `${where}: got \`${history ? "history" : "after"}\` for a table of whole sequences, expected one with an event per row (\`entity\`, \`window\`). Leave it out.`,
    );
  let failed: { error: unknown } | undefined; // what the caller throws is not the file's fault
  const guarded = async (piece: Piece<Sequences>) => {
    try {
      await take(piece);
    } catch (error) {
      failed = { error };
      throw error;
    }
  };
  try {
    if (rows) {
      const { notes, files } = await readRows(
        rows,
        chosen,
        { mostSteps, channels, history, after, sort, promised, hashed },
        guarded,
      );
      return { notes, ...(files.length === 1 && files[0]) };
    }
    if (sort)
      throw new OptionError(
        `${where}: got \`sort\` and a table with one sequence per row, expected a long table (\`entity\`). Nothing in it is scattered; leave it out.`,
      );
    const { file } = found as { file: FoundFile };
    const source = sourceOf(file, chosen, hashed);
    const notes = await readWideFile(source, file.format, chosen, { idPrefix: "", mostSteps, channels }, guarded);
    return { notes, ...(hashed && { sha256: await source.sha256() }) };
  } catch (error) {
    signal?.throwIfAborted();
    throw failed ? failed.error : unreadable(where, error);
  } finally {
    await closeFound(found);
  }
}

/** The files of an input whose rows are events or measurements; undefined: it has whole sequences. */
export function rowsOf(found: Found, options: DataOptions): FoundFiles | undefined {
  if ("files" in found) return found.files;
  const asked = options.entity ?? options.variable ?? options.oneEntity;
  if ((asked === undefined || asked === false) && !isTexts(options)) return undefined;
  const parts = "file" in found ? { train: found.file, name: nameOf(found.file), notes: [] } : found.parts;
  const { train, test, name, notes } = parts as FoundParts;
  if ([train, test].some((file) => file?.format.layouts === "fixed")) return undefined;
  const describe = (file: FoundFile, part?: "train" | "test") => ({ ...file, id: stemOf(file.path), part, cells: [] });
  const files = test ? [describe(train, "train"), describe(test, "test")] : [describe(train)];
  const where = test ? `${train.path} and ${test.path}` : train.path;
  return { where, name, files, split: test !== undefined, labelled: false, statics: [], notes };
}

async function readWholeRows(found: FoundFiles, options: DataOptions): Promise<DataSource<Sequences>> {
  let whole: Piece<Sequences> | undefined;
  const read = await readRows(found, options, { mostSteps: Number.POSITIVE_INFINITY }, async (piece) => {
    whole = piece;
  }).catch((error) => {
    throw unreadable(found.where, error);
  });
  const { events, kept, ...piece } = whole!;
  const sides = found.split ? splitParts(found.where, whole!) : { train: piece, events, test: undefined, notes: [] };
  const { train, test, notes } = labelled(found.where, sides.train, sides.test);
  return {
    name: found.name,
    train,
    ...(test && { test }),
    ...(sides.events && { events: sides.events }),
    ...keptIn(whole!),
    files: read.files,
    notes: [...read.notes, ...sides.notes, ...notes],
  };
}

/** The file's name without extensions and a part's name. */
export function nameOf({ path, format }: FoundFile): string {
  if (format.name === "sql") return nameOfQuery(path);
  if (path === STANDARD_INPUT) return "standard input";
  return stemOf(path).replace(/_(TRAIN|TEST)$/i, "");
}
