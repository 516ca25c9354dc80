import { DataError } from "../../errors.js";
import { numberIn } from "../source/cells.js";
import type { Format } from "../source/format.js";
import { createNoDataTally } from "../source/no-data.js";
import { createPartBuilder, expectChannels, type Part, trimPadding } from "../source/part.js";
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
  relational: boolean;
  /** Steps of a case, from the attributes. */
  steps: number;
  /** Set when the last attribute is nominal; empty for a string attribute. */
  classes?: readonly string[];
}

/**
 * Reads an `.arff` file of series: plain (one numeric attribute per step), or relational as in the UEA archive
 * (one quoted text a case, its channels separated by a written \n). The label is the last attribute if that is
 * nominal or a string. ? is missing; at the end of all channels it is the padding of a shorter series.
 * @throws {DataError} that names the row
 */
async function readArff(file: SourceFile, idPrefix: string): Promise<Part> {
  const lines = await linesOf(file);
  const dataLine = lines.findIndex((line) => /^\s*@data\b/i.test(line));
  if (dataLine < 0)
    throw lines.every((line) => line.trim() === "")
      ? emptyFile(file.path)
      : new DataError(`${file.path}: got no line @data, expected one. This is not ARFF, or it is cut off.`);
  const header = readHeader(lines.slice(0, dataLine));
  const builder = createPartBuilder({ idPrefix, labelled: header.classes !== undefined });
  const noData = createNoDataTally(file.path);
  let F = 0;
  for (let i = dataLine + 1; i < lines.length; i++) {
    const line = lines[i].trim();
    if (line === "" || line.startsWith("%")) continue;
    const fail = (got: string, expected: string): never => {
      throw new DataError(`${file.path}, row ${i + 1}: got ${got}, expected ${expected}. The row may be cut off.`);
    };
    const { channels, label } = header.relational ? splitRelational(line, header, fail) : splitPlain(line, header);
    F ||= channels.length;
    if (channels.length !== F) fail(`${channels.length} channels`, `${F} as in the first case`);
    expectChannels(`${file.path}, row ${i + 1}`, F);
    const columns = channels.map((cells, f) => {
      if (cells.length !== header.steps)
        fail(`${cells.length} values in channel ${f + 1}`, `${header.steps}, one per attribute`);
      return Float64Array.from(cells, (cell, t) =>
        numberIn(cell, file.path, i + 1, `channel ${f + 1}, value ${t + 1}`),
      );
    });
    if (header.classes?.length && label !== "?" && !header.classes.includes(label!))
      fail(`the label "${label}"`, `one of ${header.classes.join(", ")} as declared`);
    columns.forEach((column, f) => {
      noData.clear(column, i + 1, (t) => `channel ${f + 1}, value ${t + 1}`);
    });
    builder.add(trimPadding(columns), label === "?" ? undefined : label);
  }
  if (builder.count() === 0) throw noSequences(file.path);
  return builder.finish(noData.notes());
}

function readHeader(lines: readonly string[]): Header {
  const header: Header = { relational: false, steps: 0 };
  for (const line of lines) {
    const type = /^\s*@attribute\s+(?:'[^']*'|"[^"]*"|\S+)\s+(.*\S)/i.exec(line)?.[1];
    if (type === undefined) continue;
    if (/^relational$/i.test(type)) header.relational = true;
    else if (type.startsWith("{")) header.classes = type.replace(/[{}]/g, "").split(",").map(unquote);
    else if (/^string$/i.test(type)) header.classes = [];
    else header.steps++;
  }
  return header;
}

function splitRelational(
  line: string,
  header: Header,
  fail: (got: string, expected: string) => never,
): { channels: string[][]; label?: string } {
  const quote = line[0];
  const end = line.indexOf(quote, 1);
  if ((quote !== "'" && quote !== '"') || end < 0)
    return fail(`"${line.slice(0, 20)}"`, "a quoted text with the channels of the case");
  const channels = line
    .slice(1, end)
    .split("\\n")
    .map((channel) => channel.split(","));
  const label = header.classes ? unquote(line.slice(end + 1).replace(/^\s*,/, "")) : undefined;
  return { channels, label };
}

function splitPlain(line: string, header: Header): { channels: string[][]; label?: string } {
  const cells = line.split(",");
  const label = header.classes ? unquote(cells.pop()!) : undefined;
  return { channels: [cells], label };
}

function unquote(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, "$2");
}
