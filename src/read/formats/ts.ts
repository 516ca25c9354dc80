import { DataError } from "../../errors.js";
import { numberIn } from "../source/cells/cells.js";
import { createNoDataTally, type NoDataTally } from "../source/cells/no-data.js";
import { parseTime } from "../source/cells/times.js";
import type { Format } from "../source/format.js";
import { createPieceBuilder, expectChannels, type Piece, type PieceBuilder } from "../source/piece.js";
import { emptyFile, noSequences, type SourceFile } from "../source/source-file.js";
import { linesOf } from "../source/text.js";

export const ts: Format = { name: "ts", extensions: [".ts"], layouts: "fixed", reads: ["encoding"], open: readTs };

interface Header {
  timestamps: boolean;
  dimensions?: number;
  /** Absent: unlabelled; empty: any label is accepted. */
  classes?: readonly string[];
  /** All cases have equally many steps. */
  equalLength?: boolean;
  /** Steps of each case. */
  seriesLength?: number;
}

/**
 * Reads an aeon/UEA `.ts` file: header lines that begin with @, then one case per line, channels separated by colons,
 * the label last, ? missing. With `@timeStamps true` channels are lists of (time,value); a step of the sequence is
 * any time that a channel has, missing in the others.
 * @throws {DataError} that names the row
 */
async function readTs(file: SourceFile, idPrefix: string): Promise<Piece> {
  const header: Header = { timestamps: false };
  let inData = false;
  let builder: PieceBuilder | undefined;
  const noData = createNoDataTally(file.path);
  let F = 0;
  let first: number | undefined; // steps of the first case
  for (const [i, raw] of (await linesOf(file)).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith("%")) continue;
    const row = i + 1;
    if (!inData) {
      if (!line.startsWith("@"))
        throw new DataError(
          `${file.path}, row ${row}: got data before a line @data, expected header lines that begin with @. The header may be cut off.`,
        );
      inData = readHeaderLine(header, line, file.path, row);
      continue;
    }
    const parts = splitChannels(line);
    const label = header.classes ? unquote(parts.pop()!.trim()) : undefined;
    builder ??= createPieceBuilder({ idPrefix, labelled: header.classes !== undefined });
    F ||= header.dimensions ?? parts.length;
    if (parts.length !== F || F === 0)
      throw new DataError(
        `${file.path}, row ${row}: got ${parts.length} channels, expected ${F || "at least 1"}${header.classes ? " and then the label" : ""}, separated by colons. The row may be cut off.`,
      );
    expectChannels(`${file.path}, row ${row}`, F);
    if (header.classes?.length && label !== "?" && !header.classes.includes(label!))
      throw new DataError(
        `${file.path}, row ${row}: got the label "${label}", expected one of ${header.classes.join(", ")} as in its header (@classLabel). The row may be cut off.`,
      );
    const steps = addCase(builder, parts, label === "?" ? undefined : label, header.timestamps, file.path, row, noData);
    first ??= steps;
    if (!header.timestamps) expectLength(header, steps, first, `${file.path}, row ${row}`);
  }
  if (!builder) throw inData ? noSequences(file.path) : emptyFile(file.path);
  return builder.finish(noData.notes());
}

/** @returns whether the data begins after this line */
function readHeaderLine(header: Header, line: string, path: string, row: number): boolean {
  const [key, ...words] = line.slice(1).split(/\s+/);
  const on = words[0]?.toLowerCase() === "true";
  switch (key.toLowerCase()) {
    case "data":
      return true;
    case "timestamps":
      header.timestamps = on;
      break;
    case "univariate":
      if (on) header.dimensions = 1;
      break;
    case "dimension":
    case "dimensions":
      header.dimensions = Number(words[0]);
      break;
    case "classlabel":
      if (on) header.classes = namesIn(line.replace(/^@\S+\s+\S+/, ""));
      break;
    case "equallength":
      header.equalLength = on;
      break;
    case "serieslength":
      if (Number(words[0]) > 0) header.seriesLength = Number(words[0]);
      break;
    case "targetlabel":
      if (on)
        throw new DataError(
          `${path}, row ${row}: got a numeric target (@targetLabel), expected classes (@classLabel). Regression is not supported.`,
        );
      break;
  }
  return false;
}

