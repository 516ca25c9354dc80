import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readInPieces, readSource } from "../../src/read/read.js";
import { readHistory } from "../../src/read/read-history.js";
import { scanTable } from "../../src/read/scan-table.js";
import type { ReadProgress } from "../../src/read/source/watch.js";
import { folderOf } from "./temporary.js";

const ROWS = 30_013; // several chunks
const HEADER = 1; // a line of names is counted, too
const lines = Array.from({ length: ROWS }, (_, n) => `e${n % 13},${n},${Math.sin(n)}\n`);
const folder = folderOf("progress", { "a.csv": `who,when,v\n${lines.join("")}`, "b.csv": "who,when,v\nz,1,2\n" });
const [a, b, packed] = ["a.csv", "b.csv", "a.csv.gz"].map((name) => join(folder, name));
writeFileSync(packed, gzipSync(`who,when,v\n${lines.join("")}`));
const options = { entity: "who", time: "when" };
const channels = [{ name: "v", kind: "numeric" as const }];

/** @param rows in all; what was told is never less than before */
function expectTold(told: readonly ReadProgress[], rows: number, known = true): void {
  expect(told.length).toBeGreaterThan(2);
  expect(told.at(-1)).toEqual({ rows, ...(known && { share: 1 }) });
  for (const [k, { rows, share = 0 }] of told.slice(1).entries()) {
    expect(rows).toBeGreaterThan(told[k].rows);
    expect(share).toBeGreaterThanOrEqual(told[k].share ?? 0);
  }
  if (known) expect(told[0].share).toBeGreaterThan(0);
}

test("reading tells its rows and its share of the bytes: a file, packed, several, whole or in pieces, for a scan", async () => {
  const told: ReadProgress[] = [];
  const onRead = (progress: ReadProgress) => void told.push(progress);
  for (const [input, rows] of [
    [a, ROWS],
    [packed, ROWS],
    [[a, b], ROWS + 1],
  ] as const) {
    await readSource(input, options, { onRead });
    expectTold(told.splice(0), rows + (typeof input === "string" ? 1 : 2) * HEADER);
  }
  for (const sortIn of [undefined, folder]) {
    await readInPieces(a, options, { mostSteps: 1000, channels, sortIn, onRead }, async () => {});
    expectTold(told.splice(0), ROWS + HEADER);
  }
  await scanTable(a, options, { onRead });
  expect(told[0].share).toBeLessThan(1);
  expectTold(told.splice(0), ROWS + HEADER);
  await readHistory(a, { ...options, window: 5 }, channels, undefined, onRead);
  expectTold(told.splice(0), ROWS + HEADER);
});

test("the bytes of a query are not known", async () => {
  const told: ReadProgress[] = [];
  const sql = `from '${a}' order by v`;
  await readSource("duckdb:", { ...options, sql }, { onRead: (progress) => void told.push(progress) });
  expectTold(told, ROWS, false);
});

test("a hook that throws is no fault of the file", async () => {
  const onRead = () => {
    throw new Error("enough");
  };
  await expect(readSource(a, options, { onRead })).rejects.toThrow(/^enough$/);
  await expect(readInPieces(a, options, { mostSteps: 9, channels, onRead }, async () => {})).rejects.toThrow(
    /^enough$/,
  );
});
