import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { resultFile } from "../../src/evaluate/comparison/result-file.js";
import { encode } from "../../src/features/encode.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { saveModel } from "../../src/features/model-file.js";
import { readOutColumn, readOuts } from "../../src/features/read-outs/read-outs.js";
import { isOfKind, type OutputKind, outputKinds, seemsToBe } from "../../src/files/kinds.js";
import { renderReport } from "../../src/report/report.js";
import { writeTransactionsCsv } from "../../src/simulate/csv.js";
import { writeFeatures } from "../../src/table/write-features.js";
import { saveCheckpoint } from "../../src/train/checkpoint.js";
import { folderWith, wideCsv } from "../cli/run.js";
import { randomSeries } from "../series.js";

const engine = await loadEngine();
const folder = folderWith();
const path = (name: string) => join(folder, name);
const kinds = Object.keys(outputKinds) as OutputKind[];

/** Every file that undertone writes, and its kind. */
const files = new Map<string, OutputKind>([
  ["m.undertone", "model"],
  ["m.undertone.checkpoint", "checkpoint"],
  ["results.jsonl", "results"],
  ["report.html", "report"],
  ["transactions.csv", "demo"],
]);

beforeAll(async () => {
  const train = randomSeries({ N: 24, F: 2, lengths: (n) => 5 + (n % 3) });
  let saved: Promise<void> | undefined;
  const model = await fitAutoencoder(engine, train, {
    ...{ units: 3, train: { updates: 5 }, checkpointSeconds: 0 },
    onCheckpoint: (state) => (saved = saveCheckpoint(path("m.undertone.checkpoint"), state, "of this")),
  });
  await saved;
  await saveModel(path("m.undertone"), model);
  for (const readOut of readOuts) {
    const table = await encode(engine, model, train, { readOut });
    const labels = { ids: train.ids, parts: train.ids, labels: train.ids };
    await writeFeatures(path(`${readOut}.csv`), table, readOut === "last" ? { ids: train.ids } : labels);
    await writeFeatures(path(`${readOut}.npy`), table, labels);
    await writeFeatures(path(`${readOut}.parquet`), table, labels);
    files
      .set(`${readOut}.parquet`, "features")
      .set(`${readOut}.csv`, "features")
      .set(`${readOut}.npy`, "features")
      .set(`${readOut}.npy.json`, "description");
  }
  const options = { features: ["raw"], folds: 2, store: resultFile(path("results.jsonl")) };
  const comparison = await compare(engine, { name: "x", train, files: [], notes: [] }, options);
  writeFileSync(path("report.html"), renderReport(comparison));
  writeFileSync(path("transactions.csv"), writeTransactionsCsv([]));
});

test("every file that undertone writes is of its kind, and of no other", async () => {
  expect(files.size).toBe(5 + 4 * readOuts.length);
  for (const [name, kind] of files)
    for (const each of kinds)
      expect([name, each, await isOfKind(path(name), each, readOutColumn)]).toEqual([name, each, each === kind]);
});

