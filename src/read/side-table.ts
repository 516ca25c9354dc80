import { basename } from "node:path";
import { DataError, OptionError, someOf, unknownName } from "../errors.js";
import { formatOf } from "./formats/formats.js";
import { openTable } from "./open-table.js";
import type { DataOptions } from "./source/options.js";
import { noSequences, sourceFile, unreadable } from "./source/source-file.js";
import { missingIn, namesOf, shownIn } from "./source/table.js";

/** A small table that tells of the data: a row per file, or per entity. */
export interface SideTable {
  path: string;
  sha256: string;
  names: readonly string[];
  /** Cells as texts, "" = missing. */
  rows: readonly (readonly string[])[];
  /** The number of each row, for messages. */
  numbers: readonly number[];
}

/** @throws {DataError} if it is no table, or has no rows below its header */
export async function readSideTable(path: string, maxSize: number | undefined): Promise<SideTable> {
  const format = formatOf(path);
  if (!format || format.layouts === "fixed")
    throw new OptionError(
      `${path}: got a file that is no table, expected one with named columns (CSV). Store what it tells as a table.`,
    );
  const file = sourceFile(path, { maxSize });
  const rows: string[][] = [];
  const numbers: number[] = [];
  let names: readonly string[] | undefined;
  try {
    const table = await openTable(file, format, {});
    for await (const chunk of table.chunks) {
      let r = names || table.names ? 0 : 1;
      names ??= namesOf(table, chunk);
      const columns = Array.from({ length: chunk.width }, (_, c) => chunk.column(c));
      for (; r < chunk.rows.length; r++) {
        rows.push(columns.map((column) => (missingIn(column, r) ? "" : shownIn(column, r))));
        numbers.push(chunk.rows[r]);
      }
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (!names || rows.length === 0) throw noSequences(path);
  return { path, sha256: await file.sha256(), names, rows, numbers };
}

const LABEL_NAMES = ["label", "class", "target", "y"];

/** The label of each entity, and its static columns, from a file of their own. */
export interface EntityLabels {
  label: string;
  /** Columns of that file that are static. */
  statics: readonly string[];
  file: { path: string; sha256: string };
  /** The cell of a column for an entity, "" where it has none. */
  cell(column: string, entity: string): string;
  /** Who had no label, and whose label was not needed, once all rows were read. @throws {DataError} if no key fits */
  notes(): string[];
}

/**
 * Reads the file of labels: `on` is the column of the entity, else that of its name, else the first; `label` that of
 * the label, else the only other one, else one called label, class, target or y.
 * @throws {DataError} for an entity with two labels
 * @throws {OptionError} for an unknown column, or none that could be the label
 */
export async function readEntityLabels(options: DataOptions & { labels: string }): Promise<EntityLabels> {
  const { path, sha256, names, rows, numbers } = await readSideTable(options.labels, options.maxSize);
  const find = (what: string, name: string) => {
    const at = names.indexOf(name);
    return at >= 0 ? at : unknownName(path, what, name, names);
  };
  const key = options.on === undefined ? Math.max(0, names.indexOf(options.entity ?? "")) : find("column", options.on);
  const others = names.filter((_, c) => c !== key);
  const usual = others.length === 1 ? others[0] : others.find((name) => LABEL_NAMES.includes(name.toLowerCase()));
  const label = options.label ?? usual;
  if (label === undefined)
    throw new OptionError(
      `${path}: got several columns beside "${names[key]}", expected to know which is the label. Name it with \`label\`: ${others.slice(0, 20).join(", ")}.`,
    );
  const at = find("label column", label);
  const byEntity = new Map<string, number>();
  rows.forEach((cells, k) => {
    const before = byEntity.get(cells[key]);
    if (before === undefined) byEntity.set(cells[key], k);
    else if (rows[before][at] !== cells[at])
      throw new DataError(
        `${path}, row ${numbers[k]}: got "${cells[at]}" for "${cells[key]}", expected "${rows[before][at]}" as in row ${numbers[before]}. An entity has one label; remove one of the rows.`,
      );
  });
  const seen = new Set<string>();
  const without = new Set<string>();
  return {
    label,
    statics: (options.static ?? []).filter((name) => others.includes(name)),
    file: { path, sha256 },
    cell(column, entity) {
      const k = byEntity.get(entity);
      (k === undefined ? without : seen).add(entity);
      return k === undefined ? "" : rows[k][names.indexOf(column)];
    },
    notes() {
      if (seen.size === 0)
        throw new DataError(
          `${path}, column "${names[key]}": got none of the ${without.size} entities of the data, expected some. They are compared as texts: here "${rows[0][key]}", in the data "${[...without][0]}". Name the column of the entity with \`on\`.`,
        );
      const rest = [...byEntity.keys()].filter((entity) => !seen.has(entity));
      return [
        without.size > 0 &&
          `${path}: ${without.size} entities of the data have no row in it (${someOf([...without])}); they have no label.`,
        rest.length > 0 &&
          `${path}: ${rest.length} of its ${byEntity.size} entities are not in the data (${someOf(rest)}).`,
      ].filter((note) => note !== false);
    },
  };
}

/** What a manifest says of one file. */
export interface ManifestRow {
  file: string;
  label?: string;
  part?: "train" | "test";
  /** In the order of `statics`. */
  cells: readonly string[];
  row: number;
}

/**
 * Reads a manifest: a row per file with the columns `file` and, if present, `label` and `part`. Other columns are static.
 * @throws {DataError} for a row without a file, another part than train or test, or a manifest without the column
 */
export async function readManifest(path: string, maxSize: number | undefined) {
  const { sha256, names, rows, numbers } = await readSideTable(path, maxSize);
  const [file, label, part] = ["file", "label", "part"].map((name) => names.indexOf(name));
  if (file < 0)
    throw new DataError(
      `${path}: got the columns ${names.slice(0, 20).join(", ")}, expected one called "file". It tells which file a row is about; rename it.`,
    );
  const rest = [...names.keys()].filter((c) => c !== file && c !== label && c !== part);
  return {
    file: { path, sha256 },
    labelled: label >= 0,
    statics: rest.map((c) => names[c]),
    rows: rows.map((cells, k): ManifestRow => {
      const at = `${path}, row ${numbers[k]}`;
      if (cells[file] === "") throw new DataError(`${at}, column "file": got "", expected the name of a file.`);
      return {
        file: cells[file],
        ...(label >= 0 && { label: cells[label] }),
        ...(part >= 0 && { part: partNamed(cells[part], `${at}, column "part"`) }),
        cells: rest.map((c) => cells[c]),
        row: numbers[k],
      };
    }),
  };
}

function partNamed(text: string, where: string): "train" | "test" {
  const part = /^(train|test)(ing)?$/i.exec(text.trim())?.[1].toLowerCase();
  if (part) return part as "train" | "test";
  throw new DataError(`${where}: got "${text}", expected train or test. Leave files of neither out of the manifest.`);
}

/** The part that the folders of a path name: the innermost called train or test. */
export function partOfFolders(folders: readonly string[]): "train" | "test" | undefined {
  const name = folders.findLast((folder) => /^(train|test)(ing)?$/i.test(folder));
  if (name === undefined) return undefined;
  return /^train/i.test(name) ? "train" : "test";
}

/** A file's name without its extension, and without .gz. */
export function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]+$/, "");
}
