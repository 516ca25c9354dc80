import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { OptionError } from "../errors.js";
import { expectOptions } from "../options.js";
import type { Channel, DataSource } from "../sequences/set/sequence-set.js";
import { type FoundFile, findParts } from "./folder.js";
import { csv } from "./formats/csv.js";
import { EXTENSIONS, FORMATS, formatOf } from "./formats/formats.js";
import { npy } from "./formats/npy.js";
import { hasHeader, tsv } from "./formats/tsv.js";
import { labelled } from "./labels.js";
import { readLong } from "./layouts/long.js";
import { LONG_ONLY } from "./layouts/long-header.js";
import { scanChannels } from "./layouts/scan-channels.js";
import { readWide } from "./layouts/wide.js";
import type { Format, Layout, LayoutName, TableFormat } from "./source/format.js";
import { notationOf } from "./source/notation.js";
import { type DataOptions, FILE_OPTIONS, FORMAT_NAMES, parseDataOptions, rejectOptions } from "./source/options.js";
import type { Part } from "./source/part.js";
import { STANDARD_INPUT, sourceFile, unreadable } from "./source/source-file.js";
import { inNotation } from "./source/table.js";

const LAYOUTS: Record<LayoutName, Layout> = { wide: readWide, long: readLong };
const TABLE_ONLY = ["label", "entity", "drop", "missing", "decimalComma", "thousands", ...LONG_ONLY] as const;

/**
 * Reads a data set: a folder with NAME_TRAIN and NAME_TEST, or one file of any format (FORMATS), each possibly .gz.
 * A table is long, one event per row, when `entity` is given, else it has one sequence per row. With `window` each
 * event of a long table becomes a case. Class indices are the same in both parts.
 * @throws {DataError} for content that cannot be read, with file and row
 * @throws {OptionError} for options that do not fit the source
 */
export async function readSource(path: string, options: DataOptions = {}): Promise<DataSource> {
  const chosen = parseDataOptions(options);
  if (path !== STANDARD_INPUT) {
    const stats = await stat(path).catch((cause) => {
      throw unreadable(path, cause);
    });
    if (stats.isDirectory()) return readFolder(path, chosen);
  }
  const { part, sha256 } = await readPart({ path, format: knownFormat(path, chosen) }, chosen, "");
  const { train, notes } = labelled(path, part);
  return {
    name: nameOf(path),
    train,
    ...(part.events && { events: part.events }),
    files: [{ path, sha256 }],
    notes: [...part.notes, ...notes],
  };
}

/** The files that readSource reads for a path; of one that cannot be read the path itself. */
export async function filesRead(path: string): Promise<string[]> {
  if (path === STANDARD_INPUT) return ["/dev/stdin"]; // where it is a file, it is known by its number
  const found = await findParts(path).catch(() => undefined); // a file has no parts; reading says what else is wrong
  return found ? [found.train.path, ...(found.test ? [found.test.path] : [])] : [path];
}

/** Whether a source can be read in pieces: a table (CSV). */
export async function comesInPieces(path: string, options: DataOptions = {}): Promise<boolean> {
  const format = formatOf(path, options.inputFormat);
  return format !== undefined && (await asTable(path, format, options)).layouts !== "fixed";
}

/**
 * A .tsv is a table (its format is then that of CSV) where an entity is named or its first row has names; else it has
 * series as in the UCR archive.
 */
async function asTable(path: string, format: Format, options: DataOptions): Promise<Format> {
  if (format !== tsv) return format;
  if (options.entity !== undefined || options.columns !== undefined) return csv;
  const stats = path === STANDARD_INPUT ? undefined : await stat(path).catch(() => undefined); // reading says what is wrong
  if (!stats?.isFile()) return format; // a pipe can be read only once
  const named = await hasHeader(sourceFile(path, options)).catch(() => false);
  return named ? csv : format;
}

/**
 * Reads a table once, for what must be known before it is read in pieces.
 * @returns the SHA-256 of the file, and the channels of a long table
 * @throws as readInPieces
 */
