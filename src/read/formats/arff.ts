import { DataError } from "../../errors.js";
import { numberIn } from "../source/cells/cells.js";
import { createNoDataTally } from "../source/cells/no-data.js";
import type { Format } from "../source/format.js";
import { createPieceBuilder, expectChannels, type Piece, trimPadding } from "../source/piece.js";
import { emptyFile, noSequences, type SourceFile } from "../source/source-file.js";
import { linesOf } from "../source/text.js";

export const arff: Format = {
  name: "arff",
  extensions: [".arff"],
  layouts: "fixed",
  reads: ["encoding"],
  open: readArff,
};

interface Header {
  /** Attributes of a row, in their order. */
  attributes: readonly Attribute[];
  /** Attributes inside the relational one, if there is one. */
  inner: number;
  /** Place of the label among the attributes, -1 for none. */
  label: number;
}

interface Attribute {
  name: string;
  kind: "numeric" | "string" | "relational";
  /** Of a nominal attribute. */
  classes?: readonly string[];
}

/**
 * Reads an `.arff` file of series: plain (one numeric attribute per step), or relational as in the UEA archive
 * (one quoted text a case, its channels separated by a written \n). The label is the attribute called class, in any
 * place, else the last one if that is nominal or a string. ? is missing; at the end of all channels it is the padding
 * of a shorter series. Sparse rows have 0, or the first class, where they have nothing. Weights are not used.
 * @throws {DataError} that names the row
 */
async function readArff(file: SourceFile, idPrefix: string): Promise<Piece> {
  const lines = await linesOf(file);
  const dataLine = lines.findIndex((line) => /^\s*@data\b/i.test(line));
  if (dataLine < 0)
    throw lines.every((line) => line.trim() === "")
      ? emptyFile(file.path)
      : new DataError(`${file.path}: got no line @data, expected one. This is not ARFF, or it is cut off.`);
  const header = readHeader(lines.slice(0, dataLine));
  const { attributes, label, inner } = header;
  const classes = attributes[label]?.classes;
  const builder = createPieceBuilder({ idPrefix, labelled: label >= 0 });
  const noData = createNoDataTally(file.path);
  let weighted = 0;
  let F = 0;
  for (let i = dataLine + 1; i < lines.length; i++) {
    const line = lines[i].trim();
    if (line === "" || line.startsWith("%")) continue;
    const where = `${file.path}, row ${i + 1}`;
    const fail = (got: string, expected: string): never => {
      throw new DataError(`${where}: got ${got}, expected ${expected}. The row may be cut off.`);
    };
    const { cells, weight } = cellsOf(line, attributes, fail);
    if (weight) weighted++;
    const text = label < 0 ? undefined : cells.splice(label, 1)[0];
    const channels = inner > 0 ? cells[0].split("\\n").map((channel) => channel.split(",")) : [cells];
    const steps = inner > 0 ? inner : attributes.length - (label < 0 ? 0 : 1);
    F ||= channels.length;
    if (channels.length !== F) fail(`${channels.length} channels`, `${F} as in the first case`);
    expectChannels(where, F);
    const columns = channels.map((values, f) => {
      if (values.length !== steps) fail(`${values.length} values in channel ${f + 1}`, `${steps}, one per attribute`);
      return Float64Array.from(values, (cell, t) =>
        numberIn(cell, file.path, i + 1, `channel ${f + 1}, value ${t + 1}`),
      );
    });
    if (classes && text !== "?" && !classes.includes(text!))
      fail(`the label "${text}"`, `one of ${classes.join(", ")} as declared`);
    columns.forEach((column, f) => {
      noData.clear(column, i + 1, (t) => `channel ${f + 1}, value ${t + 1}`);
    });
    builder.add(trimPadding(columns), text === "?" || text === "" ? undefined : text);
  }
  if (builder.count() === 0) throw noSequences(file.path);
  return builder.finish([...notesOf(file.path, header, weighted), ...noData.notes()]);
}

