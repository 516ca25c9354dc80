import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { fitFile } from "../../src/features/fit-file.js";
import { heldBytes, holdingAdvice, sortBy } from "../../src/read/layouts/long/scattered.js";
import { readSequences } from "../../src/read/read.js";
import { fileOf, folderOf } from "./temporary.js";

const ADVICE = sortBy("who", 1, ";");

test("sorting is advised by the memory that the rows took, not by their number", () => {
  expect(holdingAdvice(199e6, ADVICE)).toBe("");
  expect(holdingAdvice(412e6, ADVICE)).toBe(
    ` Its rows took about 412 MB of memory at once. Sorted, it is read in pieces, in less. ${ADVICE}`,
  );
  expect(ADVICE).toMatch(/^Give `sort`, or sort .* by "who", for example with: sort -s -t';' -k2,2 /);
});

test("what is held grows with channels and steps; windows that are not cut take no more than their places", async () => {
  const table = (channels: number) => {
    const names = Array.from({ length: channels }, (_, c) => `v${c}`);
    const rows = Array.from({ length: 5000 }, (_, n) => `e${n % 7},${n},${names.map((_, c) => (n * 7 + c) % 11)}\n`);
    return fileOf("a.csv", `who,when,${names}\n${rows.join("")}`);
  };
  const held = async (channels: number, window?: number) =>
    heldBytes(
      (await readSequences(table(channels), { entity: "who", time: "when", window, timeChannels: false })).train,
    );
  // a value is 4 bytes, as it came and in its sequence; a row has its time (8) and its entity (4) besides
  expect(await held(3)).toBe(5000 * 2 * (3 * 4 + 8 + 4) + 7 * 40);
  expect(await held(13)).toBe(5000 * 2 * (13 * 4 + 8 + 4) + 7 * 40);
  expect((await held(13, 50)) - (await held(13))).toBe((5000 - 7) * 40);
});

test("where blocks promise a bound of memory, a note of any size names `sort`, which keeps to it", async () => {
  const rows = Array.from({ length: 400 }, (_, n) => `e${n % 40},${n},${(n * 7) % 11}\n`);
  const path = fileOf("s.csv", `who,when,x\n${rows.join("")}`);
  const output = join(folderOf("models", {}), "m.undertone");
  const engine = await loadEngine();
  const notesOf = async (blockSteps: number | undefined, sort?: boolean) => {
    const notes: string[] = [];
    const reading = { entity: "who", time: "when" };
    const quick = { units: 2, threads: 0, train: { updates: 2, batchSize: 4 } };
    await fitFile(engine, path, output, { reading, ...quick, blockSteps, sort, onNote: (note) => notes.push(note) });
    return notes.join("\n");
  };
  expect(await notesOf(100)).toMatch(
    /"e0" again, after rows of others, so the file was read whole\. So more steps were in memory at once than `blockSteps` allows \(about 1 MB\): `sort` keeps to it\. Give `sort`, or sort the rows/,
  );
  for (const [blockSteps, sort] of [
    [100, true],
    [1000, undefined],
    [undefined, undefined],
  ] as const)
    expect(await notesOf(blockSteps, sort)).not.toMatch(/`sort`/);
});
