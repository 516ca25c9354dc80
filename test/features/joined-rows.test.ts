import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { type EncodeFileOptions, encodeFile } from "../../src/features/encode-file.js";
import { fitFile } from "../../src/features/fit-file.js";
import { readOutColumn } from "../../src/features/read-outs/read-outs.js";
import { isOfKind } from "../../src/files/kinds.js";
import { readSource } from "../../src/read/read.js";
import { lastingOptions } from "../../src/read/source/options.js";
import { folderWith } from "../cli/run.js";
import { fileOf } from "../read/temporary.js";
import {
  at,
  csv,
  encoded,
  engine,
  entities,
  header,
  payments,
  quick,
  reading,
  rowsOf,
  windows,
  written,
} from "./payments.js";

const parquet = (columnData: Parameters<typeof parquetWriteBuffer>[0]["columnData"]) =>
  new Uint8Array(parquetWriteBuffer({ columnData }));
const tableOf = (path: string) => {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer });
};

describe("rows of features that can be joined back", () => {
  test("windows have the id of their event, and its other columns as they are written", async () => {
    expect(windows.metadata.data.reading.id).toBe("payment"); // data to come have it, too
    expect(windows.metadata.preparation.channels.map(({ name }) => name)).not.toContain("payment");
    const { path } = await encoded(windows, "all.csv", { reading: { keep: ["memo", "amount"] } });
    const read = rowsOf(path);
    expect(Object.keys(read[0]).slice(0, 5)).toEqual(["id", "label", "memo", "amount", "last_0"]);
    expect(read.map(({ id }) => id)).toEqual(payments.map((_, k) => `tx${k}`));
    read.forEach(({ memo, amount }, k) => {
      expect([memo, amount]).toEqual([`00${k}, "so"`, payments[k].split(",")[2]]);
    });
    const bare = await encoded(windows, "all.csv");
    const strip = ({ memo, amount, ...rest }: Record<string, string>) => rest;
    expect(rowsOf(bare.path)).toEqual(read.map(strip)); // amount is a channel all the same
    expect(lastingOptions({ id: "payment", keep: ["memo"] })).toEqual({ id: "payment" });
  });

  test("entities have one id, and the columns of their last event", async () => {
    const withStay = payments.map((row) => `${row},stay-${row.slice(0, 2)}`).reverse();
    written("stays.csv", `${header},payment,memo,stay\n${withStay.join("\n")}\n`);
    const options = { reading: { id: "stay", keep: ["memo", "time"] } };
    const read = rowsOf((await encoded(entities, "stays.csv", options)).path);
    expect(read.map(({ id }) => id)).toEqual(["stay-c4", "stay-c3", "stay-c2", "stay-c1", "stay-c0"]);
    expect(read[0].memo).toBe('0029, "so"'); // by time, not by row
    const bare = rowsOf((await encoded(entities, "stays.csv")).path);
    expect(bare.map(({ id }) => id)).toEqual(["c4", "c3", "c2", "c1", "c0"]);
    await expect(encoded(entities, "all.csv", { reading: { id: "payment" } })).rejects.toThrow(
      /row 3, column "payment": got the id "tx1", expected "tx0" as in row 2 of the same entity \("c0"\)/,
    );
    const same = withStay.map((row) => row.replace(/stay-c[01]$/, "stay-x"));
    written("same.csv", `${header},payment,memo,stay\n${same.join("\n")}\n`);
    await expect(encoded(entities, "same.csv", options)).rejects.toThrow(/row 26.*"stay-x" again \(row 20\)/);
  });

  test("wide tables have the id of the row; kept columns are no steps", async () => {
    const rows = ["code,no,label,t1,t2,t3", "001,7,a,1,2,3", "002,8,b,3,2,1", ",9,b,3,2,1"];
    written("wide.csv", rows.slice(0, 3).join("\n"));
    const plain = rows.slice(0, 3).map((row) => row.split(",").slice(2).join(","));
    written("plain.csv", plain.join("\n"));
    const model = await fitFile(engine, at("wide.csv"), at("x.undertone"), {
      ...quick,
      reading: { id: "no", label: "label", drop: ["code"] },
    });
    const { path } = await encoded(model, "wide.csv", { reading: { keep: ["code"] } });
    const [first, second] = rowsOf(path);
    expect([first.id, first.code, second.id, second.label, second.code]).toEqual(["7", "001", "8", "b", "002"]);
    const bare = await encoded(model, "plain.csv");
    expect(bare.notes).toContainEqual(expect.stringMatching(/no column "no", the id in training/));
    const features = (path: string) => rowsOf(path).map(({ last_0, last_1 }) => [last_0, last_1]);
    expect(features(bare.path)).toEqual(features(path));
    expect(rowsOf(bare.path).map(({ id }) => id)).toEqual(["1", "2"]);
    const undropped = await readSource(at("wide.csv"), { label: "label", id: "no", keep: ["code"] });
    expect(undropped.train.values).toEqual(Float32Array.of(1, 2, 3, 3, 2, 1));
    expect(undropped.kept).toEqual([{ name: "code", kind: "texts", values: ["001", "002"] }]);
    expect(undropped.notes).toContainEqual(expect.stringMatching(/"code" is kept beside the features and no step/));
    await expect(encoded(model, "plain.csv", { reading: { id: "no" } })).rejects.toThrow(/"no".*label, t1/);
    written("none.csv", rows.join("\n"));
    await expect(encoded(model, "none.csv", { reading: { id: "code" } })).rejects.toThrow(/row 4.*"code": got no id/);
  });

  test("tables of texts have the id of the row and its other columns; files of texts have none", async () => {
    const rows = ["no,text,label,from", "7,abca,x,me", "8,bcab,y,you", "9,cabc,x,me"];
    written("sms.csv", rows.join("\n"));
    const own = { text: "text", tokens: "chars", label: "label", id: "no" } as const;
    const model = await fitFile(engine, at("sms.csv"), at("t.undertone"), { ...quick, reading: own });
    const read = rowsOf((await encoded(model, "sms.csv", { reading: { keep: ["from"] } })).path);
    expect(read.map(({ id, label, from }) => [id, label, from].join())).toEqual(["7,x,me", "8,y,you", "9,x,me"]);
    written("sms-twice.csv", [...rows, "8,abc,x,me"].join("\n"));
    await expect(readSource(at("sms-twice.csv"), own)).rejects.toThrow(/row 5.*"8" again \(row 3\)/);
    const texts = folderWith({ "a.txt": "abc", "b.txt": "bca" });
    for (const more of [{ id: "no" }, { keep: ["no"] }])
      await expect(readSource(texts, { tokens: "chars", ...more })).rejects.toThrow(/does not apply to files of one/);
  });

  test("typed columns keep their types in Parquet, and null stays null", async () => {
    const dates = Array.from({ length: 6 }, (_, k) => new Date(Date.UTC(2024, 0, 1 + k, 12, 0, 0, 125)));
    const table = [
      { name: "customer", data: ["a", "a", "a", "b", "b", "b"] },
      { name: "time", data: dates, type: "TIMESTAMP" as const },
      { name: "amount", data: [1, 2, 3, 4, 5, 6], type: "DOUBLE" as const },
      { name: "kind", data: ["food", "fuel", "web", "food", "fuel", "web"] },
      { name: "payment", data: [11, 12, 13, 14, 15, 16], type: "INT32" as const },
      { name: "fee", data: [0.1, null, 1e300, 2, 3, 4], type: "DOUBLE" as const },
      { name: "seen", data: [dates[1], null, dates[2], dates[3], dates[4], dates[5]], type: "TIMESTAMP" as const },
      { name: "memo", data: ["x", null, "007", "y", "z", ""], type: "STRING" as const },
    ];
    written("typed.parquet", parquet(table));
    const options = { reading: { keep: ["fee", "seen", "memo"] } };
    const { path, rows } = await encoded(windows, "typed.parquet", options, "parquet");
    const read = await tableOf(path);
    const theirs = await tableOf(at("typed.parquet"));
    expect(rows).toBe(6);
    for (const [k, row] of read.entries()) {
      const { payment, fee, seen, memo } = theirs.find(({ payment }) => String(payment) === row.id)!;
      expect(payment).toBe(11 + k);
      expect([row.fee, row.seen, row.memo]).toEqual([fee, seen, memo || null]);
    }
    expect(Object.keys(read[0]).slice(0, 5)).toEqual(["id", "fee", "seen", "memo", "last_0"]);
    const [first, second, third] = rowsOf((await encoded(windows, "typed.parquet", options)).path);
    expect([first.fee, second.fee, third.fee, second.seen, second.memo]).toEqual(["0.1", "", "1e+300", "", ""]);
    expect(first.seen).toBe("2024-01-02T12:00:00.125Z");
    const npy = await encoded(windows, "typed.parquet", options, "npy");
    const { ids, kept } = JSON.parse(readFileSync(`${npy.path}.json`, "utf8"));
    expect(ids).toEqual(["11", "12", "13", "14", "15", "16"]);
    expect(kept).toEqual({
      fee: [0.1, null, 1e300, 2, 3, 4],
      seen: read.map(({ seen }) => (seen as Date | null)?.toISOString() ?? null),
      memo: ["x", null, "007", "y", "z", null],
    });
  });

  test("names that clash, ids that repeat and columns that are not there are refused; nothing is written", async () => {
    const keep = async (...names: string[]) => encoded(windows, "clash.csv", { reading: { keep: names } });
    const named = (name: string) => csv(payments).replace("memo", name);
    written("clash.csv", named("last_1"));
    await expect(keep("last_1")).rejects.toThrow(
      /column "last_1" to keep, expected a name that the output does not have/,
    );
    written("clash.csv", named("id"));
    await expect(keep("id")).rejects.toThrow(/column "id" to keep/);
    await expect(keep("amount", "amount")).rejects.toThrow(/"amount" twice in `keep`/);
    await expect(keep("amuont")).rejects.toThrow(/column to keep.*amuont.*amount/s);
    written("twice.csv", csv([...payments.slice(0, 9), payments[9].replace("tx9", "tx4"), ...payments.slice(10)]));
    await expect(encoded(windows, "twice.csv")).rejects.toThrow(/row 11.*"payment": got the id "tx4" again \(row 6\)/);
    const channel = encoded(entities, "all.csv", { reading: { id: "amount" } });
    await expect(channel).rejects.toThrow(/"amount", which is a channel of the model.*`keep: \["amount"\]`/);
    const narrow = { entity: "customer", time: "time", variable: "kind", value: "amount" };
    for (const more of [{ id: "payment" }, { keep: ["payment"] }])
      await expect(readSource(at("all.csv"), { ...narrow, ...more })).rejects.toThrow(/does not apply to a narrow/);
    const fitting = fitFile(engine, at("all.csv"), at("n.undertone"), { reading: { ...reading, keep: ["memo"] } });
    await expect(fitting).rejects.toThrow(/`keep` does not apply to training/);
  });

  test("a command replaces its own output, in Parquet and NPY also one with other columns", async () => {
    for (const ending of ["csv", "parquet", "npy"]) {
      const path = at(`again.${ending}`);
      const again = (keep: string[] | undefined) =>
        encodeFile(engine, windows, at("all.csv"), path, { threads: 0, readOut: "last", reading: { keep } });
      await again(["memo", "time"]);
      await again(["memo", "time"]);
      const other = again(["time"]);
      if (ending !== "csv") await other;
      else await expect(other).rejects.toThrow(/features of undertone with other columns beside them.*`force`/);
    }
    const { mine, ...ours } = { id: ["a"], memo: ["m"], mine: ["m"], last_0: [0.5] };
    const stored = (columns: Record<string, unknown[]>) => {
      const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }));
      const kvMetadata = Object.entries({ undertone: "features", "undertone.kept": '["memo"]' });
      const marks = kvMetadata.map(([key, value]) => ({ key, value }));
      return fileOf("f.parquet", new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata: marks })));
    };
    expect(await isOfKind(stored(ours), "features", readOutColumn)).toBe(true);
    const { last_0, ...leading } = ours;
    expect(await isOfKind(stored({ ...leading, mine, last_0 }), "features", readOutColumn, ["memo"])).toBe(false);
    const odd = csv(payments).replace("memo", '"a ""b"", ü"');
    const keep = ['a "b", ü'];
    const once = () =>
      encodeFile(engine, windows, at(written("odd.csv", odd)), at("odd-z.csv"), {
        ...{ threads: 0, readOut: "last" as const },
        reading: { keep, drop: keep },
      });
    await once();
    await once();
  });

  test("copies and parts carry the columns of their sequence", async () => {
    const row = (k: number) => `${k % 2},${k},${k + 1},${k},n${k}`;
    const part = (from: number) =>
      `label,t1,t2,t3,name\n${Array.from({ length: 6 }, (_, k) => row(from + k)).join("\n")}\n`;
    const parts = folderWith({ "X_TRAIN.csv": part(0), "X_TEST.csv": part(6) });
    const model = await fitFile(engine, parts, at("p.undertone"), {
      ...quick,
      recipe: "robust",
      reading: { id: "name" },
    });
    let count = 0;
    const of = async (options: EncodeFileOptions) => {
      const path = at(`copies${count++}.csv`);
      await encodeFile(engine, model, parts, path, {
        threads: 0,
        ...options,
        reading: { keep: ["t2", "name"], drop: [] },
      });
      return rowsOf(path).map(({ id, t2, name }) => [id, t2, name]);
    };
    const told = (k: number) => [`n${k}`, `${k + 1}`, `n${k}`];
    const numbers = [...Array(12).keys()];
    expect(await of({})).toEqual(numbers.map(told));
    expect(await of({ part: "test" })).toEqual(numbers.slice(6).map(told));
    const copies = await of({ part: "train", noisyCopies: 2 });
    expect(copies).toEqual(numbers.map((k) => [`n${k % 6}#${Math.floor(k / 6)}`, `${(k % 6) + 1}`, `n${k % 6}`]));
    writeFileSync(join(parts, "X_TEST.csv"), part(3));
    await expect(of({})).rejects.toThrow(/the id "n3" in the training part and in the test part/);
  });
});

