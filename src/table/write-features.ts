import { createHash } from "node:crypto";
import { extname } from "node:path";
import { OptionError, ShapeError, UndertoneError } from "../errors.js";
import { checkWritable, openOutput, openStandardOutput, STANDARD_OUTPUT } from "../files/write-file.js";
import { expectOptions } from "../options.js";
import type { FeatureTable } from "./feature-table.js";
import { openNpyDescription } from "./npy-description.js";
import { keptTexts, type RowLabels } from "./row-labels.js";

/** Features on their way into a file: rows are added as they come. */
export interface FeatureFile {
  /** Rows with the columns, and the kinds of labels, of the first. */
  append(table: FeatureTable, rows: RowLabels): Promise<void>;
  /** Puts the file in its place. @returns the files written @throws {UndertoneError} if another process writes them too */
  finish(): Promise<string[]>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

const NPY_HEADER = 128;
/** Characters of a CSV that are collected before they are written: a text of the whole may be too long for the engine. */
const LONGEST_TEXT = 1 << 22;

/** The formats of features, which are the endings of their files too. */
export const featureFormats = ["parquet", "csv", "npy"] as const;
export type FeatureFormat = (typeof featureFormats)[number];

/** @throws {OptionError} unless the file's ending names a known format, or `chosen` is one that fits */
function formatOf(path: string, chosen?: FeatureFormat): FeatureFormat {
  const format = chosen ?? featureFormats.find((name) => extname(path) === `.${name}`);
  if (path === STANDARD_OUTPUT && (format === undefined || format === "npy"))
    throw new OptionError(
      `Standard output (-): got ${format ? "npy, which has a second file with the names of rows and columns" : "no format"}, expected \`outputFormat\`: csv or parquet. Name one of them.`,
    );
  if (format) return format;
  throw new OptionError(
    `${path}: got the ending "${extname(path)}", expected ${featureFormats.map((name) => `.${name}`).join(", ")}, which names the format to write. Rename it, or name the format with \`outputFormat\`.`,
  );
}

/** The file beside an NPY file that lists its columns and rows. */
function descriptionOf(path: string): string {
  return `${path}.json`;
}

/**
 * The files that features of that name are: the path itself, for an NPY its description too.
 * @throws {OptionError} for an unknown ending
 */
export function featureFiles(
  path: string,
  format?: FeatureFormat,
): { path: string; kind: "features" | "description" }[] {
  const features = { path, kind: "features" } as const;
  return formatOf(path, format) === "npy" ? [features, { path: descriptionOf(path), kind: "description" }] : [features];
}

/**
 * Writes features for any classifier. Parquet and CSV: id, part, label and kept columns (where there are any) and one
 * column per feature, in Parquet float32. NPY: the float32 matrix [rows, columns], and beside it FILE.json with columns,
 * ids, parts, labels, kept columns and the SHA-256 of the matrix. What was there before is replaced, whatever it is.
 * @returns the files written
 */
export async function writeFeatures(path: string, table: FeatureTable, rows: RowLabels): Promise<string[]> {
  const file = await openFeatureFile(path);
  try {
    await file.append(table, rows);
    return await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/**
 * Opens a file of features whose rows come piece by piece. Until `finish`, what was there before stays, and standard
 * output (-) gets nothing.
 * @param kind what a Parquet file says that it is
 * @throws {OptionError} for an unknown ending
 * @throws {UndertoneError} if the place cannot be written to; `append` throws a {ShapeError} for other columns than
 * those before
 */
export async function openFeatureFile(
  path: string,
  chosen?: FeatureFormat,
  kind: "features" | "scores" = "features",
): Promise<FeatureFile> {
  const files = featureFiles(path, chosen).map((each) => each.path);
  if (path !== STANDARD_OUTPUT) for (const file of files) await checkWritable(file);
  const format = formatOf(path, chosen);
  const npy = format === "npy";
  const file = await (path === STANDARD_OUTPUT ? openStandardOutput() : openOutput(path));
  let columns: readonly string[] | undefined;
  let count = 0;
  const hash = createHash("sha256"); // of the matrix without its header, which is written last
  const description = npy ? openNpyDescription(descriptionOf(path)) : undefined;
  const { write } = file;
  const parquet = format === "parquet" ? (await import("./parquet-rows.js")).openParquetRows(write, kind) : undefined;
  return {
    async append(table, rows) {
      expectOptions("Labels of rows", rows, ["ids", "parts", "labels", "kept"]);
      const leading = [
        ["id", rows.ids],
        ["part", rows.parts],
        ["label", rows.labels],
      ] as const;
      const present = leading.filter(([, values]) => values !== undefined) as [string, readonly string[]][];
      const { kept = [] } = rows;
      const C = table.names.length;
      if (!columns) {
        columns = table.names;
        expectOwnNames(path, kept, [...(npy ? [] : present.map(([name]) => name)), ...columns]);
        if (!parquet)
          await write(
            npy
              ? npyHeader(0, C)
              : csvLine([...present.map(([name]) => name), ...kept.map(({ name }) => name), ...columns]),
          );
      } else if (columns.join() !== table.names.join())
        throw new ShapeError(
          `${path}: got rows of ${C} columns, expected the ${columns.length} of the rows before, by name. Encode all pieces with one model and read-out.`,
        );
      count += table.rows;
      if (parquet) return parquet.append(table, present, kept);
      if (description) {
        await description.append(rows);
        const { buffer, byteOffset, byteLength } = table.values;
        if (byteLength === 0) return;
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        hash.update(bytes);
        await write(bytes);
        return;
      }
      const beside = [...present.map(([, texts]) => texts), ...kept.map(keptTexts)];
      let text = "";
      for (let r = 0; r < table.rows; r++) {
        const values = table.values.subarray(r * C, (r + 1) * C);
        text += csvLine([...beside.map((texts) => texts[r]), ...values]);
        if (text.length < LONGEST_TEXT && r + 1 < table.rows) continue;
        await write(text);
        text = "";
      }
    },
    async finish() {
      await parquet?.finish();
      if (npy) await file.rewrite(npyHeader(count, columns?.length ?? 0), 0);
      await file.seal();
      await description?.finish(columns ?? [], hash.digest("hex"));
      await file.place();
      if (description && !((await description.isInPlace()) && (await file.isInPlace())))
        throw new UndertoneError(
          `${path} and ${descriptionOf(path)}: another process wrote the same files at the same time, so the two may not belong together. Run one of the two commands again, alone.`,
        );
      return files;
    },
    async abandon() {
      await file.abandon();
      await description?.abandon();
    },
  };
}

/** @throws {OptionError} for a column to keep with the name of another */
export function expectOwnNames(path: string, kept: readonly { name: string }[], names: readonly string[]): void {
  const clash = kept.find(({ name }) => names.includes(name));
  if (clash)
    throw new OptionError(
      `${path}: got the column "${clash.name}" to keep, expected a name that the output does not have itself (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", ..." : ""}). Two columns of one name cannot be told apart; rename it in the data, or leave it out of \`keep\`.`,
    );
}

/** The header of format version 1.0, of one size, so that it can be written again when the rows are counted. */
function npyHeader(rows: number, columns: number): Uint8Array {
  const header = new Uint8Array(NPY_HEADER).fill(0x20);
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  header.set([0x93, ...Buffer.from("NUMPY"), 1, 0, NPY_HEADER - 10, 0]);
  header.set(Buffer.from(text), 10);
  header[NPY_HEADER - 1] = 0x0a;
  return header;
}

function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === "string" ? quote(cell) : cell)).join(",")}\n`;
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
