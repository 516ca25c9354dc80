import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { readInPieces } from "../../src/read/read.js";
import type { Piece } from "../../src/read/source/piece.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf } from "./temporary.js";

const NONE = "duckdb:";

test("columns of DuckDB are the same in every chunk: texts of all lengths, numbers and times with gaps", async () => {
  const total = 5000; // rows come 2048 at a time
  const text = (n: number) => (n % 11 === 3 ? "" : (n % 3 === 0 ? "é" : "x").repeat(n % 23) + n);
  const sql = `select n as e, case when n % 7 > 0 then n / 4 end as v, n % 5 = 1 as b,
    case when n % 11 = 3 then null else repeat(case when n % 3 = 0 then 'é' else 'x' end, (n % 23)::int) || n end as w
    from range(${total}) as r (n) order by n`;
  const channels = ["v", "b"].map((name) => ({ name, kind: "numeric" as const }));
  let found: Piece | undefined;
  const options = { entity: "e", channels: ["v", "b"], keep: ["w"], sql };
  await readInPieces(NONE, options, { mostSteps: 1e9, channels }, async (piece) => {
    found = piece as Piece<SequenceSet>;
  });
  const { set, kept } = found!;
  expect(kept?.[0].values).toEqual(Array.from({ length: total }, (_, n) => text(n)));
  const steps = 2 * total;
  const observed = Array.from(
    { length: steps },
    (_, k) => !set.observed || (set.observed[k >> 3] >> (k & 7)) % 2 === 1,
  );
  expect(observed).toEqual(Array.from({ length: steps }, (_, k) => k % 2 === 1 || (k >> 1) % 7 > 0));
  const values = Array.from({ length: steps }, (_, k) => (k % 2 ? Number((k >> 1) % 5 === 1) : (k >> 1) / 4));
  expect([...set.values].filter((_, k) => observed[k])).toEqual(values.filter((_, k) => observed[k]));
});

test("entities and categories of DuckDB are those of the file: runs, gaps, texts within and beyond an entry", async () => {
  const words = ["a", "ab", "abcdefg", "abcdefgh", "abcdefghijkl", "abcdefghijklm", "x".repeat(64), "x".repeat(65)];
  const kinds = [...words, ...words.map((word) => `${word}é`), "y".repeat(90), ""];
  const entities = kinds.filter((word) => word !== "");
  const rows = Array.from({ length: 5003 }, (_, r) => {
    const run = Math.floor(r / 37);
    return `${entities[run % entities.length]}${Math.floor(run / entities.length)},${kinds[(r * r) % kinds.length]},${r}`;
  });
  const file = fileOf("texts.csv", ["entity,kind,time", ...rows, ""].join("\n"));
  const vocabulary = kinds.filter((kind, k) => kind !== "" && k % 5 > 0); // the others are told of
  const channels = [{ name: "kind", kind: "categorical" as const, vocabulary }];
  const read = async (input: string, sql?: string) => {
    const pieces: Piece[] = [];
    const options = { entity: "entity", time: "time", ...(sql && { sql }) };
    const notes = await readInPieces(input, options, { mostSteps: 900, channels }, async (piece) => {
      pieces.push(piece as Piece<SequenceSet>);
    });
    return { sets: pieces.map(({ set }) => set), notes: notes.map((note) => note.replace(/row \d+/, "row N")) };
  };
  const fromFile = await read(file);
  expect(fromFile.sets.length).toBeGreaterThan(4);
  expect(await read(NONE, `from '${file}' order by time`)).toEqual(fromFile);
});

test("what DuckDB cannot hold it puts into files, which are gone at the end; too little memory is told", async () => {
  const place = mkdtempSync(join(tmpdir(), "undertone-spill-"));
  vi.stubEnv("TMPDIR", place).stubEnv("UNDERTONE_DUCKDB_MEMORY", "100MB");
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, readdirSync(place, { recursive: true }).length);
  }, 20);
  const from = "n as t, hash(n) % 1000 as v, repeat('x', 200) as w from range(500000) as t (n)";
  const channels = [{ name: "v", kind: "numeric" as const }];
  const read = async (sql: string) => {
    let rows = 0;
    await readInPieces(NONE, { entity: "e", channels: ["v"], sql }, { mostSteps: 1e9, channels }, async ({ set }) => {
      rows = set.values.length;
    });
    return rows;
  };
  try {
    expect(await read(`select n % 3 as e, ${from} order by v, w, n`)).toBe(500_000);
    expect(most).toBeGreaterThan(1); // more than its empty folder
    vi.stubEnv("UNDERTONE_DUCKDB_MEMORY", "20MB");
    await expect(read(`select n % 3 as e, ${from} order by v, w, n`)).rejects.toThrow(/UNDERTONE_DUCKDB_MEMORY=2GB/);
    expect(readdirSync(place)).toEqual([]);
  } finally {
    clearInterval(watch);
    vi.unstubAllEnvs();
  }
});
