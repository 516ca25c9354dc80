import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DataError } from "../errors.js";
import { unreadable } from "./source/source-file.js";

/** Kinds of files, the preferred first where a folder has the same part twice. */
export const FORMATS = ["ts", "arff", "tsv", "npy", "csv"] as const;
export type Format = (typeof FORMATS)[number] | "pendigits";

export interface FoundFile {
  path: string;
  format: Format;
}

/** The parts of a data set that lies in a folder. */
export interface FoundParts {
  name: string;
  train: FoundFile;
  test?: FoundFile;
  notes: string[];
}

const PART = /^(.+)_(TRAIN|TEST)(.*?)\.(ts|arff|tsv|npy|csv)(\.gz)?$/i;
const PEN_DIGITS = /^(pendigits)\.(tra|tes)(?:\.gz)?$/i;

/** The format of a file by the end of its name, `.gz` aside; undefined for one that no reader knows. */
export function formatOf(path: string): Format | undefined {
  const name = basename(path).toLowerCase();
  if (PEN_DIGITS.test(name)) return "pendigits";
  const extension = /\.([a-z]+)(\.gz)?$/.exec(name)?.[1];
  return FORMATS.find((format) => format === extension);
}

/**
 * Finds NAME_TRAIN and NAME_TEST (or UCI's pendigits.tra and .tes) in a folder. Of several names the folder's own
 * counts; of several formats the first of FORMATS.
 * @throws {DataError} if there is no training part, or several names and none is the folder's
 */
export async function findParts(folder: string): Promise<FoundParts> {
  const listed = await readdir(folder).catch((cause) => {
    throw unreadable(folder, cause);
  });
  const found = listed.sort().flatMap((file) => {
    const match = PART.exec(file) ?? PEN_DIGITS.exec(file);
    if (!match) return [];
    const test = /^tes/i.test(match[2]);
    return [
      { name: match[1], test, path: join(folder, file), format: formatOf(file)!, suffix: match[3] ?? "" },
    ];
  });
  const names = [...new Set(found.map(({ name }) => name))];
  const own = basename(resolve(folder));
  const name = names.length === 1 ? names[0] : names.find((candidate) => candidate === own);
  if (name === undefined)
    throw new DataError(
      `${folder}: got ${names.length === 0 ? "no" : "several"} data sets in the folder${names.length > 0 ? ` (${names.slice(0, 5).join(", ")})` : ""}, expected one: files called NAME_TRAIN and NAME_TEST with the extensions ${FORMATS.map((format) => `.${format}`).join(" ")}, each possibly .gz. Name a single file, or a folder that has such a pair.`,
    );
  const pick = (test: boolean) =>
    found
      .filter((file) => file.name === name && file.test === test)
      .sort((a, b) => FORMATS.indexOf(a.format as never) - FORMATS.indexOf(b.format as never))[0];
  const train = pick(false);
  const test = pick(true);
  if (!train)
    throw new DataError(
      `${folder}: got ${basename(test.path)} and no training part, expected ${name}_TRAIN beside it. A model is trained on that part; add it, or name the single file.`,
    );
  const notes: string[] = [];
  if (!test) notes.push(`${folder}: there is no test part ${name}_TEST; only the training part was read.`);
  for (const { path, suffix } of test ? [train, test] : [train])
    if (suffix !== "")
      notes.push(
        `${basename(path)}: its name ends in "${suffix.replace(/^_/, "")}", so it may not be the whole part.`,
      );
  return { name, train, test, notes };
}
