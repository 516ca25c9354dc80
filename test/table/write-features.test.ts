import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { load } from "npyjs";
import { expect, test } from "vitest";
import { OptionError, UndertoneError } from "../../src/errors.js";
import { readSource } from "../../src/read/read.js";
import type { FeatureTable } from "../../src/table/feature-table.js";
import { openFeatureFile, writeFeatures } from "../../src/table/write-features.js";
import { folderWith, newFiles } from "../cli/run.js";
import { size } from "../hostile/size.js";

const table: FeatureTable = {
  values: Float32Array.of(0.1, -1e-30, 3, 1 / 3, 123456.789, -0.5),
  names: ["last_0", 'say "x"', "kind=a,b_share"],
  rows: 2,
};
const rows = { ids: ["a,1", 'line\nbreak "q"'], parts: ["train", "test"], labels: ["yes", ""] };

test("CSV: any reader gets the very numbers and texts back", async () => {
  const folder = folderWith();
  const path = join(folder, "z.csv");
  expect(await writeFeatures(path, table, rows)).toEqual([path]);
  const [header, ...lines] = parse(readFileSync(path)) as string[][];
  expect(header).toEqual(["id", "part", "label", ...table.names]);
  expect(lines.map((line) => line.slice(0, 3))).toEqual([
    ["a,1", "train", "yes"],
    ['line\nbreak "q"', "test", ""],
  ]);
  expect(Float32Array.from(lines.flatMap((line) => line.slice(3).map(Number)))).toEqual(table.values);
  expect(newFiles(folder)).toEqual(["z.csv"]);
});

test("CSV: without parts and labels there are no such columns", async () => {
  const path = join(folderWith(), "z.csv");
  await writeFeatures(path, table, { ids: ["1", "2"] });
  const [header, first] = parse(readFileSync(path)) as string[][];
  expect(header).toEqual(["id", ...table.names]);
  expect(first).toHaveLength(4);
});

test("NPY: the matrix, and its description beside it", async () => {
  const folder = folderWith();
  const path = join(folder, "z.npy");
  expect(await writeFeatures(path, table, rows)).toEqual([path, `${path}.json`]);
  const { data, shape, dtype, fortranOrder } = await load(new Uint8Array(readFileSync(path)).buffer);
  expect({ shape, dtype, fortranOrder }).toEqual({ shape: [2, 3], dtype: "f4", fortranOrder: false });
  expect(data).toEqual(table.values);
  const sha256 = createHash("sha256").update(readFileSync(path).subarray(128)).digest("hex");
  expect(JSON.parse(readFileSync(`${path}.json`, "utf8"))).toEqual({ columns: table.names, ...rows, sha256 });
});

test("NPY: of two that are written at once, the last one tells if the files do not belong together", async () => {
  const path = join(folderWith(), "z.npy");
  const other = { ...table, values: table.values.map((value) => value + 1) };
  const finishAfter = async (first: FeatureTable, second: FeatureTable) => {
    const files = await Promise.all([openFeatureFile(path), openFeatureFile(path)]);
    await files[0].append(first, rows);
    await files[1].append(second, rows);
    return Promise.allSettled(files.map((file) => file.finish()));
  };
  const agrees = () =>
    JSON.parse(readFileSync(`${path}.json`, "utf8")).sha256 ===
    createHash("sha256").update(readFileSync(path).subarray(128)).digest("hex");
  let told = 0;
  for (let k = 0; k < size(20, 500); k++) {
    const results = await finishAfter(k % 2 ? table : other, k % 2 ? other : table);
    const refused = results.filter(({ status }) => status === "rejected");
    told += refused.length;
    if (refused.length === 0) expect(agrees()).toBe(true);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(UndertoneError);
      expect(reason.message).toMatch(/another process wrote the same files.*Run one of the two commands again/);
    }
  }
  expect(told).toBeGreaterThan(0);
});

test("Parquet: texts and float32 columns, which a reader gets back", async () => {
  const folder = folderWith();
  const path = join(folder, "z.parquet");
  expect(await writeFeatures(path, table, rows)).toEqual([path]);
  expect(newFiles(folder)).toEqual(["z.parquet"]);
  const { buffer } = Uint8Array.from(readFileSync(path));
  const file = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) };
  const got = await parquetReadObjects({ file });
  expect(got).toEqual(
    [0, 1].map((r) => ({
      ...{ id: rows.ids[r], part: rows.parts[r], label: rows.labels[r] },
      ...Object.fromEntries(table.names.map((name, c) => [name, table.values[3 * r + c]])),
    })),
  );
  expect(parquetMetadata(buffer).schema.map(({ name, type }) => [name, type])).toEqual([
    ["root", undefined],
    ...["id", "part", "label"].map((name) => [name, "BYTE_ARRAY"]),
    ...table.names.map((name) => [name, "FLOAT"]),
  ]);
});

test("Parquet: more rows than a row group, in pieces of any size, are the bytes of the whole", async () => {
  const N = 150_001;
  const folder = folderWith();
  const values = Float32Array.from({ length: 2 * N }, (_, k) => Math.fround(Math.sin(k)));
  const ids = Array.from({ length: N }, (_, n) => `${n}`);
  await writeFeatures(join(folder, "whole.parquet"), { values, names: ["a", "b"], rows: N }, { ids });
  const file = await openFeatureFile(join(folder, "z.parquet"));
  for (let from = 0; from < N; from += 40_007) {
    const count = Math.min(40_007, N - from);
    const piece = { values: values.subarray(2 * from, 2 * (from + count)), names: ["a", "b"], rows: count };
    await file.append(piece, { ids: ids.slice(from, from + count) });
  }
  await file.finish();
  expect(readFileSync(join(folder, "z.parquet")).equals(readFileSync(join(folder, "whole.parquet")))).toBe(true);
  const { train } = await readSource(join(folder, "z.parquet"), { entity: "id" });
  expect(train.ids.length).toBe(N);
  expect(train.values).toEqual(values);
});

