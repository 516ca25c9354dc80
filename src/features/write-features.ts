import { extname } from "node:path";
import { dump } from "npyjs";
import { OptionError } from "../errors.js";
import { checkWritable, writeFileAtomically } from "../model/write-file.js";
import type { FeatureTable } from "./feature-table.js";

/** What stands beside the numbers of each row. */
export interface RowLabels {
  ids: readonly string[];
  /** Which part of the source a row comes from, where it has parts. */
  parts?: readonly string[];
  /** Class names, "" for an unlabelled row. */
  labels?: readonly string[];
}

export const featureFormats = [".csv", ".npy"] as const;

/** @throws {OptionError} unless the file's ending names a format there is */
function checkFeatureFormat(path: string): void {
  if (!(featureFormats as readonly string[]).includes(extname(path)))
    throw new OptionError(
      `${path}: got the ending "${extname(path)}", expected ${featureFormats.join(" or ")}, which names the format to write.`,
    );
}

/** The file beside an NPY file that says what its columns and rows are. */
function descriptionOf(path: string): string {
  return `${path}.json`;
}

/**
 * Finds out before long work whether features could be written there.
 * @throws {OptionError} for an unknown ending
 * @throws {UndertoneError} if the place cannot be written to
 */
export async function checkFeatureFile(path: string): Promise<void> {
  checkFeatureFormat(path);
  await checkWritable(path);
  if (extname(path) === ".npy") await checkWritable(descriptionOf(path));
}

/**
 * Writes features for any classifier. CSV: a header, then id, part and label (where there are any) and one column
 * per feature. NPY: the float32 matrix [rows, columns], and beside it FILE.json with columns, ids, parts, labels.
 * @returns the files written
 */
export async function writeFeatures(path: string, table: FeatureTable, rows: RowLabels): Promise<string[]> {
  checkFeatureFormat(path);
  if (extname(path) === ".npy") {
    const description = descriptionOf(path);
    await checkWritable(description); // both files or none
    await writeFileAtomically(path, new Uint8Array(dump(table.values, [table.rows, table.names.length])));
    await writeFileAtomically(description, JSON.stringify({ columns: table.names, ...rows }));
    return [path, description];
  }
  const leading = [
    ["id", rows.ids],
    ["part", rows.parts],
    ["label", rows.labels],
  ] as const;
  const present = leading.filter(([, values]) => values !== undefined) as [string, readonly string[]][];
  const lines = [[...present.map(([name]) => name), ...table.names].map(quote).join(",")];
  const C = table.names.length;
  for (let r = 0; r < table.rows; r++)
    lines.push(
      [...present.map(([, values]) => quote(values[r])), ...table.values.subarray(r * C, (r + 1) * C)].join(
        ",",
      ),
    );
  await writeFileAtomically(path, lines.join("\n") + "\n");
  return [path];
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
