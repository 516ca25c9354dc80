import { expect, test } from "vitest";
import { DataError } from "../../src/errors.js";
import { readLong } from "../../src/read/layouts/long.js";
import { readWide } from "../../src/read/layouts/wide.js";
import { readSource } from "../../src/read/read.js";
import type { Layout } from "../../src/read/source/format.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { Piece } from "../../src/read/source/piece.js";
import type { Column, Table, TableChunk } from "../../src/read/source/table.js";
import { cutAll, type Sequences } from "../../src/sequences/set/windowed-set.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

const DAY = Date.UTC(2024, 2, 1) / 1000;
const numbers = (...values: number[]): Column => ({ kind: "numbers", values: Float64Array.from(values) });
const dates = (...hours: number[]): Column => ({
  kind: "dates",
  values: Float64Array.from(hours, (hour) => DAY + 3600 * hour),
});
const texts = (...values: string[]): Column => ({ kind: "texts", values });

/** A table of typed columns in chunks, as a binary format gives one. */
function tableOf(names: readonly string[], ...chunks: Column[][]): Table {
  async function* read(): AsyncGenerator<TableChunk> {
    let first = 1;
    for (const columns of chunks) {
      const rows = Array.from({ length: columns[0].values.length }, (_, r) => first + r);
      first += rows.length;
      yield { rows, width: columns.length, column: (c) => columns[c] };
    }
  }
  return { path: "a.table", names, chunks: read() };
}

async function read(layout: Layout<Sequences>, table: Table, options: DataOptions): Promise<Piece> {
  const size = { idPrefix: "", mostSteps: Number.POSITIVE_INFINITY };
  let whole: Piece<Sequences> | undefined;
  const notes = await layout(table, options, size, async (part) => {
    whole = part;
  });
  return { ...whole!, set: cutAll(whole!.set), notes };
}

const names = ["who", "when", "amount", "code", "fraud"];
const chunks = [
  [numbers(7, 7, 11), dates(2, 1, 0), numbers(5, Number.NaN, 0.1), texts("12", "NA", ""), numbers(0, 1, 0)],
  [numbers(7, 11), dates(4, 1.5), numbers(1e9, 3), texts("12", "13"), numbers(1, Number.NaN)],
];
const roles = { entity: "who", time: "when", label: "fraud" };

test("a long table of typed columns is the CSV with the same cells", async () => {
  const part = await read(readLong, tableOf(names, ...chunks), { ...roles, window: 2, amount: "amount" });
  const rows = [
    "7,2024-03-01T02:00:00,5,k12,0",
    "7,2024-03-01T01:00:00,,kNA,1",
    "11,2024-03-01T00:00:00,0.1,,0",
    "7,2024-03-01T04:00:00,1e9,k12,1",
    "11,2024-03-01T01:30:00,3,k13,",
  ];
  const path = fileOf("a.csv", `${names.join(",")}\n${rows.join("\n")}\n`);
  const { train, events, notes } = await readSource(path, { ...roles, window: 2, amount: "amount" });
  const { labels, classNames, channels, ...set } = train;
  expect(part.set).toMatchObject(set);
  expect(part.labelTexts).toEqual(Array.from(labels!, (label) => classNames![label]));
  expect(part.events).toEqual(events);
  expect(part.notes).toEqual(notes);
  expect(part.set.channels[1]).toEqual({ name: "code", kind: "categorical", vocabulary: ["12", "NA", "13"] });
  expect(channels[1].vocabulary).toEqual(["k12", "kNA", "k13"]);
});

test("a wide table of typed columns; the names are never a row", async () => {
  const columns = [texts("up", ""), numbers(1, 4), numbers(Number.NaN, 5), numbers(3, Number.NaN)];
  const part = await read(readWide, tableOf(["label", "1", "2", "3"], columns), {});
  expect(cellsOf(part.set)).toEqual([
    [[1], [null], [3]],
    [[4], [5]],
  ]);
  expect(part.labelTexts).toEqual(["up", undefined]);
});

test("what does not fit is named by row and column", async () => {
  const failure = (layout: Layout<Sequences>, options: DataOptions, ...columns: Column[]) =>
    read(layout, tableOf(names.slice(0, columns.length), columns), options).catch((error) => error);
  const who = numbers(1, 1);
  const infinite = await failure(readLong, { entity: "who" }, who, numbers(1, 1e39));
  expect(infinite).toBeInstanceOf(DataError);
  expect(infinite.message).toMatch(/a\.table, row 2, column "when": got "1e\+39", expected a number/);
  const owner = await failure(readLong, { entity: "who" }, numbers(1, Number.NaN), who);
  expect(owner.message).toMatch(/row 2, column "who": got "NaN", expected the entity/);
  const time = await failure(readLong, roles, who, dates(1, Number.NaN), who, who, who);
  expect(time.message).toMatch(/row 2, column "when": got "NaN", expected an ISO date as above/);
  const word = await failure(readWide, {}, who, texts("1", "x"));
  expect(word.message).toMatch(/row 1, column "when": got "1", expected a number/);
  for (const [layout, options] of [[readLong, roles] as const, [readWide, {}] as const])
    await expect(read(layout, tableOf(names), options)).rejects.toThrow(/header and nothing below/);
});
