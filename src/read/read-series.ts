import { OptionError } from "../errors.js";
import type { Channel, DataSource } from "../sequences/set/sequence-set.js";
import type { FoundFile, FoundParts } from "./folder.js";
import { npy } from "./formats/npy.js";
import { labelled } from "./labels.js";
import { joinKept } from "./layouts/columns/carried.js";
import { LONG_ONLY } from "./layouts/long/header.js";
import { readText, rejectTextOptions } from "./layouts/text.js";
import { readWide } from "./layouts/wide.js";
import { openTable, rejectFileOptions, sourceOf } from "./open-table.js";
import { type DataOptions, rejectOptions } from "./source/options.js";
import type { Piece } from "./source/piece.js";
import { type SourceFile, sourceFile, unreadable } from "./source/source-file.js";
import type { FileHash } from "./text-files.js";

/** Options of files of rows. */
export const FILES_ONLY = ["oneEntity", "labels", "on", "manifest", "labelFrom"] as const;
const TABLE_ONLY = [
  ...(["label", "entity", "drop", "wide", "id", "keep", "missing", "decimalComma", "thousands"] as const),
  ...LONG_ONLY,
  ...FILES_ONLY,
] as const;

/** Reads the two parts of a folder. */
export async function readParts(folder: string, found: FoundParts, options: DataOptions): Promise<DataSource> {
  const train = await readPart(found.train, options, "train-");
  const known = options.text === undefined ? undefined : train.piece.set.channels;
  const test = found.test && (await readPart(found.test, options, "test-", known));
  if (known && test) train.piece.set.channels = test.piece.set.channels; // with the tokens of both, the same codes first
  const files = [...train.files];
  for (const file of test?.files ?? []) if (!files.some(({ path }) => path === file.path)) files.push(file); // of both parts
  const renumbered = found.test?.format === npy && found.test.y === undefined; // an export of the UCR archive
  const sets = labelled(folder, train.piece, test?.piece, renumbered);
  const notes = [...found.notes, ...train.piece.notes, ...(test?.piece.notes ?? []), ...sets.notes];
  const kept = joinKept(folder, options.id, train.piece, test?.piece);
  return { name: found.name, train: sets.train, test: sets.test, ...(kept && { kept }), files, notes };
}

/** Reads a file of whole sequences. */
export async function readPart(
  found: FoundFile,
  options: DataOptions,
  idPrefix: string,
  channels?: readonly Channel[],
): Promise<{ piece: Piece; files: FileHash[] }> {
  const { path, format, y } = found;
  const file = sourceOf(found, options);
  rejectFileOptions(path, format, options);
  try {
    if (format.layouts === "fixed") {
      rejectOptions(path, `${format.extensions[0]} files`, options, [...TABLE_ONLY]);
      rejectTextOptions(path, options);
      const labels = y === undefined ? undefined : sourceFile(y, options);
      const piece = await format.open(file, idPrefix, labels);
      const files = [{ path, sha256: await file.sha256() }];
      if (labels) files.push({ path: y!, sha256: await labels.sha256() });
      return { piece, files };
    }
    let whole: Piece | undefined;
    const size = { idPrefix, mostSteps: Number.POSITIVE_INFINITY, channels };
    const notes = await readWideFile(file, format, options, size, async (piece) => {
      whole = piece;
    });
    return { piece: { ...whole!, notes }, files: [{ path, sha256: await file.sha256() }] };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Reads a table with one sequence per row. @returns notes */
export async function readWideFile(
  file: SourceFile,
  format: FoundFile["format"],
  options: DataOptions,
  size: { idPrefix: string; mostSteps: number; channels?: readonly Channel[] },
  take: (piece: Piece) => Promise<void>,
): Promise<readonly string[]> {
  if (format.layouts === "fixed" || !format.layouts.includes("wide"))
    throw new OptionError(
      `${file.path}: got no entity, expected the options of a long table (\`entity\`). Files of this kind are read in no other way.`,
    );
  rejectOptions(file.path, "a table with one sequence per row", options, [...FILES_ONLY]);
  const table = await openTable(file, format, options);
  if (options.text === undefined) rejectTextOptions(file.path, options);
  const notes = await (options.text === undefined ? readWide : readText)(table, options, size, take);
  return [...(table.notes ?? []), ...notes];
}
