import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { glob } from "tinyglobby";
import { DataError, OptionError } from "../errors.js";
import { type FoundFile, type FoundParts, findArray, findParts, withLabels } from "./folder.js";
import { EXTENSIONS, FORMATS, formatOf } from "./formats/formats.js";
import { npz, npzParts } from "./formats/npz.js";
import { asTable } from "./open-table.js";
import { partOfFolders, readManifest, stemOf } from "./side-table.js";
import { type DataOptions, FORMAT_NAMES } from "./source/options.js";
import type { ReadHooks } from "./source/piece-options.js";
import { STANDARD_INPUT, sourceFile, unreadable } from "./source/source-file.js";
import { queryOf, withoutPassword } from "./sql/query.js";

/** A file, a folder, a glob, or several of them; with `sql` a database, or "duckdb:" for none. */
export type Input = string | readonly string[];

/** One of several files, and what is known of it beside its content. */
export interface DataFile extends FoundFile {
  /** Its name without extension; with folders where that is not the only one. */
  id: string;
  part?: "train" | "test";
  label?: string;
  /** In the order of `statics`. */
  cells: readonly string[];
}

/** Files of rows: one sequence each, or a table in several. */
export interface FoundFiles {
  /** As messages name them. */
  where: string;
  name: string;
  /** Those of the training part first. */
  files: DataFile[];
  /** Whether each has a part. */
  split: boolean;
  labelled: boolean;
  statics: readonly string[];
  manifest?: { path: string; sha256: string };
  notes: string[];
}

export type Found = { file: FoundFile } | { parts: FoundParts } | { files: FoundFiles };

/**
 * Finds what an input stands for: one file, the two parts in a folder, or files of rows: those in a folder, below it,
 * behind a glob, or named one by one; or a query.
 * @throws {DataError} if there is no such file, or the manifest does not fit
 * @throws {OptionError} for a kind of file that is not known, or that has several sequences of its own
 */
export async function findInput(input: Input, options: DataOptions, hooks?: ReadHooks): Promise<Found> {
  const paths = typeof input === "string" ? [input] : input;
  if (paths.length === 0) throw new OptionError("got no data, expected a file, a folder or several files.");
  const query = await queryOf(paths, options, hooks);
  if (query) return { file: query };
  const asides = [options.manifest, options.labels].flatMap((path) => (path === undefined ? [] : [resolve(path)]));
  const found: string[] = [];
  let many = paths.length > 1;
  for (const path of paths) {
    if (path === STANDARD_INPUT) {
      found.push(path);
      continue;
    }
    const stats = await stat(path).catch((cause) => {
      if (isGlob(path)) return undefined;
      throw unreadable(path, cause);
    });
    if (stats?.isDirectory() && paths.length === 1 && options.manifest === undefined) {
      const parts = await findParts(path);
      for (const part of parts ? [parts.train, parts.test] : [])
        if (part) part.format = await asTable(part.path, part.format, options);
      if (parts) return { parts };
      const file = await findArray(path);
      if (file) return { file };
    }
    if (stats && !stats.isDirectory()) found.push(path);
    else {
      const behind = await tablesBehind(path, stats === undefined, options);
      const inside = behind.filter((file) => !asides.includes(resolve(file)));
      many ||= inside.length > 1 || stats === undefined || options.labelFrom !== undefined;
      found.push(...inside);
    }
  }
  const files = [...new Set(found)];
  if (!many && options.manifest === undefined) {
    const [path] = files;
    const format = await asTable(path, knownFormat(path, options), options);
    const both = format === npz && path !== STANDARD_INPUT && (await npzParts(sourceFile(path, options)));
    if (!both) return { file: await withLabels({ path, format }) };
    const [train, test] = [both.train, both.test].map((part) => ({ path, format: part }));
    return { parts: { name: stemOf(path), train, test, notes: [] } };
  }
  return { files: await describeFiles(paths, files, options) };
}

/** Whether an input has a test part; undefined: it cannot be found. */
export async function hasTestPart(input: Input, options: DataOptions): Promise<boolean | undefined> {
  const found = await findInput(input, options).catch(() => undefined); // reading says what is wrong
  return found && ("parts" in found ? found.parts.test !== undefined : "files" in found && found.files.split);
}

