import { parseCell } from "../../source/cells/cells.js";
import { createScanner, lineEnds } from "./scan.js";

/** How the rows of a text are written. */
export interface Dialect {
  separator: string;
  /** Lines above the first row, and their bytes. */
  skip: number;
  begin: number;
  /** What was recognised, where it is not the usual. */
  notes: readonly string[];
}

/** Separators by preference. A space stands for any number of spaces and tabs. */
const SEPARATORS: Readonly<Record<string, string>> = {
  ",": "commas",
  "\t": "tabs",
  ";": "semicolons",
  "|": "bars",
  " ": "spaces",
};
const SAMPLED = 100; // rows
const SHOWN = 50; // cells of a row that are looked at
const SAME = 0.9; // of the rows have as many cells as the header

/**
 * Recognises the separator and lines above the header. Commas are taken wherever the rows agree on their number and
 * nothing speaks for another separator: a comma between digits may be a decimal one.
 * @param sample complete rows from the beginning of the file
 */
export function findDialect(
  path: string,
  sample: Buffer,
  chosen: { separator?: string; skip?: number; quotes?: boolean },
): Dialect {
  const named = /^"?sep=(.)"?[ \t]*(?:\r\n|\n|\r)/i.exec(sample.toString("latin1", 0, 16)); // as Excel writes it
  if (named && chosen.skip === undefined) {
    const separator = chosen.separator ?? named[1];
    const told = chosen.separator === undefined && separator !== ",";
    return {
      separator,
      skip: 1,
      begin: named[0].length,
      notes: told ? [`${path}: ${separatedBy(separator, "its first line says")}`] : [],
    };
  }
  const begin = chosen.skip === undefined ? 0 : lineBegin(sample, chosen.skip);
  const candidates = chosen.separator === undefined ? Object.keys(SEPARATORS) : [chosen.separator];
  const best = choose(candidates.map((separator) => readAs(separator, sample.subarray(begin), chosen.quotes)));
  if (!best) return { separator: candidates[0], skip: chosen.skip ?? 0, begin, notes: [] };
  const above = chosen.skip === undefined ? best.begin : 0;
  const lines = lineEnds(sample, 0, above);
  const notes: string[] = [];
  if (chosen.separator === undefined && best.separator !== ",")
    notes.push(`${path}: ${separatedBy(best.separator, "its first rows show")}`);
  if (above > 0)
    notes.push(
      `${path}: ${lines === 1 ? "the first line is" : `the first ${lines} lines are`} above the table and ${lines === 1 ? "was" : "were"} left out ("${sample.toString("utf8", 0, Math.min(40, lineBegin(sample, 1))).trim()}"); to read ${lines === 1 ? "it" : "them"}, give \`skipRows: 0\`.`,
    );
  return { separator: best.separator, skip: chosen.skip ?? lines, begin: begin + above, notes };
}

function separatedBy(separator: string, why: string): string {
  const name = SEPARATORS[separator] ?? `"${separator}"`;
  return `its cells are separated by ${name}, as ${why}; if that is wrong, give \`separator\`.`;
}

/** The sample with one separator. */
interface Reading {
  separator: string;
  /** Where the first row of the table begins: behind lines with fewer cells. */
  begin: number;
  /** Cells of a row of the table. */
  width: number;
  /** Rows of that width among those of the table. */
  share: number;
  /** The first rows of the table. */
  cells: readonly (readonly string[])[];
}

function choose(readings: readonly Reading[]): Reading | undefined {
  const [first, ...others] = readings.filter(
    ({ separator, width, share, cells }) =>
      width > 1 && share >= SAME && (separator !== " " || readings.length === 1 || mostlyNumbers(cells)),
  );
  if (first?.separator !== ",") return first;
  const decimal = first.cells.every((cells) =>
    cells.slice(1).every((cell, c) => /\d$/.test(cells[c]) && /^\d/.test(cell)),
  );
  return (decimal && others.find(({ separator, begin }) => separator !== " " && begin <= first.begin)) || first;
}

function mostlyNumbers(rows: Reading["cells"]): boolean {
  const cells = rows.flat();
  return 2 * cells.filter((cell) => parseCell(cell) !== undefined).length >= cells.length;
}

/** Rows that follow each other and have equally many cells. */
interface Run {
  begin: number;
  width: number;
  rows: number;
  comment: boolean;
  cells: string[][];
}

function readAs(separator: string, sample: Buffer, quotes: boolean | undefined): Reading {
  const runs = runsOf(separator, sample, quotes);
  const counts = new Map<number, number>();
  for (const { width, rows } of runs) counts.set(width, (counts.get(width) ?? 0) + rows);
  const width = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0])[0];
  const above = runs.findIndex((run) => run.width === width || !(run.comment || run.width <= Math.max(1, width / 2)));
  const table = runs.slice(Math.max(0, above));
  const all = table.reduce((sum, { rows }) => sum + rows, 0);
  const like = table.reduce((sum, run) => sum + (run.width === width ? run.rows : 0), 0);
  const sound = table[0]?.width === width;
  return {
    separator,
    begin: table[0]?.begin ?? 0,
    width,
    share: sound ? like / all : 0,
    cells: table.flatMap((run) => (run.width === width ? run.cells : [])),
  };
}

function runsOf(separator: string, sample: Buffer, quotes: boolean | undefined): Run[] {
  const runs: Run[] = [];
  let rows = 0;
  for (let begin = 0; begin < sample.length && rows < SAMPLED; ) {
    const bytes = sample.subarray(begin);
    const { rows: found, read, fault } = createScanner(separator.charCodeAt(0), 1, quotes).scan(bytes, true);
    const { width, starts, ends } = found;
    const count = found.rows.length;
    if (count > 0) {
      const cells = Array.from({ length: Math.min(count, 20) }, (_, r) =>
        Array.from({ length: Math.min(width, SHOWN) }, (_, c) => {
          const [start, end] = [starts[r * width + c], ends[r * width + c]];
          return bytes.toString("utf8", start, end < 0 ? ~end : end);
        }),
      );
      runs.push({ begin, width, rows: count, comment: /^(#|%|\/\/)/.test(cells[0][0]), cells });
      rows += count;
    }
    if (fault && fault.kind !== "width") {
      runs.push({ begin: begin + read, width: 0, rows: 1, comment: false, cells: [] });
      break;
    }
    if (read === 0) break;
    begin += read;
  }
  return runs;
}

/** Where line n begins, counted from 0; the end if there are fewer. */
export function lineBegin(bytes: Buffer, n: number): number {
  let k = 0;
  for (; n > 0 && k < bytes.length; k++) if (lineEnds(bytes, k, k + 1) > 0) n--;
  return k;
}