/** Names separated by spaces; one with spaces is quoted. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain);
}

/** A label as the header has it: without quotes. */
function unquote(label: string): string {
  return /^(["'])(.*)\1$/.exec(label)?.[2] ?? label;
}

/** @throws {DataError} if the header says another number of steps */
function expectLength({ equalLength, seriesLength }: Header, steps: number, first: number, where: string): void {
  const expected = seriesLength ?? first;
  if (equalLength === false || (equalLength === undefined && seriesLength === undefined) || steps === expected) return;
  throw new DataError(
    `${where}: got ${steps} steps, expected ${expected} ${seriesLength === undefined ? "as in the first case (@equalLength true)" : "as in the header (@seriesLength)"}. The row may be cut off; or correct the header.`,
  );
}

/** Splits at colons outside of parentheses: the times of (time,value) may contain colons. */
function splitChannels(line: string): string[] {
  if (!line.includes("(")) return line.split(":");
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "(") depth++;
    else if (line[i] === ")") depth--;
    else if (line[i] === ":" && depth === 0) {
      parts.push(line.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, line.slice(from)];
}

/** @returns steps of the case */
function addCase(
  builder: PieceBuilder,
  parts: readonly string[],
  label: string | undefined,
  timestamps: boolean,
  path: string,
  row: number,
  noData: NoDataTally,
): number {
  const clear = (columns: readonly Float64Array[]) =>
    columns.forEach((column, f) => {
      noData.clear(column, row, (t) => `channel ${f + 1}, value ${t + 1}`);
    });
  if (timestamps) {
    const { columns, times } = joinByTime(parts.map((part, f) => timedValues(part, path, row, `channel ${f + 1}`)));
    clear(columns);
    builder.add(columns, label, times);
    return times.length;
  }
  const columns = parts.map((part, f) => {
    const cells = part.trim() === "" ? [] : part.split(",");
    return Float64Array.from(cells, (cell, t) => numberIn(cell, path, row, `channel ${f + 1}, value ${t + 1}`));
  });
  const odd = columns.findIndex((column) => column.length !== columns[0].length);
  if (odd > 0)
    throw new DataError(
      `${path}, row ${row}: got ${columns[odd].length} values in channel ${odd + 1}, expected ${columns[0].length} as in channel 1. All channels of a case have the same steps; mark missing values with ?.`,
    );
  clear(columns);
  builder.add(columns, label);
  return columns[0].length;
}

function timedValues(part: string, path: string, row: number, channel: string): Map<number, number> {
  const values = new Map<number, number>();
  const rest = part.replace(/\(([^(),]*),([^(),]*)\)\s*,?\s*/g, (_, time: string, value: string) => {
    const seconds = parseTime(time.trim())?.seconds;
    if (seconds === undefined || values.has(seconds))
      throw new DataError(
        `${path}, row ${row}, ${channel}: got ${seconds === undefined ? "" : "twice "}the time "${time}", expected ${seconds === undefined ? "a number of seconds or an ISO date" : "each time once in a channel"}. Correct the row.`,
      );
    values.set(seconds, numberIn(value, path, row, `${channel}, time ${time}`));
    return "";
  });
  if (rest.trim() !== "" && rest.trim() !== "?")
    throw new DataError(
      `${path}, row ${row}, ${channel}: got "${rest.trim().slice(0, 40)}", expected (time,value) pairs because the header has @timeStamps true. The row may be cut off.`,
    );
  return values;
}

function joinByTime(channels: readonly Map<number, number>[]) {
  const times = Float64Array.from(new Set(channels.flatMap((values) => [...values.keys()]))).sort();
  const columns = channels.map((values) => times.map((time) => values.get(time) ?? Number.NaN));
  return { columns, times };
}
