import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { type Random, randomStream } from "../../src/random.js";
import { createColumnReader } from "../../src/read/formats/csv/columns.js";
import { createDateReader, numberOf } from "../../src/read/formats/csv/numbers.js";
import { createScanner, type Fault } from "../../src/read/formats/csv/scan.js";
import { parseTime } from "../../src/read/source/cells/times.js";

const SEPARATORS = [",", ";", "\t", "|"];
const ENDS = ["\n", "\r\n", "\r"];
const WORDS = [
  "",
  "a",
  "12.5",
  "-3e4",
  "x y",
  "Zürich",
  "東京",
  "🙂",
  "NA",
  "2024-03-01T10:20:30",
  "  padded  ",
  '3" pipe',
];

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)];

function cellOf(random: Random, separator: string, plain: boolean): string {
  const word = pick(random, WORDS);
  if (plain || random.integer(3) > 0) return plain ? word.replaceAll('"', "") : word;
  const inner = `${word}${pick(random, ["", separator, "\n", '""', " ", '""x\n'])}`.replaceAll(/(?<!")"(?!")/g, '""');
  return `${pick(random, ["", " "])}"${inner}"${pick(random, ["", "", " "])}`;
}

/** The rows of a file of delimited text, each with its end. */
function rowsOf(random: Random, separator: string, plain: boolean): string[] {
  const width = 1 + random.integer(5);
  const one = random.integer(2) === 0 ? pick(random, ENDS) : undefined;
  return Array.from({ length: 1 + random.integer(12) }, () => {
    const blank = random.integer(8) === 0;
    const cells = Array.from({ length: width }, () => cellOf(random, separator, plain));
    return `${blank ? pick(random, ["", "  "]) : cells.join(separator)}${one ?? pick(random, ENDS)}`;
  });
}

/** What our scanner makes of a text that comes in pieces of random size. */
function scanned(text: string, separator: string, random: Random) {
  const bytes = Buffer.from(text);
  const scanner = createScanner(separator.charCodeAt(0));
  const column = createColumnReader();
  const records: { cells: string[]; line: number }[] = [];
  let fault: Fault | undefined;
  let rest = Buffer.alloc(0);
  for (let k = 0; k < bytes.length && !fault; ) {
    const piece = 1 + random.integer(40);
    rest = Buffer.concat([rest, bytes.subarray(k, k + piece)]);
    k += piece;
    const found = scanner.scan(rest, k >= bytes.length);
    fault = found.fault;
    const columns = Array.from({ length: found.rows.width }, (_, c) => column(found.rows, c));
    for (let r = 0; r < found.rows.rows.length; r++)
      records.push({ cells: columns.map(({ values }) => String(values[r])), line: found.rows.rows[r] });
    rest = rest.subarray(found.read);
  }
  return { records, fault };
}

/** What csv-parse makes of it, until it fails. */
function oracle(text: string, separator: string, relaxed: boolean) {
  const records: { cells: string[]; line: number }[] = [];
  let error: (Error & { code?: string; lines?: number }) | undefined;
  try {
    parse(text, {
      delimiter: separator,
      record_delimiter: ["\r\n", "\n", "\r"],
      trim: true,
      skip_empty_lines: true,
      relax_quotes: relaxed,
      relax_column_count: true,
      on_record(cells: string[], { lines }: { lines: number }) {
        records.push({ cells, line: lines });
        return null;
      },
    });
  } catch (caught) {
    error = caught as Error;
  }
  return { records, error };
}

test("2,000 random files: the cells and the row numbers of csv-parse", () => {
  for (let seed = 0; seed < 2000; seed++) {
    const random = randomStream(seed);
    const separator = pick(random, SEPARATORS);
    let text = rowsOf(random, separator, false).join("");
    if (random.integer(2) === 0) text = text.replace(/[\r\n]+$/, "");
    const expected = oracle(text, separator, true);
    expect(expected.error, `seed ${seed}`).toBeUndefined();
    const { records, fault } = scanned(text, separator, random);
    expect(fault, `seed ${seed}: ${JSON.stringify(text)}`).toBeUndefined();
    expect(records, `seed ${seed}: ${JSON.stringify(text)}`).toEqual(expected.records);
  }
});

test("2,000 random files with a fault: csv-parse fails in the same row, with the same rows before it", () => {
  const kinds = { ragged: 0, open: 0, behind: 0 };
  for (let seed = 0; seed < 2000; seed++) {
    const random = randomStream(10_000 + seed);
    const separator = pick(random, SEPARATORS);
    const rows = rowsOf(random, separator, true);
    const kind = pick(random, ["ragged", "open", "behind"] as const);
    const bad = { ragged: ["a", "b", "c", "d", "e", "f", "g"].join(separator), open: '"a', behind: '"a"b' }[kind];
    const at = random.integer(rows.length + 1);
    const text = [...rows.slice(0, at), `${bad}\n`, ...rows.slice(at)].join("");
    const { records, fault } = scanned(text, separator, random);
    const expected = oracle(text, separator, false);
    const where = `seed ${seed}: ${JSON.stringify(text)}`;
    if (kind === "ragged") {
      const odd = expected.records.findIndex(({ cells }) => cells.length !== expected.records[0].cells.length);
      if (odd < 0) continue; // it is the only row
      expect(fault, where).toMatchObject({ kind: "width", row: expected.records[odd].line });
      expect(records, where).toEqual(expected.records.slice(0, odd));
    } else {
      expect(expected.error?.code, where).toBe(kind === "open" ? "CSV_QUOTE_NOT_CLOSED" : "CSV_INVALID_CLOSING_QUOTE");
      const line = text.slice(0, text.indexOf(bad)).split(/\r\n|\n|\r/).length;
      expect(fault, where).toMatchObject({
        kind: kind === "open" ? "open quote" : "after quote",
        row: line,
        column: 1,
      });
      if (kind === "behind") expect(expected.error?.lines, where).toBe(line);
      expect(records, where).toEqual(expected.records);
    }
    kinds[kind]++;
  }
  expect(Object.values(kinds).every((count) => count > 400)).toBe(true);
});

test("numbers are those of Number(text), bit for bit", () => {
  const random = randomStream(7);
  const texts = ["0", "-0", "+5", ".5", "5.", "-.5e3", "1e22", "1e23", "007", "1e400", "9007199254740993"];
  texts.push(".", "-", "+", "e5", "1e", "1.2.3", "1_0", "Infinity", "-Infinity", "12a", "1 2", "--1", "٣");
  for (let k = 0; k < 20_000; k++) {
    const digits = (most: number) => Array.from({ length: random.integer(most) }, () => random.integer(10)).join("");
    const exponent = random.integer(4) === 0 ? `e${random.integer(60) - 30}` : "";
    texts.push(`${pick(random, ["", "-", "+"])}${digits(12)}${pick(random, [".", ""])}${digits(14)}${exponent}`);
    texts.push(String((random.uniform() - 0.5) * 10 ** (random.integer(40) - 20)));
  }
  const wrong = texts.filter((text) => {
    const bytes = Buffer.from(`,${text},`);
    const value = Number(text);
    const expected = text !== "" && Number.isFinite(value) ? value : Number.NaN;
    return !Object.is(numberOf(bytes, 1, bytes.length - 1), expected);
  });
  expect(wrong).toEqual([]);
});

test("dates are those of parseTime, or left to it", () => {
  const random = randomStream(8);
  const dateOf = createDateReader();
  const wrong: string[] = [];
  let read = 0;
  for (let k = 0; k < 20_000; k++) {
    const two = (below: number) => String(random.integer(below)).padStart(2, "0");
    const day = `20${two(30)}-${two(14)}-${two(34)}`;
    const text = pick(random, [
      day,
      `${day}T${two(26)}:${two(62)}:${two(62)}`,
      `${day} ${two(24)}:${two(60)}:${two(60)}Z`,
    ]);
    const bytes = Buffer.from(`,${text},`);
    const seconds = dateOf(bytes, 1, bytes.length - 1);
    if (Number.isNaN(seconds)) continue;
    read++;
    const time = parseTime(text);
    if (!time?.calendar || time.seconds !== seconds) wrong.push(text);
  }
  expect(wrong).toEqual([]);
  expect(read).toBeGreaterThan(5000);
});