export async function scanTable(
  path: string,
  options: DataOptions,
): Promise<{ name: string; sha256: string; channels?: readonly Channel[] }> {
  const chosen = parseDataOptions(options);
  const format = await tableFormat(path, chosen);
  const file = sourceFile(path, chosen);
  try {
    layoutOf(path, format, chosen);
    rejectFileOptions(path, format, chosen);
    const table = inNotation(await format.open(file, chosen), notationOf(chosen));
    let channels: readonly Channel[] | undefined;
    if (chosen.entity !== undefined) channels = await scanChannels(table, chosen);
    else for await (const _ of table.chunks); // for its hash
    return { name: nameOf(path), sha256: await file.sha256(), channels };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** How large a piece is, and what is known of its channels. */
export interface PieceOptions {
  /**
   * Steps of a piece, unless one sequence is longer. A piece of a long table ends with the entity in which there are
   * that many; each event of a window counts.
   */
  mostSteps: number;
  /**
   * The channels to read from a long table (those of a model, categories with their vocabulary), because what is
   * numeric and what a category a piece does not show; other columns are left out. A table of one sequence per
   * row has one numeric channel and needs none.
   */
  channels?: readonly Channel[];
}

/**
 * Reads a table in pieces, so that the file may be larger than memory: one of one sequence per row, or a long table
 * where the rows of an entity stand together. Where they do not, all that is left is one piece, with a note.
 * @param take gets each piece, with the labels as they are written; the file is read on when it is done
 * @returns notes
 * @throws {OptionError} for another kind of source
 * @throws {DataError} that names row and column, a {ScatteredError} for an entity that comes again after a piece with it
 *   was handed on; what came before the row has been handed on
 */
export async function readInPieces(
  path: string,
  options: DataOptions,
  pieces: PieceOptions,
  take: (piece: Part) => Promise<void>,
): Promise<readonly string[]> {
  expectOptions("readInPieces", pieces, ["mostSteps", "channels"]);
  const { mostSteps, channels } = pieces;
  if (!(mostSteps > 0))
    throw new OptionError(`readInPieces: mostSteps is ${mostSteps}, expected a number of steps above 0.`);
  const chosen = parseDataOptions(options);
  const format = await tableFormat(path, chosen);
  if (chosen.entity !== undefined && !channels)
    throw new OptionError(
      `${path}: got no channels, expected the known channels of a long table that is read in pieces. A piece does not show which columns are numeric and which are categories; give the channels of the model (model.metadata.preparation.channels).`,
    );
  const layout = layoutOf(path, format, chosen);
  const notation = notationOf(chosen);
  let failed: { error: unknown } | undefined; // what the caller throws is not the file's fault
  try {
    rejectFileOptions(path, format, chosen);
    const table = inNotation(await format.open(sourceFile(path, chosen), chosen), notation);
    const notes = await layout(table, chosen, { idPrefix: "", mostSteps, channels }, async (piece) => {
      try {
        await take(piece);
      } catch (error) {
        failed = { error };
        throw error;
      }
    });
    return [...(table.notes ?? []), ...notes];
  } catch (error) {
    throw failed ? failed.error : unreadable(path, error);
  }
}

async function readFolder(folder: string, options: DataOptions): Promise<DataSource> {
  const found = await findParts(folder);
  rejectOptions(folder, "a folder of TRAIN and TEST parts", options, ["entity"]);
  const train = await readPart(found.train, options, "train-");
  const test = found.test && (await readPart(found.test, options, "test-"));
  const files = [{ path: found.train.path, sha256: train.sha256 }];
  if (found.test && test) files.push({ path: found.test.path, sha256: test.sha256 });
  const sets = labelled(folder, train.part, test?.part, found.test?.format === npy);
  const notes = [...found.notes, ...train.part.notes, ...(test?.part.notes ?? []), ...sets.notes];
  return { name: found.name, train: sets.train, test: sets.test, files, notes };
}

async function readPart(
  { path, format: known }: FoundFile,
  options: DataOptions,
  idPrefix: string,
): Promise<{ part: Part; sha256: string }> {
  const file = sourceFile(path, options);
  const format = await asTable(path, known, options);
  rejectFileOptions(path, format, options);
  try {
    if (format.layouts === "fixed") {
      rejectOptions(path, `${format.extensions[0]} files`, options, [...TABLE_ONLY]);
      const part = await format.open(file, idPrefix);
      return { part, sha256: await file.sha256() };
    }
    const layout = layoutOf(path, format, options);
    let whole: Part | undefined;
    const size = { idPrefix, mostSteps: Number.POSITIVE_INFINITY };
    const table = inNotation(await format.open(file, options), notationOf(options));
    const notes = await layout(table, options, size, async (part) => {
      whole = part;
    });
    return { part: { ...whole!, notes: [...(table.notes ?? []), ...notes] }, sha256: await file.sha256() };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function rejectFileOptions(path: string, format: Format, options: DataOptions): void {
  const others = FILE_OPTIONS.filter((name) => !format.reads?.includes(name));
  rejectOptions(path, `${format.extensions[0]} files`, options, others);
}

/** The layout that the options ask for. */
function layoutOf(path: string, { layouts }: Format, options: DataOptions): Layout {
  const name = options.entity !== undefined ? "long" : "wide";
  if (!layouts.includes(name))
    throw new OptionError(
      `${path}: got options of a ${name} table, expected those of a ${layouts} one. Files of this kind are read in no other way.`,
    );
  return LAYOUTS[name];
}

/** @throws {OptionError} for a format that is no table */
async function tableFormat(path: string, options: DataOptions): Promise<TableFormat> {
  const format = await asTable(path, knownFormat(path, options), options);
  if (format.layouts !== "fixed") return format;
  throw new OptionError(
    `${path}: only a table can be read in pieces (${FORMATS.flatMap(({ layouts, extensions }) => (layouts === "fixed" ? [] : extensions)).join(", ")}). Read it whole, with readSource.`,
  );
}

function knownFormat(path: string, { inputFormat }: DataOptions): Format {
  const format = formatOf(path, inputFormat);
  if (format) return format;
  if (path === STANDARD_INPUT)
    throw new OptionError(
      `Standard input (-) has no name that tells its format, expected \`inputFormat\`: one of ${FORMAT_NAMES.join(", ")}. Name it.`,
    );
  throw new OptionError(
    `${path}: this kind of file is not known, expected ${EXTENSIONS}, each possibly .gz, or a folder with NAME_TRAIN and NAME_TEST. Convert it, or name its format with \`inputFormat\` if its content is one of these.`,
  );
}

/** The file's name without extensions and a part's name. */
function nameOf(path: string): string {
  if (path === STANDARD_INPUT) return "standard input";
  return basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]+$/, "")
    .replace(/_(TRAIN|TEST)$/i, "");
}