test.each(["z.csv", "z.npy", "z.parquet"])("%s: pieces give the very bytes that the whole gives", async (name) => {
  const folder = folderWith();
  await writeFeatures(join(folder, `whole-${name}`), table, rows);
  const file = await openFeatureFile(join(folder, name));
  for (const r of [0, 1])
    await file.append(
      { ...table, values: table.values.subarray(3 * r, 3 * r + 3), rows: 1 },
      { ids: [rows.ids[r]], parts: [rows.parts[r]], labels: [rows.labels[r]] },
    );
  const begun = newFiles(folder, `whole-${name}`, `whole-${name}.json`);
  expect(begun.map((file) => file.slice(-4))).toEqual(name === "z.npy" ? Array(4).fill(".tmp") : [".tmp"]);
  const files = await file.finish();
  expect(newFiles(folder, `whole-${name}`, `whole-${name}.json`)).toHaveLength(files.length);
  for (const beside of name === "z.npy" ? ["", ".json"] : [""])
    expect(readFileSync(join(folder, `${name}${beside}`))).toEqual(
      readFileSync(join(folder, `whole-${name}${beside}`)),
    );
});

test("pieces with other columns are refused", async () => {
  const folder = folderWith();
  const file = await openFeatureFile(join(folder, "z.csv"));
  await file.append(table, rows);
  const other = { ...table, names: ["a", "b", "c"] };
  await expect(file.append(other, rows)).rejects.toThrow(/got rows of 3 columns, expected the 3 of the rows before/);
  await file.abandon();
});

test("a CSV longer than what is collected at a time is whole", async () => {
  const N = 30_000;
  const path = join(folderWith(), "z.csv");
  const values = Float32Array.from({ length: 12 * N }, (_, k) => Math.sin(k));
  const names = Array.from({ length: 12 }, (_, c) => `last_${c}`);
  await writeFeatures(path, { values, names, rows: N }, { ids: Array.from({ length: N }, (_, n) => `${n}`) });
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(N + 1);
  for (const n of [0, 17_321, N - 1])
    expect(lines[n + 1].split(",").map(Number)).toEqual([n, ...values.subarray(12 * n, 12 * n + 12)]);
});

test.each(["z.csv", "z.npy", "z.parquet"])("%s: an abandoned file leaves what was there before", async (name) => {
  const folder = folderWith({ [name]: "before" });
  const file = await openFeatureFile(join(folder, name));
  await file.append(table, rows);
  await file.abandon();
  expect(newFiles(folder)).toEqual([name]);
  expect(readFileSync(join(folder, name), "utf8")).toBe("before");
});

test("NPY: the description of many rows at once, with texts that JSON escapes", async () => {
  const N = 300_000;
  const path = join(folderWith(), "z.npy");
  const ids = Array.from({ length: N }, (_, n) => `"${n}"\n\u00e9`);
  const labels = Array.from({ length: N }, (_, n) => (n % 3 ? "a" : ""));
  await writeFeatures(path, { values: new Float32Array(N), names: ["x"], rows: N }, { ids, labels });
  const about = JSON.parse(readFileSync(`${path}.json`, "utf8"));
  expect(Object.keys(about)).toEqual(["columns", "ids", "labels", "sha256"]);
  expect(about.columns).toEqual(["x"]);
  expect(about.ids.join()).toBe(ids.join());
  expect(about.labels.join()).toBe(labels.join());
});

test("a table of no rows is a file with a header", async () => {
  const folder = folderWith();
  const nothing = { ...table, values: new Float32Array(0), rows: 0 };
  await writeFeatures(join(folder, "z.csv"), nothing, { ids: [] });
  expect(parse(readFileSync(join(folder, "z.csv")))).toEqual([["id", ...table.names]]);
  await writeFeatures(join(folder, "z.parquet"), nothing, { ids: [] });
  const { schema, num_rows } = parquetMetadata(Uint8Array.from(readFileSync(join(folder, "z.parquet"))).buffer);
  expect([schema.map(({ name }) => name), num_rows]).toEqual([["root", "id", ...table.names], 0n]);
  await writeFeatures(join(folder, "z.npy"), nothing, { ids: [] });
  expect((await load(new Uint8Array(readFileSync(join(folder, "z.npy"))).buffer)).shape).toEqual([0, 3]);
  expect(JSON.parse(readFileSync(join(folder, "z.npy.json"), "utf8"))).toEqual({
    columns: table.names,
    ids: [],
    sha256: createHash("sha256").digest("hex"),
  });
});

test("where the description cannot be written, the matrix is not written either", async () => {
  const folder = folderWith();
  mkdirSync(join(folder, "z.npy.json"));
  await expect(writeFeatures(join(folder, "z.npy"), table, rows)).rejects.toThrow(/z\.npy\.json: it is a folder/);
  expect(newFiles(folder)).toEqual(["z.npy.json"]);
});

test("an unknown ending and a place that cannot be written to leave nothing behind", async () => {
  const folder = folderWith();
  await expect(writeFeatures(join(folder, "z.txt"), table, rows)).rejects.toThrow(OptionError);
  await expect(writeFeatures(join(folder, "no", "z.csv"), table, rows)).rejects.toThrow(UndertoneError);
  expect(newFiles(folder)).toEqual([]);
});
