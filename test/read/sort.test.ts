import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { createRowRuns } from "../../src/read/layouts/sorted/row-runs.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { Piece } from "../../src/read/source/piece.js";
import { concatSequences } from "../../src/sequences/set/concat.js";
import type { DataSource, SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { csvOf, someEvents } from "./databases.js";
import { fileOf, folderOf } from "./temporary.js";

const ROLES: DataOptions = { entity: "machine", time: "moment", label: "failed", drop: ["day"] };
const events = someEvents(3001, 8);

async function sorted(path: string, options: DataOptions, { train }: DataSource, mostSteps = 700) {
  const sortIn = folderOf("sorting", {});
  const pieces: Piece[] = [];
  const reading = { mostSteps, channels: train.channels, sortIn };
  const notes = await readInPieces(path, options, reading, async (piece) => void pieces.push(piece));
  expect(readdirSync(sortIn)).toEqual([]);
  const set = pieces.map((piece) => piece.set).reduce((all, next) => concatSequences(all, next));
  return { set, labelTexts: pieces.flatMap(({ labelTexts }) => labelTexts ?? []), notes, pieces: pieces.length };
}

const compared = ({ labels, classNames, statics, ...set }: SequenceSet) => set;

test("a scattered table, sorted and read in pieces, is the table read whole: values, order, names, labels", async () => {
  const path = fileOf("events.csv", csvOf(events));
  for (const options of [
    ROLES,
    { ...ROLES, window: 4 },
    { ...ROLES, category: ["cycles"] },
    { ...ROLES, missing: ["ok", "0"] },
    { ...ROLES, window: 3, amount: "price", secondEntity: "state", drop: [] },
  ]) {
    const whole = await readSource(path, options);
    const { set, labelTexts, pieces } = await sorted(path, options, whole);
    expect(compared(set)).toEqual(compared(whole.train));
    expect(labelTexts).toEqual(Array.from(whole.train.labels!, (label) => whole.train.classNames![label]));
    expect(pieces).toBeGreaterThan(3);
  }
});

test("typed columns and several files, too", async () => {
  const lines = csvOf(events).trimEnd().split("\n");
  const folder = folderOf("days", {
    "a.csv": `${lines.slice(0, 1500).join("\n")}\n`,
    "b.csv": `${[lines[0], ...lines.slice(1500)].join("\n")}\n`,
  });
  const json = lines.slice(1, 500).map((line) => {
    const [machine, moment, day, pressure] = line.split(",");
    return JSON.stringify({ machine, moment, day, pressure: pressure === "" ? null : Number(pressure), failed: 1 });
  });
  for (const path of [folder, fileOf("events.jsonl", json.join("\n"))]) {
    const whole = await readSource(path, ROLES);
    const { set } = await sorted(path, ROLES, whole, 100);
    expect(compared(set)).toEqual(compared(whole.train));
  }
});

test("messages and notes name the rows of the file", async () => {
  const path = fileOf("a.csv", "e,t,v\na,1,1\nb,1,5\na,0,2\nb,2,x\nc,1,3\n");
  const channels = [{ name: "v", kind: "numeric" as const }];
  const read = (options: DataOptions) =>
    readInPieces(
      path,
      { entity: "e", time: "t", ...options },
      { mostSteps: 1, channels, sortIn: folderOf("s", {}) },
      async () => {},
    );
  await expect(read({})).rejects.toThrow(/a\.csv, row 5, column "v": got "x"/);
  expect(await read({ missing: ["x"] })).toContain(
    "1 rows were earlier than one before them of the same entity; sorted by time.",
  );
  await expect(read({ entity: undefined, time: undefined })).rejects.toThrow(
    /`sort` and a table with one sequence per row/,
  );
});

test("an aborted sort ends with the reason of the signal and leaves no file", async () => {
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  const path = fileOf("events.csv", csvOf(events));
  const sortIn = folderOf("sorting", {});
  const { channels } = (await readSource(path, ROLES)).train;
  const reading = { mostSteps: 100, channels, sortIn, signal: stop.signal };
  await expect(readInPieces(path, ROLES, reading, async () => {})).rejects.toThrow("enough");
  expect(readdirSync(sortIn)).toEqual([]);
});

test("runs give back what a sort in memory gives, with more texts than are kept and cells of each kind", () => {
  const random = xoroshiro128plus(3);
  const draw = (below: number) => (random.next() >>> 0) % below;
  const folder = join(folderOf("runs", {}), "files");
  mkdirSync(folder);
  const N = 100_003;
  const runs = createRowRuns(folder, [false, true, true], 30_011);
  const all: { code: number; row: number; text: string; number: number; cell: string | number }[] = [];
  let most = 0;
  for (let begin = 0; begin < N; begin += 7919) {
    const some = Array.from({ length: Math.min(7919, N - begin) }, (_, k) => {
      const code = Math.min(most, draw(5000));
      most = Math.max(most, code + 1);
      const text = `täxt ${draw(90_000)}`;
      return {
        code,
        row: begin + k + 1,
        text,
        number: draw(1e6) / 7,
        cell: draw(3) === 0 ? `n/a ${draw(9)}` : draw(1e6) / 3,
      };
    });
    all.push(...some);
    runs.add(
      [
        { kind: "texts", values: some.map(({ text }) => text) },
        { kind: "numbers", values: Float64Array.from(some, ({ number }) => number) },
        {
          kind: "cells",
          values: some.map(({ cell }) => String(cell)),
          numbers: Float64Array.from(some, ({ cell }) => (typeof cell === "number" ? cell : Number.NaN)),
        },
      ],
      Int32Array.from(some, ({ code }) => code),
      some.map(({ row }) => row),
    );
  }
  const counts = runs.end();
  all.sort((a, b) => a.code - b.code || a.row - b.row);
  let at = 0;
  for (let from = 0, to = 0; from < counts.length; from = to) {
    to = Math.min(counts.length, from + 1 + draw(700));
    const { rows, columns } = runs.read(from, to);
    const expected = all.slice(at, (at += rows.length));
    expect(rows).toEqual(Float64Array.from(expected, ({ row }) => row));
    expect(columns[0].values).toEqual(expected.map(({ text }) => text));
    expect(columns[1].values).toEqual(Float64Array.from(expected, ({ number }) => number));
    expect(columns[2].values).toEqual(expected.map(({ cell }) => String(cell)));
    expect(columns[2]).toHaveProperty(
      "numbers",
      Float64Array.from(expected, ({ cell }) => (typeof cell === "number" ? cell : Number.NaN)),
    );
  }
  expect(at).toBe(N);
  runs.close();
  expect(readdirSync(folder)).toEqual([]);
});
