import { describe, expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { countOf } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "./temporary.js";

const rows = (count: number, of: (k: number) => (string | number)[]) =>
  Array.from({ length: count }, (_, k) => of(k).join(",")).join("\n");
const failure = (text: string): Promise<string> =>
  readSource(fileOf("a.csv", text)).then(
    () => "read",
    (error: Error) => error.message,
  );

describe("a table of one step per row is not taken for one sequence per row", () => {
  test("its columns have names of things", async () => {
    const message = await failure(`time,acc_x,acc_y\n${rows(27, (k) => [k, k / 2, -k])}\n`);
    expect(message).toMatch(/"time", "acc_x", "acc_y".*`oneEntity` `time: "time"`.*`wide`/s);
    expect(await failure(`value\n${rows(9, (k) => [k])}\n`)).toMatch(/no value columns.*`oneEntity`/);
  });

  test("a column of them is a time, or holds texts", async () => {
    expect(await failure(`time,x,y,z\n${rows(27, (k) => [k, k / 2, -k, 1])}\n`)).toMatch(/`oneEntity` `time: "time"`/);
    const dated = `who,date,amount\n${rows(20, (k) => [k % 3 ? "ann" : "bob", `2024-01-${10 + k}`, k])}\n`;
    expect(await failure(dated)).toMatch(
      /row 2, column "who": got "bob", expected a number.*`oneEntity` `time: "date"`/,
    );
  });

  test("a rare label that repeats is not advised as the entity", async () => {
    const text = `payment_id,customer,day,fraud\n${rows(60, (k) => [k, k % 7, k / 2, k === 40 ? 1 : 0])}\n`;
    expect(await failure(text)).toMatch(/Read it with `entity: "customer"`/);
    const none = `load,wear,fault\n${rows(60, (k) => [Math.sin(k), Math.cos(k), k > 40 ? 1 : 0])}\n`;
    expect(await failure(none)).toMatch(/Name the column that says whose step it is/);
  });

  test("its first column repeats, however the others are called", async () => {
    const text = `unit,cycle,s1,s2,s3\n${rows(40, (k) => [1 + Math.floor(k / 10), 1 + (k % 10), k, -k, 0])}\n`;
    expect(await failure(text)).toMatch(/Read it with `entity: "unit"` `time: "cycle"`/);
    const bare = `unit,s1,s2,s3\n${rows(40, (k) => [1 + Math.floor(k / 10), k, -k, 0])}\n`;
    expect(await failure(bare)).toMatch(/the same value in row after row of column "unit".*`entity: "unit"`/);
    const read = await readSource(fileOf("a.csv", text), { entity: "unit", time: "cycle" });
    expect(countOf(read.train)).toBe(4);
  });

  test("without a header: the second column counts inside each run of the first", async () => {
    const text = `${rows(40, (k) => [1 + Math.floor(k / 10), 1 + (k % 10), Math.sin(k), 7])}\n`;
    expect(await failure(text)).toMatch(/read it with `entity: "c1"` `time: "c2"`/);
    const tsv = fileOf("a.tsv", text.replaceAll(",", "\t"));
    await expect(readSource(tsv)).rejects.toThrow(/column 2.*Read it with `entity: "c1"` `time: "c2"`.*`wide`/);
    for (const file of [tsv, fileOf("a.csv", text)]) {
      const { train } = await readSource(file, { entity: "c1", time: "c2" });
      expect([countOf(train), train.channels.length]).toEqual([4, 2]);
    }
    expect(countOf((await readSource(tsv, { wide: true })).train)).toBe(40);
    const other = text.replaceAll(",", "\t").replace("\n3\t4\t", "\n3\t5\t"); // one row does not count
    expect(countOf((await readSource(fileOf("a.tsv", other))).train)).toBe(40);
  });

  test("it is read so on demand", async () => {
    const { train } = await readSource(fileOf("a.csv", "open,high\n1,2\n3,4\n"), { wide: true });
    expect([...train.values]).toEqual([1, 2, 3, 4]);
  });
});

describe("tables of one sequence per row raise no alarm", () => {
  const LABEL = (k: number) => (k < 10 ? "a" : "b"); // sorted by class
  test.each([
    ["counted steps", `label,0,1,2,3\n${rows(20, (k) => [LABEL(k), k, 1, 2, 3])}`],
    ["t0, t1", `label,t0,t1,t2\n${rows(20, (k) => [LABEL(k), 0, k, 1])}`],
    ["a first step that is always the same", `label,x1,x2,x3\n${rows(20, (k) => [LABEL(k), 0, 0, k])}`],
    ["a first column that is always the same", `label,base,x1,x2,x3\n${rows(20, (k) => [LABEL(k), 0, k, 1, k])}`],
    ["no header, sorted by class", rows(20, (k) => [k < 10 ? 1 : 2, Math.sin(k), k, 1])],
    ["months", `label,Jan,Feb,Mar,Apr\n${rows(20, (k) => [LABEL(k), k, 1, 2, 3])}`],
    ["days of a week", `label,Monday,Tuesday,Wed\n${rows(20, (k) => [LABEL(k), k, 1, 2])}`],
    ["dates", `label,2024-01,2024-02,2024-03\n${rows(20, (k) => [LABEL(k), k, 1, 2])}`],
    ["an identifier in front", `id,0,1,2\n${rows(20, (k) => [k, k, 1, 2])}`],
    ["letters", `label,u,v,w\n${rows(20, (k) => [LABEL(k), k, 1, 2])}`],
    ["one row", "label,t0,t1\na,1,2"],
  ])("%s", async (_, text) => {
    expect(await failure(`${text}\n`)).toBe("read");
  });
});