function notesOf(path: string, { attributes, label }: Header, weighted: number): string[] {
  const notes: string[] = [];
  const found = attributes[label];
  if (found && (label < attributes.length - 1 || found.kind === "numeric"))
    notes.push(
      `${path}: the attribute "${found.name}" (number ${label + 1}${found.kind === "numeric" ? ", numeric" : ""}) was taken as the label.`,
    );
  if (weighted > 0) notes.push(`${path}: ${weighted} rows have a weight; weights are not used.`);
  return notes;
}

function readHeader(lines: readonly string[]): Header {
  const attributes: Attribute[] = [];
  let inner = 0;
  let inside = false;
  for (const line of lines) {
    if (/^\s*@end\b/i.test(line)) inside = false;
    const match = /^\s*@attribute\s+('[^']*'|"[^"]*"|[^\s{]+)\s*(.*\S)/i.exec(line);
    if (!match) continue;
    const [, name, type] = match;
    if (inside) {
      inner++;
      continue;
    }
    inside = /^relational$/i.test(type);
    const kind = inside ? "relational" : type.startsWith("{") || /^string\b/i.test(type) ? "string" : "numeric";
    const classes = type.startsWith("{") ? splitCells(type.replace(/^\{|\}[^}]*$/g, "")) : undefined;
    attributes.push({ name: unquote(name), kind, classes });
  }
  const called = attributes.findIndex(({ name }) => /^class$/i.test(name));
  const last = attributes.length - 1;
  const label = called >= 0 ? called : attributes[last]?.kind === "string" ? last : -1;
  return { attributes, inner, label };
}

/** One cell per attribute. @param fail ends the reading of a row that has others */
function cellsOf(line: string, attributes: readonly Attribute[], fail: (got: string, expected: string) => never) {
  const sparse = /^\{(.*)\}(\s*,\s*\{[^{}]*\})?$/.exec(line);
  const written = splitCells(sparse ? sparse[1] : line) ?? fail("a quote without its partner", "cells in whole quotes");
  if (!sparse) {
    const weight = written.length === attributes.length + 1 && /^\{.*\}$/.test(written[written.length - 1]);
    const cells = weight ? written.slice(0, -1) : written;
    const relational = attributes.some(({ kind }) => kind === "relational");
    if (relational && cells.length !== attributes.length)
      fail(
        `${cells.length} cells ("${line.slice(0, 20)}")`,
        `${attributes.length}: a quoted text with the channels of the case, and the label`,
      );
    if (cells.length !== attributes.length) fail(`${cells.length} values`, `${attributes.length}, one per attribute`);
    return { cells, weight };
  }
  const cells = attributes.map(({ classes }) => classes?.[0] ?? "0");
  for (const entry of written) {
    const [, place, value] = /^(\d+)\s+(.*)$/.exec(entry) ?? [];
    if (entry === "" && written.length === 1) break;
    if (place === undefined || Number(place) >= cells.length)
      fail(
        `"${entry.slice(0, 40)}" in a sparse row`,
        `the number of an attribute (0 to ${cells.length - 1}) and its value`,
      );
    cells[Number(place)] = unquote(value);
  }
  return { cells, weight: sparse[2] !== undefined };
}

/** Cells between commas that stand outside of quotes; undefined if a quote has no partner. */
function splitCells(line: string): string[] | undefined {
  if (!/['"]/.test(line)) return line.split(",").map((cell) => cell.trim());
  const cells: string[] = [];
  let begin = 0;
  for (let k = 0; k <= line.length; k++) {
    const character = line[k];
    if (k === line.length || character === ",") {
      cells.push(unquote(line.slice(begin, k)));
      begin = k + 1;
    } else if ((character === "'" || character === '"') && /(^|\s)$/.test(line.slice(Math.max(begin, k - 1), k))) {
      do k = line.indexOf(character, k + 1);
      while (k > 0 && line[k - 1] === "\\");
      if (k < 0) return undefined;
    }
  }
  return cells;
}

/** A text without its quotes; inside them a backslash stands before a quote. */
function unquote(text: string): string {
  const [, , inner] = /^(['"])(.*)\1$/.exec(text.trim()) ?? [];
  return inner === undefined ? text.trim() : inner.replace(/\\(['"\\])/g, "$1");
}
