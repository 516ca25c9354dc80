import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { DataError, OptionError } from "../errors.js";
import type { Channel, DataSource, SequenceSet } from "../sequences/set/sequence-set.js";
import { FORMATS, type FoundFile, findParts, formatOf } from "./folder.js";
import { readArff } from "./formats/arff.js";
import { readNpy } from "./formats/npy.js";
import { readPenDigits } from "./formats/pen-digits.js";
import { readTs } from "./formats/ts.js";
import { readTsv } from "./formats/tsv.js";
import { casesOf, checkLongOptions } from "./layouts/long-cases.js";
import { readLongCsv, readLongCsvInPieces } from "./layouts/long-csv.js";
import { readWideCsv, readWideCsvInPieces } from "./layouts/wide-csv.js";
import { encodeLabels, restoreRenumbered, sortClassNames } from "./source/labels.js";
import { type DataOptions, parseDataOptions, rejectOptions } from "./source/options.js";
import type { Part } from "./source/part.js";
import { readSourceFile, unreadable } from "./source/source-file.js";

const LONG_ONLY = ["time", "channels", "window", "timeChannels", "amount", "secondEntity"] as const;
const CSV_ONLY = ["label", "entity", "drop", ...LONG_ONLY] as const;
const READERS = { ts: readTs, arff: readArff, tsv: readTsv, npy: readNpy, pendigits: readPenDigits } as const;

/**
 * Reads a data set: a folder with NAME_TRAIN and NAME_TEST, or one file (.ts, .arff, .tsv, .npy, .csv, each possibly
 * .gz). A CSV is a long table, one event per row, when `entity` is given, else one sequence per row. With `window`
 * each event of a long table becomes a case. Class indices are the same in both parts.
 * @throws {DataError} for content that cannot be read, with file and row
 * @throws {OptionError} for options that do not fit the source
 */
export async function readSource(path: string, options: DataOptions = {}): Promise<DataSource> {
  const chosen = parseDataOptions(options);
  const stats = await stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (stats.isDirectory()) return readFolder(path, chosen);
  const format = formatOf(path);
  if (!format)
    throw new OptionError(
      `${path}: this kind of file is not known, expected ${FORMATS.map((known) => `.${known}`).join(", ")}, each possibly .gz, or a folder with NAME_TRAIN and NAME_TEST. Convert it, or rename it if its content is one of these.`,
    );
  if (chosen.entity !== undefined) {
    if (format !== "csv") rejectOptions(path, `.${format} files`, chosen, ["entity"]);
    return readLong(path, { ...chosen, entity: chosen.entity });
  }
  const { part, sha256 } = await readPart({ path, format }, chosen, "");
  const { train, notes } = labelled(path, part);
  return { name: nameOf(path), train, files: [{ path, sha256 }], notes: [...part.notes, ...notes] };
}

/** Whether a source can be read in pieces: a CSV. */
export function comesInPieces(path: string): boolean {
  return formatOf(path) === "csv";
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
   * numeric and what a category cannot be told from a piece; other columns are left out. A CSV of one sequence per row
   * has one numeric channel and needs none.
   */
  channels?: readonly Channel[];
}

/**
 * Reads a CSV in pieces, so that the file may be larger than memory: one of one sequence per row, or a long table where
 * the rows of an entity stand together. Where they do not, all that is left is one piece, with a note.
 * @param take gets each piece, with the labels as they are written; the file is read on when it is done
 * @returns notes
 * @throws {OptionError} for another kind of source
 * @throws {DataError} that names row and column, a {ScatteredError} for an entity that comes again after a piece with it
 *   was handed on; what came before the row has been handed on
 */
export async function readInPieces(
  path: string,
  options: DataOptions,
  { mostSteps, channels }: PieceOptions,
  take: (piece: Part) => Promise<void>,
): Promise<readonly string[]> {
  const chosen = parseDataOptions(options);
  if (!comesInPieces(path))
    throw new OptionError(`${path}: only a CSV can be read in pieces. Read it whole, with readSource.`);
  const { entity, window = 1 } = chosen;
  if (entity === undefined) {
    rejectOptions(path, "a CSV with one sequence per row", chosen, [...LONG_ONLY]);
    return (await readWideCsvInPieces(path, chosen, { idPrefix: "", mostSteps }, take)).notes;
  }
  checkLongOptions(path, chosen);
  if (!channels)
    throw new OptionError(
      `${path}: got no channels, expected the channels that are known of a long table that is read in pieces. What is numeric and what a category cannot be told from a piece; give those of the model (model.metadata.preparation.channels).`,
    );
  const size = { channels, mostEvents: mostSteps / window };
  const read = await readLongCsvInPieces(path, { ...chosen, entity }, size, (table) => {
    const { labels, classNames, ...set } = casesOf(path, table, chosen);
    const labelTexts = labels && Array.from(labels, (label) => classNames![label]);
    return take({ set, ...(labelTexts && { labelTexts }), notes: [] });
  });
  return read.notes;
}