/** Ends what finding the input opened. */
export async function closeFound(found: Found): Promise<void> {
  if ("file" in found) await found.file.close?.();
}

/** An input as messages and records name it: without the password of an address. */
export function shownInput(input: Input): string {
  return (typeof input === "string" ? [input] : input).map(withoutPassword).join(", ");
}

/** The files that are read for an input; of one that cannot be read the path itself. */
export async function filesRead(input: Input, options: DataOptions = {}): Promise<string[]> {
  const asides = [options.manifest, options.labels].filter((path) => path !== undefined);
  const paths = typeof input === "string" ? [input] : [...input];
  const found = await findInput(input, options).catch(() => undefined); // reading says what is wrong
  const files = found ? filesOf(found) : paths.map(withoutPassword);
  // Where standard input is a file, it is known by its number.
  return [...files.map((path) => (path === STANDARD_INPUT ? "/dev/stdin" : path)), ...asides];
}

function filesOf(found: Found): string[] {
  if ("file" in found && found.file.reads) return [...found.file.reads];
  if ("files" in found) return found.files.files.map(({ path }) => path);
  const files = "file" in found ? [found.file] : [found.parts.train, found.parts.test];
  return [...new Set(files.flatMap((file) => (file ? [file.path, ...(file.y === undefined ? [] : [file.y])] : [])))];
}