describe("files of other makers are of no kind", () => {
  const npy = Buffer.alloc(128 + 8, " ");
  npy.write("\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", "latin1");
  npy[127] = 10;
  const safetensors = Buffer.concat([
    Buffer.from([96, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('{"__metadata__":{"format":"pt"}}'),
  ]);
  const columnData = ["id", "last_0"].map((name) => ({ name, data: [1, 2] }));
  const theirs = new Uint8Array(parquetWriteBuffer({ columnData }));
  const kvMetadata = [{ key: "undertone", value: "features" }];
  const more = [...columnData, { name: "score", data: [1, 2] }];
  test.each<[string, string | Uint8Array, string]>([
    ["theirs.parquet", theirs, "a Parquet file"],
    ["joined.parquet", new Uint8Array(parquetWriteBuffer({ columnData: more, kvMetadata })), "a Parquet file"],
    ["cut.parquet", theirs.subarray(0, -9), "a Parquet file"],
    ["series.csv", wideCsv(), 'text that begins with "label,t0'],
    ["ids.csv", "id,label,t0,t1\n1,a,2,3\n", 'text that begins with "id,label,t0,t1"'],
    ["more.csv", "id,last_0,last_1,score\n1,2,3,4\n", 'text that begins with "id,last_0,last_1,score"'],
    ["summary.csv", "id,mean_1,std_1\n7,0.25,0.3\n", 'text that begins with "id,mean_1,std_1"'],
    ["counts.csv", "id,label,mean_1\n7,a,12\n8,b,3\n", 'text that begins with "id,label,mean_1"'],
    ["edited.csv", "id,last_0\na,0.30000001192092896\nb,0.3\n", 'text that begins with "id,last_0"'],
    ["cells.csv", "id,last_0\na,0.30000001192092896,1\n", 'text that begins with "id,last_0"'],
    ["header.csv", "id,last_0\n", 'text that begins with "id,last_0"'],
    ["alone.csv", "id\n1\n", 'text that begins with "id"'],
    ["theirs.npy", npy, "a NumPy array"],
    ["theirs.npy.json", '{"columns":["amount"],"ids":[]}', 'text that begins with "{"columns"'],
    ["theirs.safetensors", safetensors, "a safetensors file"],
    ["page.html", "<!doctype html>\n<title>undertone</title>\n", 'text that begins with "<!doctype html>"'],
    ["lines.jsonl", '{"kind":"answer"}\n', 'text that begins with "{"kind":"answer"}"'],
    ["notes", "é".repeat(50), 'text that begins with "é'],
    ["escape", "\u009b2Jx", 'text that begins with "?2Jx"'],
    ["packed.gz", Uint8Array.of(0x1f, 0x8b, 8, 0), "a gzip file"],
    ["bytes", Uint8Array.of(1, 2, 3), "no text"],
  ])("%s", async (name, content, seems) => {
    writeFileSync(path(name), content);
    for (const kind of kinds) expect([kind, await isOfKind(path(name), kind, readOutColumn)]).toEqual([kind, false]);
    expect(await seemsToBe(path(name), readOutColumn)).toContain(seems);
  });
});

test("features are known by their numbers, whatever their ids and however many", async () => {
  const state = (k: number) => Math.fround(Math.tanh(Math.sin(k)));
  for (const [N, C] of [
    [2, 1],
    [4000, 3],
    [3, 4000],
    [1, 9000],
  ]) {
    const table = {
      values: Float32Array.from({ length: N * C }, (_, k) => (k < C ? 0 : state(k))),
      names: Array.from({ length: C }, (_, c) => `last_${c}`),
      rows: N,
    };
    if (C > 4000) table.values.fill(0);
    const texts = Array.from({ length: N }, (_, n) => `a "${n}",\nb`);
    for (const labels of [{ ids: texts }, { ids: texts, parts: texts, labels: texts }]) {
      await writeFeatures(path("features.csv"), table, labels);
      expect([N, C, await isOfKind(path("features.csv"), "features", readOutColumn)]).toEqual([N, C, true]);
    }
  }
});

test("models of earlier versions are models", async () => {
  const golden = new URL("../golden/models/", import.meta.url);
  const names = readdirSync(golden).filter((name) => name.endsWith(".undertone"));
  expect(names.length).toBeGreaterThanOrEqual(3);
  for (const name of names) expect(await isOfKind(fileURLToPath(new URL(name, golden)), "model")).toBe(true);
});

test("an empty file is of every kind, and a file of ours is named", async () => {
  writeFileSync(path("empty"), "");
  for (const kind of kinds) expect(await isOfKind(path("empty"), kind)).toBe(true);
  expect(await seemsToBe(path("m.undertone"))).toBe("a model of undertone");
  expect(await seemsToBe(path("wide.csv"), readOutColumn)).toBe("features of undertone");
});