async function readFolder(folder: string, options: DataOptions): Promise<DataSource> {
  const found = await findParts(folder);
  rejectOptions(folder, "a folder of TRAIN and TEST parts", options, ["entity"]);
  const train = await readPart(found.train, options, "train-");
  const test = found.test && (await readPart(found.test, options, "test-"));
  const files = [{ path: found.train.path, sha256: train.sha256 }];
  if (found.test && test) files.push({ path: found.test.path, sha256: test.sha256 });
  const sets = labelled(folder, train.part, test?.part, found.test?.format === "npy");
  const notes = [...found.notes, ...train.part.notes, ...(test?.part.notes ?? []), ...sets.notes];
  return { name: found.name, train: sets.train, test: sets.test, files, notes };
}

async function readPart(
  { path, format }: FoundFile,
  options: DataOptions,
  idPrefix: string,
): Promise<{ part: Part; sha256: string }> {
  if (format === "csv") {
    rejectOptions(path, "a CSV with one sequence per row", options, [...LONG_ONLY]);
    const part = await readWideCsv(path, options, idPrefix);
    return { part, sha256: part.sha256 };
  }
  rejectOptions(path, `.${format} files`, options, [...CSV_ONLY]);
  const file = await readSourceFile(path);
  return { part: READERS[format](file, idPrefix), sha256: file.sha256 };
}

/** Gives both parts labels over the union of their classes. */
function labelled(
  where: string,
  train: Part,
  test?: Part,
  testMayBeRenumbered = false,
): { train: SequenceSet; test?: SequenceSet; notes: string[] } {
  if (test && test.set.channels.length !== train.set.channels.length)
    throw new DataError(
      `${where}: got ${test.set.channels.length} channels in the test part, expected ${train.set.channels.length} as in the training part. A model of one cannot read the other; check that the files belong together.`,
    );
  if (!train.labelTexts) return { train: train.set, test: test?.set, notes: [] };
  const notes: string[] = [];
  const given = (texts: readonly (string | undefined)[]) => texts.filter((text) => text !== undefined);
  const trainNames = sortClassNames(given(train.labelTexts));
  let testTexts = test?.labelTexts ?? [];
  const restored = testMayBeRenumbered ? restoreRenumbered(testTexts, trainNames) : undefined;
  if (restored) {
    testTexts = restored;
    notes.push(
      `${where}: the labels of the test array are class numbers; 1 to ${trainNames.length} were read as ${trainNames.join(", ")}.`,
    );
  }
  const classNames = sortClassNames([...trainNames, ...given(testTexts)]);
  const unseen = classNames.filter((name) => !trainNames.includes(name));
  if (unseen.length > 0)
    notes.push(
      `${where}: ${unseen.length === 1 ? "class" : "classes"} ${unseen.join(", ")} of the test part ${unseen.length === 1 ? "is" : "are"} not in the training part, so no classifier can answer ${unseen.length === 1 ? "it" : "them"}.`,
    );
  return {
    train: { ...train.set, labels: encodeLabels(train.labelTexts, classNames), classNames },
    test: test && { ...test.set, labels: encodeLabels(testTexts, classNames), classNames },
    notes,
  };
}

async function readLong(path: string, options: DataOptions & { entity: string }): Promise<DataSource> {
  checkLongOptions(path, options);
  const table = await readLongCsv(path, options);
  const { notes, sha256, details } = table;
  return {
    name: nameOf(path),
    train: casesOf(path, table, options),
    // a window ends at every step, in their order
    ...(options.window !== undefined && details && { events: details }),
    files: [{ path, sha256 }],
    notes,
  };
}

/** The file's name without extensions and a part's name. */
function nameOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]+$/, "")
    .replace(/_(TRAIN|TEST)$/i, "");
}
