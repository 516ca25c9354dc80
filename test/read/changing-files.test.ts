import { appendFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { OptionError } from "../../src/errors.js";
import { fitFile } from "../../src/features/fit-file.js";
import { filesRead, readInPieces, readSource } from "../../src/read/read.js";
import { sourceFile } from "../../src/read/source/source-file.js";
import { fileOf, folderOf } from "./temporary.js";

const NONE = "duckdb:";
const channels = [{ name: "v", kind: "numeric" as const }];
/** So that its first piece comes before its end. */
const GROUPED = "e,t,v\na,1,1\na,2,1\nb,1,2\nb,2,2\nc,1,1\nc,2,3\n";
const LONG = `e,t,v\n${Array.from({ length: 200_000 }, (_, r) => `${Math.floor(r / 10)},${r},${r % 7}\n`).join("")}`;
const table = (rows: number, entities: number) =>
  `e,t,v\n${Array.from({ length: rows }, (_, r) => `${r % entities},${r},${r % 7}\n`).join("")}`;
let changes = 0;
const touch = (path: string) => utimesSync(path, new Date(), new Date(1e12 + 1000 * changes++));

/** Changes a file again and again, once something holds, until the work has ended. */
async function whileChanging(path: string, begin: () => boolean, work: () => Promise<unknown>): Promise<unknown> {
  const timer = setInterval(() => begin() && touch(path), 1);
  return work().finally(() => clearInterval(timer));
}

test("a CSV that changes while it is read in pieces is refused", async () => {
  const path = fileOf("a.csv", LONG);
  const read = (change: () => void) =>
    readInPieces(path, { entity: "e", time: "t" }, { mostSteps: 1000, channels }, async () => change());
  expect(await read(() => {})).toHaveLength(0);
  await expect(read(() => touch(path))).rejects.toThrow(
    /^\S*a\.csv: the file changed while it was read.*read it again/,
  );
  await expect(read(() => appendFileSync(path, "x,1,3\n"))).rejects.toThrow(/changed while it was read/);
});

test("so is a file that is read whole", async () => {
  const path = fileOf("a.ts", "x".repeat(50_000_000));
  const reading = whileChanging(
    path,
    () => true,
    () =>
      sourceFile(path)
        .whole()
        .then(({ length }) => length),
  );
  await expect(reading).rejects.toThrow(/changed while it was read/);
});

test("so is a table that changes while it is sorted, and nothing is left", async () => {
  const path = fileOf("a.csv", table(200_000, 997));
  const sortIn = folderOf("sorting", {});
  const sorting = whileChanging(
    path,
    () => readdirSync(sortIn).length > 0,
    () => readInPieces(path, { entity: "e", time: "t" }, { mostSteps: 1e5, channels, sortIn }, async () => {}),
  );
  await expect(sorting).rejects.toThrow(/a\.csv: the file changed while it was read/);
  expect(readdirSync(sortIn)).toEqual([]);
});

test("so is a file that a query comes to otherwise", async () => {
  const folder = folderOf("days", { "1.csv": GROUPED, "2.csv": GROUPED });
  const read = (sql: string, change: () => void) =>
    readInPieces(NONE, { entity: "e", time: "t", sql }, { mostSteps: 1, channels }, async () => change());
  for (const sql of [
    `from read_csv(concat('${folder}', '/1', '.csv')) order by e`,
    `from query('from ''${folder}/1.csv'' order by e')`,
    `select *, (select max(content) from read_text(concat('${folder}', '/*'))) as n from '${folder}/2.csv' order by e`,
  ]) {
    await read(sql, () => {});
    const changing = read(sql, () => touch(join(folder, "1.csv")));
    await expect(changing).rejects.toThrow(/^query: \S*1\.csv changed while the query read it.*ask again/);
  }
  const gone = read(`from read_csv(concat('${folder}', '/1', '.csv')) order by e`, () =>
    rmSync(join(folder, "1.csv"), { force: true }),
  );
  await expect(gone).rejects.toThrow(/1\.csv changed while the query read it/);
});

test("so is a file that a query reads, by its name or behind a glob", async () => {
  const folder = folderOf("days", { "1.csv": GROUPED, "2.csv": "e,t,v\nz,1,1\n" });
  const read = (sql: string, change: () => void) =>
    readInPieces(NONE, { entity: "e", time: "t", sql }, { mostSteps: 1, channels }, async () => change());
  for (const from of [`'${folder}/*.csv'`, `read_csv(['${folder}/1.csv'])`, `"${folder}/1.csv"`]) {
    await read(`from ${from} order by e`, () => {});
    const changing = read(`from ${from} order by e`, () => appendFileSync(join(folder, "1.csv"), "x,1,3\n"));
    await expect(changing).rejects.toThrow(/^query: \S*1\.csv changed while the query read it.*ask again/);
  }
  await read(`from '${folder}/2.csv' order by e`, () => touch(join(folder, "1.csv"))); // another file
});

test("a file that a query reads is never an output", async () => {
  const folder = folderOf("it's", { "1.csv": table(40, 4), "2.csv": table(40, 4) });
  const quoted = folder.replace("'", "''");
  const files = ["1.csv", "2.csv"].map((name) => join(folder, name));
  const sql = `select * from '${quoted}/*.csv' where e::varchar not in ('7', '[x') order by e, t`;
  expect((await filesRead(NONE, { sql })).sort()).toEqual(files);
  const fit = fitFile(await loadEngine(), NONE, files[0], { reading: { entity: "e", sql }, force: true });
  await expect(fit).rejects.toThrow(OptionError);
  writeFileSync(files[0], table(2, 1));
  expect((await readSource(NONE, { entity: "e", sql })).train.ids).toHaveLength(4);
});