function isGlob(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

/** The tables in a folder and below it, or behind a glob, by name. */
async function tablesBehind(path: string, asGlob: boolean, options: DataOptions): Promise<string[]> {
  const all = asGlob
    ? await glob(sep === "\\" ? path.replaceAll("\\", "/") : path, { expandDirectories: false })
    : (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
        .map((entry) => join(entry.parentPath, entry.name));
  const tables: string[] = [];
  for (const file of all) if (asGlob || (await isTable(file, options))) tables.push(file);
  if (tables.length > 0) return tables.sort();
  throw new DataError(
    `${path}: got no data sets ${asGlob ? "behind the glob" : "in the folder"}, expected ${asGlob ? "files" : `NAME_TRAIN and NAME_TEST with the extensions ${EXTENSIONS}, each possibly .gz, or one file per sequence (${tableExtensions()})`}. ${asGlob ? "Check the pattern." : "Name a single file, or a folder that has such files."}`,
  );
}

async function isTable(path: string, options: DataOptions): Promise<boolean> {
  const format = formatOf(path, options.inputFormat);
  return format !== undefined && (await asTable(path, format, options)).layouts !== "fixed";
}

function tableExtensions(): string {
  return FORMATS.flatMap(({ layouts, extensions }) => (layouts === "fixed" ? [] : extensions)).join(", ");
}

/** @throws {OptionError} if the end of its name is not known, and its format is not named */
export function knownFormat(path: string, { inputFormat }: DataOptions): FoundFile["format"] {
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

/** What is known of each file beside its content. */
async function describeFiles(paths: readonly string[], all: readonly string[], options: DataOptions) {
  const where = paths.length === 1 ? paths[0] : `${paths[0]} and ${paths.length - 1} more`;
  const shared = commonFolder(all);
  const ids = idsOf(all, shared);
  const notes: string[] = [];
  let files: DataFile[] = [];
  for (const [k, path] of all.entries()) {
    const format = await asTable(path, knownFormat(path, options), options);
    if (format.layouts === "fixed")
      throw new OptionError(
        `${path}: got one of several files and it holds series of its own, expected tables (${tableExtensions()}). Read it alone.`,
      );
    files.push({ path, format, id: ids[k], cells: [] });
  }
  const folders = (path: string) => dirname(path).split(/[/\\]/);
  for (const file of files) file.part = partOfFolders(folders(file.path));
  if (options.labelFrom !== undefined) labelByName(files, options.labelFrom);
  let statics: readonly string[] = [];
  let manifest: FoundFiles["manifest"];
  let labelled = options.labelFrom !== undefined;
  if (options.manifest !== undefined) {
    const read = await readManifest(options.manifest, options.maxSize);
    if (read.labelled && labelled)
      throw new OptionError(
        `${options.manifest}: got labels in the manifest and \`labelFrom\`, expected one of the two. Leave one out.`,
      );
    const before = files.length;
    files = matchManifest(options.manifest, read.rows, files, paths);
    if (files.length < before)
      notes.push(`${where}: ${before - files.length} of ${before} files are not in the manifest; they are left out.`);
    ({ statics, file: manifest } = read);
    labelled ||= read.labelled;
  }
  const split = isSplit(where, files);
  if (split) files.sort((a, b) => Number(a.part === "test") - Number(b.part === "test"));
  return { where, name: nameOfFiles(paths, shared), files, split, labelled, statics, manifest, notes };
}

/** Whether all files have a part, and both are there. */
function isSplit(where: string, files: readonly DataFile[]): boolean {
  const parts = new Set(files.map(({ part }) => part));
  if (!parts.has("train") || !parts.has("test")) return false;
  const neither = files.find(({ part }) => part === undefined);
  if (!neither) return true;
  throw new DataError(
    `${where}: got files of a training and of a test part, and ${neither.path} in neither, expected each in one. Move it, or name the part of each file in a manifest (\`manifest\`).`,
  );
}

function labelByName(files: readonly DataFile[], from: string): void {
  let pattern: RegExp | undefined;
  if (from !== "folder")
    try {
      pattern = new RegExp(from);
    } catch (cause) {
      throw new OptionError(
        `\`labelFrom\`: ${(cause as Error).message}. Expected "folder" or a pattern with one (group).`,
      );
    }
  if (pattern && new RegExp(`${from}|`).exec("")!.length < 2)
    throw new OptionError(
      `\`labelFrom\`: got "${from}", expected "folder", or a pattern with one (group), such as "(\\w+)_run". The group is the label.`,
    );
  for (const file of files) {
    const folders = dirname(resolve(file.path)).split(/[/\\]/);
    if (partOfFolders(folders.slice(-1))) folders.pop();
    const label = pattern ? pattern.exec(basename(file.path))?.[1] : folders.at(-1);
    if (label === undefined || label === "")
      throw new DataError(
        `${file.path}: got a name that does not match "${from}", expected the label in it (\`labelFrom\`). Correct the pattern, or leave the file out.`,
      );
    file.label = label;
  }
}

/** The files that the manifest names, with what it says. */
function matchManifest(
  manifest: string,
  rows: Awaited<ReturnType<typeof readManifest>>["rows"],
  files: readonly DataFile[],
  paths: readonly string[],
): DataFile[] {
  const byPath = new Map(files.map((file) => [resolve(file.path), file]));
  const byName = new Map<string, DataFile | undefined>();
  for (const file of files)
    for (const name of new Set([basename(file.path), file.id])) byName.set(name, byName.has(name) ? undefined : file);
  const seen = new Map<DataFile, number>();
  for (const { file: name, label, part, cells, row } of rows) {
    const folders = [dirname(manifest), ".", ...paths];
    const found = folders.map((folder) => byPath.get(resolve(folder, name))).find(Boolean) ?? byName.get(name);
    if (!found)
      throw new DataError(
        `${manifest}, row ${row}: got the file "${name}", which is not among the ${files.length} files of the data, expected one of them (${files[0].path}, ...). Write its path from the manifest's folder.`,
      );
    if (seen.has(found))
      throw new DataError(
        `${manifest}, row ${row}: got the file "${name}" again (row ${seen.get(found)}), expected one row per file. Remove one of the rows.`,
      );
    seen.set(found, row);
    Object.assign(found, { cells, ...(label !== undefined && { label }), ...(part && { part }) });
  }
  return files.filter((file) => seen.has(file));
}

function commonFolder(files: readonly string[]): string {
  let shared = dirname(resolve(files[0]));
  for (const file of files)
    while (resolve(file) !== shared && !resolve(file).startsWith(shared.endsWith(sep) ? shared : shared + sep))
      shared = dirname(shared);
  return shared;
}

function idsOf(files: readonly string[], shared: string): readonly string[] {
  const inFolder = (file: string) => relative(shared, resolve(file)).replaceAll("\\", "/");
  for (const idOf of [stemOf, (file: string) => join(dirname(inFolder(file)), stemOf(file)).replaceAll("\\", "/")]) {
    const ids = files.map(idOf);
    if (new Set(ids).size === ids.length) return ids;
  }
  return files.map(inFolder);
}

function nameOfFiles(paths: readonly string[], shared: string): string {
  return paths.length === 1 && !isGlob(paths[0]) ? stemOf(resolve(paths[0])) : basename(shared) || "data";
}
