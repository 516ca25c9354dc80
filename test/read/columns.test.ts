import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

/** A long table of one entity with these cells in the column x, quoted. */
const tableOf = (cells: readonly string[], name = "x") =>
  fileOf("a.csv", `id,${name}\n${cells.map((cell) => `a,"${cell}"\n`).join("")}`);
const roles = { entity: "id" };

async function column(cells: readonly string[], options: DataOptions = {}) {
  const { train, notes } = await readSource(tableOf(cells), { ...roles, ...options });
  return { ...train.channels[0], cells: cellsOf(train)[0].map(([cell]) => cell), notes };
}

async function failure(cells: readonly string[], options: DataOptions = {}, kind = DataError): Promise<string> {
  const error = await column(cells, options).then(
    () => new Error("expected a failure"),
    (error) => error,
  );
  expect(error).toBeInstanceOf(kind);
  return error.message;
}

describe("marks for a missing number", () => {
  test.each(["N/A", "None", "-", ".", "#N/A", "<NA>", "n/a", "\\N", "NIL"])(
    '"%s" among numbers is missing, and counted',
    async (mark) => {
      const { kind, cells, notes } = await column(["1", mark, "2.5", mark, "0"]);
      expect([kind, cells]).toEqual(["numeric", [1, null, 2.5, null, 0]]);
      expect(notes).toEqual([`Column "x": 2 cells "${mark}" count as missing (first in row 3), beside 3 numbers.`]);
    },
  );

  test("empty cells, ?, NaN, NA and null need no note", async () => {
    const { cells, notes } = await column(["2", "", "?", "NaN", "NA", "null", "1"]);
    expect([cells, notes]).toEqual([[2, null, null, null, null, null, 1], []]);
  });

  test("they are missing in a table of one sequence per row, too", async () => {
    const path = fileOf("a.csv", "label,t0,t1,t2\nup,1,N/A,3\ndown,-,5,6\n");
    const { train, notes } = await readSource(path);
    expect(cellsOf(train)).toEqual([
      [[1], [null], [3]],
      [[null], [5], [6]],
    ]);
    expect(notes).toEqual([`${path}: 1 cell "N/A", 1 "-" count as missing (first in row 2).`]);
  });

  test("among texts only the empty cell is missing; a mark is a name, with a note", async () => {
    const { vocabulary, cells, notes } = await column(["DE", "NA", "", "DE", "?", "NA"]);
    expect([vocabulary, cells]).toEqual([
      ["DE", "NA", "?"],
      [0, 1, null, 0, 2, 1],
    ]);
    expect(notes).toEqual([
      'Column "x" is of texts, and 2 cells "NA", 1 "?" are read as names; if that means missing, give `missing: ["NA", "?"]`.',
    ]);
  });

  test("`missing` says what is missing in every column", async () => {
    const missing = ["NA", "?", "-999"];
    const texts = await column(["DE", "NA", "", "DE", "?"], { missing });
    expect([texts.vocabulary, texts.cells, texts.notes]).toEqual([["DE"], [0, null, null, 0, null], []]);
    const numbers = await column(["1", "-999", "-999.0", "2", "?"], { missing });
    expect([numbers.cells, numbers.notes]).toEqual([[1, null, null, 2, null], []]);
    const path = fileOf("a.csv", "id,t0,t1\nNA,1,2\nup,-999,3\n");
    const { train } = await readSource(path, { label: "id", missing });
    expect([train.classNames, [...train.labels!]]).toEqual([["up"], [-1, 0]]);
    expect(cellsOf(train)[1]).toEqual([[null], [3]]);
  });

  test("an entity that is a mark among numbers is refused, among texts it is a name", async () => {
    const numbers = readSource(fileOf("a.csv", "id,x\n1,5\nNaN,6\n2,7\n"), roles);
    await expect(numbers).rejects.toThrow(/column "id": got "NaN" among numbers/);
    expect((await readSource(fileOf("a.csv", "id,x\nDE,5\nNA,6\n"), roles)).train.ids).toEqual(["DE", "NA"]);
    const missing = readSource(fileOf("a.csv", "id,x\nDE,5\nNA,6\n"), { ...roles, missing: ["NA"] });
    await expect(missing).rejects.toThrow(/row 3, column "id": got "NA", expected the entity/);
  });
});

