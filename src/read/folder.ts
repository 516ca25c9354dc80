import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../errors.js";
import { EXTENSIONS, FORMATS, formatOf } from "./formats/formats.js";
import { isX, isYOf, npy } from "./formats/npy.js";
import type { Format } from "./source/format.js";
import { type SourceFile, unreadable } from "./source/source-file.js";
import type { ReadWatch } from "./source/watch.js";

export interface FoundFile {
  path: string;
  format: Format;
  /** The array of labels beside an array of values: y_train.npy beside X_train.npy. */
  y?: string;
  /** What is read in place of the file at `path`: a query. */
  source?: SourceFile;
  /** Is told how far reading is. */
  watch?: ReadWatch;
  /** The files that are read, where they are not the one at `path`. */
  reads?: readonly string[];
  /** Ends what was opened, where reading alone does not. */
  close?(): Promise<void>;
}

/** The parts of a data set that lies in a folder. */
export interface FoundParts {
  name: string;
  train: FoundFile;
  test?: FoundFile;
  notes: string[];
}

const PART = /^(.+)_(TRAIN|TEST)(.*?)\.[^.]+$/i;
const PART_FIRST = /^(TRAIN|TEST)(?:_(.+))?\.[^.]+$/i;
const UCI_PART = /^(.+)\.(tra|tes)$/i;

/**
 * Finds NAME_TRAIN and NAME_TEST (or TRAIN_NAME, TRAIN, UCI's NAME.tra) in a folder. Of several names the folder's own
 * counts; of several formats the first of FORMATS.
 * @returns undefined if no file is called so
 * @throws {DataError} if there is no training part, or several names and none is the folder's
 */
export async function findParts(folder: string): Promise<FoundParts | undefined> {
  const listed = await readdir(folder).catch((cause) => {
    throw unreadable(folder, cause);
  });
  const own = basename(resolve(folder));
  const ys = new Set(listed.flatMap((file) => yOf(file, listed) ?? []));
  const found = listed.sort().flatMap((file) => {
    if (ys.has(file)) return [];
    const format = formatOf(file);
    const unpacked = file.replace(/\.gz$/i, "");
    const [, first, rest = own] = PART_FIRST.exec(unpacked) ?? [];
    const match = first ? ["", rest, first] : (PART.exec(unpacked) ?? UCI_PART.exec(unpacked));
    if (!format || !match) return [];
    const [, name, part, suffix = ""] = match;
    const y = yOf(file, listed);
    const set = { name, test: /^tes/i.test(part), path: join(folder, file), format, suffix };
    return [{ ...set, ...(y !== undefined && { y: join(folder, y) }) }];
  });
  if (found.length === 0) return undefined;
  const names = [...new Set(found.map(({ name }) => name))];
  const name = names.length === 1 ? names[0] : names.find((candidate) => candidate === own);
  if (name === undefined)
    throw new DataError(
      `${folder}: got several data sets in the folder (${names.slice(0, 5).join(", ")}), expected one: files called NAME_TRAIN and NAME_TEST with the extensions ${EXTENSIONS}, each possibly .gz. Name a single file, or a folder that has such a pair.`,
    );
  const pick = (test: boolean) =>
    found
      .filter((file) => file.name === name && file.test === test)
      .sort((a, b) => FORMATS.indexOf(a.format) - FORMATS.indexOf(b.format))[0];
  const train = pick(false);
  const test = pick(true);
  if (!train)
    throw new DataError(
      `${folder}: got ${basename(test.path)} and no training part, expected ${name}_TRAIN beside it. A model is trained on that part; add it, or name the single file.`,
    );
  const notes: string[] = [];
  if (!test) notes.push(`${folder}: the test part ${name}_TEST is missing; only the training part was read.`);
  for (const { path, suffix } of test ? [train, test] : [train])
    if (suffix !== "")
      notes.push(`${basename(path)}: its name ends in "${suffix.replace(/^_/, "")}", so it may not be the whole part.`);
  return { name: /^x$/i.test(name) ? own : name, train, test, notes };
}

/** The labels that belong to an array of values, among the files of its folder. */
function yOf(file: string, listed: readonly string[]): string | undefined {
  return formatOf(file) === npy && isX(file) ? listed.find((other) => isYOf(file, other)) : undefined;
}

/** The array X of a folder, with its labels y, where no other data are in it. */
export async function findArray(folder: string): Promise<FoundFile | undefined> {
  const data = (await readdir(folder)).filter((file) => formatOf(file) !== undefined && !file.startsWith("."));
  const x = data.find((file) => formatOf(file) === npy && isX(file));
  if (x === undefined || data.some((file) => file !== x && file !== yOf(x, data))) return undefined;
  return withLabels({ path: join(folder, x), format: npy });
}

/** A file with the labels that stand beside it. */
export async function withLabels(found: FoundFile): Promise<FoundFile> {
  const { path, format } = found;
  if (format !== npy || !isX(path)) return found;
  const listed = await readdir(dirname(path)).catch(() => []); // reading says what is wrong
  const y = yOf(basename(path), listed);
  return y === undefined ? found : { ...found, y: join(dirname(path), y) };
}