describe("labels that are equal numbers, in pieces", () => {
  const labelsOf = async (labels: readonly string[]) => {
    const rows = labels.map((label, k) => `${label},${k % 5},${k % 3},${k % 7}`);
    written("labels.csv", `label,t1,t2,t3\n${rows.join("\n")}\n`);
    const model = await fitFile(engine, at("labels.csv"), at("l.undertone"), { ...quick, force: true });
    const { path, notes } = await encoded(model, "labels.csv");
    const { train } = await readSource(at("labels.csv"));
    const expected = Array.from(train.labels!, (label) => train.classNames![label] ?? "");
    return { found: rowsOf(path).map(({ label }) => label), expected, notes };
  };

  test("are written as the first of them, as in the whole; marks are none, unless labels are texts", async () => {
    const many = (more: readonly string[]) => [
      "NA",
      "1.0",
      "2",
      "1",
      "02",
      "9007199254740993",
      "9007199254740992",
      ...more,
    ];
    const numbers = await labelsOf(many(["1e0", "2.0"]));
    expect(numbers.found).toEqual(["", "1.0", "2", "1.0", "2", "9007199254740993", "9007199254740992", "1.0", "2"]);
    expect(numbers.found).toEqual(numbers.expected);
    expect(numbers.notes).toContainEqual(expect.stringMatching(/compared as such: 1 as 1\.0, 02 as 2/));
    const texts = await labelsOf(many(["x1"]));
    expect(texts.found).toEqual(many(["x1"]));
    expect(texts.found).toEqual(texts.expected);
    const marks = await labelsOf(["NA", "NA", "null"]);
    expect(marks.found).toEqual(["NA", "NA", "null"]);
  });
});
