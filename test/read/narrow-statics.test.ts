import { expect, test } from "vitest";
import { readSource } from "../../src/read/read.js";
import { fileOf } from "./temporary.js";

const HEAD = "id,t,what,value\n";
const read = (rows: string) =>
  readSource(fileOf("n.csv", HEAD + rows), { entity: "id", time: "t", variable: "what", static: ["age", "sex"] });

test("another value of a static variable at the same time is told: how many entities, and the first", async () => {
  const rows = ["a,0,age,61", "a,0,age,61", "a,0,age,61.0", "b,0,age,50", "b,0,age,54", "c,0,age,7", "c,0,age,8"];
  const { train, notes } = await read([...rows, "a,0,sex,1", "a,0,hr,70", "b,1,hr,80", ""].join("\n"));
  expect([...train.statics!.values].filter((_, k) => k % 2 === 0)).toEqual([61, 54, 8]);
  const told = notes.filter((note) => note.includes("static variable"));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(
    /2 entities have several values of static variable "age" at the same time \("b" has "50" in row 5 and "54" in row 6\); the later row counts/,
  );
});

test("the same value again is none of them; another one at another time is refused", async () => {
  const { notes } = await read("a,0,age,61\na,0,age,61\na,0,hr,70\n");
  expect(notes.join()).not.toMatch(/static variable/);
  await expect(read("a,0,age,61\na,1,age,62\na,0,hr,70\n")).rejects.toThrow(/row 3, static column "age": got "62"/);
});