describe("numbers in another notation", () => {
  test.each([
    [
      ["9,6", "25,25", "7"],
      'row 2, column "x": got "9,6" and 2 cells like it beside 1 plain numbers',
      "`decimalComma`",
    ],
    [["1,234", "2,519"], "a comma before three digits", '`thousands: ","`'],
    [["1,234.5", "2,519.25"], "commas between thousands", '`thousands: ","`'],
    [["1.234,5", "2.519,25"], "points between thousands", '`thousands: "."`'],
    [["1 234", "2 519"], "spaces between thousands", '`thousands: " "`'],
    [["1'234", "2'519.5"], "apostrophes between thousands", '`thousands: "\'"`'],
    [["1", "inf", "2", "-Infinity"], "infinite numbers", '`missing: ["inf"]`'],
    [["12 %", "15%"], "percentages", "Write the numbers without the sign"],
  ])("%s is refused with what reads it", async (cells, looks, advice) => {
    const message = await failure(cells);
    expect(message).toContain(looks);
    expect(message).toContain(advice);
    expect(message).toContain('`category: ["x"]`');
    expect((await column(cells, { category: ["x"] })).kind).toBe("categorical");
  });

  test.each<[DataOptions, string[], number[]]>([
    [{ decimalComma: true }, ["9,6", "-,5", "7", "1e3"], [9.6, -0.5, 7, 1000]],
    [{ decimalComma: true, thousands: "." }, ["1.234,5", "1.234.567", "9"], [1234.5, 1234567, 9]],
    [{ thousands: "," }, ["1,234.5", "-1,234,567", "9"], [1234.5, -1234567, 9]],
    [{ thousands: " " }, ["1 234", "1\u00a0234.5", "12\u202f345"], [1234, 1234.5, 12345]],
    [{ thousands: "'" }, ["1'234", "1\u2019234.5"], [1234, 1234.5]],
  ])("%o reads %o", async (options, cells, expected) => {
    const { kind, cells: read, notes } = await column([...cells, "1"], options);
    expect(kind).toBe("numeric");
    expect(read.slice(0, -1)).toEqual(expected.map(Math.fround));
    expect(notes).toEqual([]);
  });

  test("what does not fit the notation is refused, in every layout", async () => {
    expect(await failure(["1,5", "2.5", "1,5"], { decimalComma: true })).toMatch(/row 3, .*got "2.5".*decimal point/);
    expect(await failure(["1,234", "1,23", "1"], { thousands: "," })).toMatch(/got "1,23"/);
    expect(await failure(["1"], { thousands: "." }, OptionError)).toMatch(/without `decimalComma`/);
    expect(await failure(["1"], { thousands: ",", decimalComma: true }, OptionError)).toMatch(/two different signs/);
    const wide = fileOf("a.csv", 'label,t0,t1\nup,"0,5",1\n');
    await expect(readSource(wide)).rejects.toThrow(/row 2, column "t0": got "0,5".*`decimalComma` reads them/);
    expect(cellsOf((await readSource(wide, { decimalComma: true })).train)).toEqual([[[0.5], [1]]]);
  });

  test("pieces are read in the notation, too", async () => {
    const path = tableOf(["1.234,5", "N/A", "7"]);
    const channels = [{ name: "x", kind: "numeric" as const }];
    const options = { ...roles, decimalComma: true, thousands: "." as const };
    const read: unknown[] = [];
    const notes = await readInPieces(path, options, { mostSteps: 1, channels }, async ({ set }) => {
      read.push(...cellsOf(set));
    });
    expect(read).toEqual([[[1234.5], [null], [7]]]);
    expect(notes).toEqual(['Column "x": 1 cell "N/A" count as missing (first in row 3), beside 2 numbers.']);
  });

  test("a currency sign is left out, with a note; two currencies are refused", async () => {
    const { cells, notes } = await column(["$1.5", "-$2", "$ 3", "4"]);
    expect(cells).toEqual([1.5, -2, 3, 4]);
    expect(notes).toEqual(['Column "x": the sign "$" of 3 cells was left out.']);
    expect((await column(["1,50 €", "2 €"], { decimalComma: true })).cells).toEqual([1.5, 2]);
    expect(await failure(["$1", "$2", "3 €"])).toMatch(/row 4, column "x": got an amount in "€" below others in "\$"/);
    const path = fileOf("a.csv", "id,t,amount\na,1,$5\na,2,$6\n");
    const { events } = await readSource(path, { ...roles, time: "t", window: 2 });
    expect([...events!.amounts!]).toEqual([5, 6]);
  });

  test("a handful of texts among measurements is refused, with counts", async () => {
    const cells = Array.from({ length: 90 }, (_, i) => String(i / 4)).concat(new Array(10).fill("offline"));
    const message = await failure(cells);
    expect(message).toMatch(/row 92, column "x": got 10 cells "offline" among 90 numbers.*`missing: \["offline"\]`/);
    expect((await column(cells, { missing: ["offline"] })).cells.filter((cell) => cell === null)).toHaveLength(10);
  });
});

describe("what a column is", () => {
  test("`category` and `numeric` say it", async () => {
    const codes = await column(["5812", "5999", "5812", ""], { category: ["x"] });
    expect([codes.vocabulary, codes.cells]).toEqual([
      ["5812", "5999"],
      [0, 1, 0, null],
    ]);
    expect(await failure(["1", "b", "c", "d"], { numeric: ["x"] })).toMatch(
      /row 3, column "x": got "b", expected a number/,
    );
    expect((await column(["1", "b", "c"])).notes).toEqual([
      'Column "x" mixes numbers and texts (1 numbers, 1 cell "b", 1 "c"); it was read as categories.',
    ]);
  });

  test("names that are no channel, or stand in both, are refused", async () => {
    expect(await failure(["1"], { category: ["y"] }, OptionError)).toMatch(/no column "y"/);
    expect(await failure(["1"], { category: ["x"], numeric: ["x"] }, OptionError)).toMatch(/expected one of them/);
    expect(await failure(["1"], { numeric: ["id"] }, OptionError)).toMatch(/in another role/);
    const channels = [{ name: "x", kind: "numeric" as const }];
    const pieces = readInPieces(
      tableOf(["1"]),
      { ...roles, category: ["x"] },
      { mostSteps: 9, channels },
      async () => {},
    );
    await expect(pieces).rejects.toThrow(/"x" as categorical, expected numeric as in the model/);
  });

  test("a number that 32 bits make one is noted", async () => {
    const { notes } = await column(["1000000000.1", "1000000000.2", "1000000000.1"]);
    expect(notes).toEqual([expect.stringMatching(/one number in 32 bits/)]);
  });
});
