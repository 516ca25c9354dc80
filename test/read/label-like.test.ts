import { expect, test } from "vitest";
import { someOf } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import { readEntityLabels } from "../../src/read/side-table.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { fileOf } from "./temporary.js";

/** Events of eight entities with a column `y` of its own. */
const notesOf = async (y: (entity: number, event: number) => number | string, options: DataOptions = {}) => {
  const rows = Array.from({ length: 32 }, (_, k) => `e${k % 8},${k},${(k * 7) % 5},${y(k % 8, k)}\n`);
  const input = fileOf("a.csv", `who,when,x,y\n${rows.join("")}`);
  return (await readSource(input, { entity: "who", time: "when", ...options })).notes;
};
const ASKED = /column "y" is read as a channel.*is it a label\?.*`label: "y"`/;

test("a channel of two values, one per entity, may be a label: it is asked once", async () => {
  for (const y of [(e: number) => e % 2, (e: number) => (e < 3 ? "ok" : "bad"), (e: number) => (e < 6 ? 1 : "")]) {
    const told = (await notesOf(y)).filter((note) => ASKED.test(note));
    expect(told).toHaveLength(y(7) === "" ? 0 : 1);
  }
});

test("it is not asked of another column, nor where it was decided", async () => {
  const label = (e: number) => e % 2;
  expect((await notesOf((e) => e % 3)).join()).not.toMatch(ASKED); // three values
  expect((await notesOf((_, k) => (k >> 3) % 2)).join()).not.toMatch(ASKED); // changes inside
  expect((await notesOf(() => 1)).join()).not.toMatch(ASKED);
  for (const options of [
    { label: "y" },
    { static: ["y"] },
    { numeric: ["y"] },
    { channels: ["x", "y"] },
    { drop: ["y"] },
  ])
    expect((await notesOf(label, options)).join()).not.toMatch(ASKED);
});

test("a message about a label inside an entity names the option", async () => {
  await expect(notesOf((_, k) => k % 3, { label: "y" })).rejects.toThrow(/give a window.*\(`window: 20`\)/);
});

test("dots stand for two names at least", async () => {
  expect(someOf(["a", "b", "c", "d"])).toBe("a, b, c, d");
  expect(someOf(["a", "b", "c", "d", "e"])).toBe("a, b, c, ...");
  const labels = fileOf("y.csv", "who,y\na,1\nb,1\nc,0\nd,0\ne,1\n");
  const read = await readEntityLabels({ labels });
  read.cell("y", "e");
  expect(read.notes().join()).toMatch(/4 of its 5 entities are not in the data \(a, b, c, d\)/);
});
