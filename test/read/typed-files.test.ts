import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.js";
import { openArrow } from "../../src/read/formats/arrow/table.js";
import { openParquet } from "../../src/read/formats/parquet/table.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import { sourceFile } from "../../src/read/source/source-file.js";
import { cellsOf } from "../sequences/set/make-set.js";
import { fileOf } from "./temporary.js";

/** Files of pyarrow: see test/golden/tables.py. */
const golden = fileURLToPath(new URL("../golden/tables/", import.meta.url));
/** 1,700,000,000.123456789 s, as exact as a double is. */
const NANOSECONDS = 1_700_000_000 + 0.123456789;
const roles = { entity: "who", time: "when", label: "fraud", window: 3 };

const PARQUET = ["none", "snappy", "gzip", "brotli", "zstd", "lz4"].map((codec) => `${codec}.parquet`);
const EVENTS = [...PARQUET, "events.arrow", "events.arrows", "lz4.feather", "zstd.feather"];

describe.each(EVENTS)("%s", (name) => {
  test("gives the sequences of the CSV with the same cells, bit for bit", async () => {
    const { files, name: _, ...csv } = await readSource(join(golden, "events.csv"), roles);
    const { files: own, name: __, ...typed } = await readSource(join(golden, name), roles);
    expect(typed).toEqual(csv);
    expect(own[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(own[0].sha256).not.toBe(files[0].sha256);
  });

  test("comes in pieces of whole entities, across row groups", async () => {
    const { train } = await readSource(join(golden, name), roles);
    const ids: string[] = [];
    const pieces = { mostSteps: 10, channels: train.channels };
    let count = 0;
    await readInPieces(join(golden, name), roles, pieces, async ({ set }) => {
      count++;
      ids.push(...set.ids);
    });
    expect(ids).toEqual(train.ids);
    expect(count).toBe(5);
  });
});

describe.each(["care.parquet", "care.arrow"])("types that need care: %s", (name) => {
  const of = (...channels: string[]) => readSource(join(golden, name), { entity: "seconds", channels });

  test("dates, times of the day, decimals and halves are numbers, and missing cells missing", async () => {
    const { train } = await of("day", "ms", "clock", "wide", "half");
    const first = [1709164800, 1700000000.123, 3600.0005, 12345678.901, 0.5].map(Math.fround);
    expect(cellsOf(train)).toEqual([[first], [[null, null, null, Math.fround(-0.3), null]]]);
    expect(train.ids).toEqual(["2023-11-14T22:13:20.000Z", "1969-12-31T23:59:59.000Z"]);
  });

  test("nanoseconds keep what a double holds", async () => {
    const path = join(golden, name);
    const { chunks, names } = await (name.endsWith("w") ? openArrow : openParquet)(sourceFile(path));
    for await (const chunk of chunks) expect(chunk.column(names!.indexOf("ns")).values[0]).toBe(NANOSECONDS);
  });

  test("whole numbers beyond 2^53 are texts where the file tells it, else refused with their row", async () => {
    if (name === "care.arrow") {
      const message = /row 1, column "account": got 9007199254740993, expected whole numbers up to 2\^53/;
      await expect(of("account")).rejects.toThrow(message);
      return;
    }
    const { train } = await of("account", "half");
    expect(train.channels[0]).toEqual({ name: "account", kind: "numeric" });
    const byName = await readSource(join(golden, name), { entity: "account", channels: ["half"] }).catch((e) => e);
    expect(byName.message).toMatch(/row 2, column "account": got "", expected the entity/);
  });

  test.each([
    ["list", /column "list": got lists.* in its cells, expected one number.*`drop`/],
    ["record", /column "record": got lists.* in its cells/],
    ["bytes", /column "bytes": got .*bytes.*, expected .*text/],
  ])("%s is refused where it is used", async (column, message) => {
    const error = await of(column).catch((cause) => cause);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  });
});

test("Parquet: a whole number beyond 2^53 that nothing announced is refused with its row", async () => {
  const error = await readSource(join(golden, "no-statistics.parquet"), { entity: "half" }).catch((cause) => cause);
  expect(error.message).toMatch(/row 1, column "account": got 9007199254740993, expected whole numbers up to 2\^53/);
});

test("Parquet: old time stamps (INT96)", async () => {
  const path = join(golden, "int96.parquet");
  const { chunks } = await openParquet(sourceFile(path));
  for await (const chunk of chunks) expect([...chunk.column(0).values]).toEqual([NANOSECONDS, Number.NaN]);
});

const none = readFileSync(join(golden, "none.parquet"));
const refusal = (name: string, bytes: Uint8Array) =>
  readSource(fileOf(name, bytes), roles).catch((cause) => cause.message);

test("Parquet: what is none, is cut off or encrypted says so", async () => {
  expect(await refusal("a.parquet", Buffer.from("who,when\n"))).toMatch(/does not begin as Parquet does/);
  expect(await refusal("a.parquet", none.subarray(0, -20))).toMatch(/does not end as Parquet does.*cut off/);
  expect(await refusal("a.parquet", Buffer.concat([none.subarray(0, -4), Buffer.from("PARE")]))).toMatch(/encrypted/);
  expect(await refusal("a.parquet.gz", gzipSync(none.subarray(100)))).toMatch(/does not begin/);
});

const stream = readFileSync(join(golden, "events.arrows"));

test("Arrow: what is none, is cut off or of version 1 says so", async () => {
  expect(await refusal("a.arrow", Buffer.from("who,when\n"))).toMatch(/does not begin as Arrow does/);
  expect(await refusal("a.feather", Buffer.from("FEA1, of old"))).toMatch(/Feather version 1/);
  for (const size of [stream.length - 8, stream.length - 3, stream.length - 700, 30])
    expect(await refusal("a.arrows", stream.subarray(0, size))).toMatch(/ends without its end mark.*cut off/);
  const file = readFileSync(join(golden, "events.arrow"));
  const ended = Buffer.concat([stream.subarray(0, 1000), Buffer.alloc(8), stream.subarray(1000)]); // a mark too early
  expect(await refusal("a.arrows", ended)).toMatch(/not readable as Arrow/);
  expect(await refusal("a.arrow", file.subarray(0, -2))).toMatch(/ends without its end mark/);
});

test("Parquet: a file that changes while it is read is refused", async () => {
  const path = fileOf("a.parquet", none);
  const pieces = { mostSteps: 1, channels: [{ name: "double", kind: "numeric" as const }] };
  const reading = { entity: "who", channels: ["double"] };
  const change = async () => utimesSync(path, new Date(), new Date(1e9));
  await expect(readInPieces(path, reading, pieces, change)).rejects.toThrow(/changed while it was read/);
  const cut = async () => writeFileSync(path, none.subarray(0, 2000));
  writeFileSync(path, none);
  await expect(readInPieces(path, reading, pieces, cut)).rejects.toThrow(/changed while it was read/);
});

test("the index that pandas writes is no step and no channel, unless it is asked for", async () => {
  const table = (names: readonly string[], rows: readonly (readonly (number | string)[])[]) =>
    new Uint8Array(
      parquetWriteBuffer({ columnData: names.map((name, c) => ({ name, data: rows.map((row) => row[c]) })) }),
    );
  const wide = [
    ["a", 1.5, 2.5, 7],
    ["b", 3.5, 4.5, 3],
  ];
  const read = await readSource(fileOf("w.parquet", table(["label", "t0", "t1", "__index_level_0__"], wide)));
  expect([...read.train.values]).toEqual([1.5, 2.5, 3.5, 4.5]);
  expect(read.notes.join()).toMatch(/column 4.*index.*left out/);
  const events = [
    ["e", 1, 5.5, 9],
    ["e", 2, 6.5, 4],
  ];
  const file = fileOf("l.parquet", table(["who", "when", "x", "__index_level_0__"], events));
  const long = await readSource(file, { entity: "who", time: "when" });
  expect(long.train.channels.map(({ name }) => name)).toEqual(["x"]);
  expect(long.notes.join()).toMatch(/column 4 is the index that pandas and R write.*left out/);
  const asked = await readSource(file, { entity: "who", time: "when", channels: ["x", "__index_level_0__"] });
  expect(asked.train.channels.map(({ name }) => name)).toEqual(["x", "__index_level_0__"]);
  expect(asked.notes.join()).not.toMatch(/index/);
});
