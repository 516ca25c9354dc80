import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OptionError, UndertoneError } from "../../src/errors.js";
import { encode } from "../../src/features/encode.js";
import { encodeFile } from "../../src/features/encode-file.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { fitFile } from "../../src/features/fit-file.js";
import { decodeModel } from "../../src/features/model-bytes.js";
import { readSource } from "../../src/read/read.js";
import { folderWith, newFiles, wideCsv } from "../cli/run.js";
import { engines } from "../engines.js";
import { randomSeries } from "../series.js";

const { engine } = engines[engines.length - 1];
const quick = { units: 3, threads: 0, train: { updates: 4, batchSize: 8 } };
const reading = { label: "label" };

describe("fitAutoencoder", () => {
  const train = randomSeries({ N: 20, lengths: (n) => 4 + (n % 5) });

  test("gives a model that encodes with every read-out; without them one that refuses in words", async () => {
    const told: string[] = [];
    const shares: number[] = [];
    const model = await fitAutoencoder(engine, train, {
      ...{ ...quick, onReadOuts: () => told.push("read-outs") },
      onReadOutProgress: (share) => shares.push(share),
    });
    expect(shares).toEqual([...shares].sort((a, b) => a - b)); // of states, cases and components
    expect([shares.length > 10, shares.at(-1)]).toEqual([true, 1]);
    expect((await encode(engine, model, train, { readOut: "compact" })).rows).toBe(20);
    const bare = await fitAutoencoder(engine, train, {
      ...{ ...quick, readOuts: false },
      onReadOuts: () => told.push("never"),
    });
    expect(bare.weights).toEqual(model.weights);
    await expect(encode(engine, bare, train, { readOut: "wide" })).rejects.toThrow(OptionError);
    expect(told).toEqual(["read-outs"]);
  });

  test("an option that is unknown is refused, hooks are none of the model's options", async () => {
    const wrong = { ...quick, readouts: false } as object;
    await expect(fitAutoencoder(engine, train, wrong)).rejects.toThrow(/no option "readouts"/);
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(fitAutoencoder(engine, train, { ...quick, signal })).rejects.toThrow("too late");
  });
});

describe("fitFile and encodeFile", () => {
  const folder = folderWith({ "a.csv": wideCsv(), "z.csv": "before" });
  const path = (name: string) => join(folder, name);
  const fitted = () => fitFile(engine, path("a.csv"), path("m.undertone"), { ...quick, reading });

  test("a file becomes features as its set does; progress counts sequences; files and columns come back", async () => {
    const model = await fitted();
    const seen: (number | undefined)[][] = [];
    const { files, rows, columns, notes } = await encodeFile(engine, model, path("a.csv"), path("f.npy"), {
      ...{ readOut: "narrow", threads: 0 },
      onProgress: (...progress) => seen.push(progress),
    });
    const { train } = await readSource(path("a.csv"), reading);
    const table = await encode(engine, model, train, { readOut: "narrow", threads: 0 });
    expect([files, rows, columns, notes]).toEqual([[path("f.npy"), path("f.npy.json")], 24, table.names, []]);
    const bytes = readFileSync(path("f.npy")).subarray(128);
    expect(new Float32Array(new Uint8Array(bytes).buffer)).toEqual(table.values);
    expect(seen.at(-1)).toEqual([24, undefined]);
  });

  test("the test part of data without one is refused before anything is written", async () => {
    const model = await fitted();
    mkdirSync(path("D"), { recursive: true });
    writeFileSync(path("D/D_TRAIN.csv"), wideCsv());
    const before = newFiles(folder);
    for (const input of ["a.csv", "D"]) {
      const encoding = encodeFile(engine, model, path(input), path("part.csv"), { part: "test" });
      await expect(encoding).rejects.toThrow(/there is no test part, and `part` is "test"/);
      await expect(encoding).rejects.toBeInstanceOf(OptionError);
    }
    expect(newFiles(folder)).toEqual(before);
    await expect(encodeFile(engine, model, path("none.csv"), path("p.csv"), { part: "test" })).rejects.toThrow(
      /none\.csv: there is no such file/,
    );
    writeFileSync(path("D/D_TEST.csv"), wideCsv(6));
    expect(await encodeFile(engine, model, path("D"), path("part.csv"), { part: "test" })).toMatchObject({ rows: 6 });
  });

  test("an abort leaves the output as it was, of features and of a model", async () => {
    const model = await fitted();
    const stop = new Error("enough");
    const signal = AbortSignal.abort(stop);
    const before = newFiles(folder);
    await expect(encodeFile(engine, model, path("a.csv"), path("z.csv"), { signal, force: true })).rejects.toBe(stop);
    expect([newFiles(folder), readFileSync(path("z.csv"), "utf8")]).toEqual([before, "before"]);
    const earlier = readFileSync(path("m.undertone"));
    await expect(fitFile(engine, path("a.csv"), path("m.undertone"), { ...quick, reading, signal })).rejects.toBe(stop);
    expect(readFileSync(path("m.undertone")).equals(earlier)).toBe(true);
    expect(newFiles(folder)).toEqual(before);
  });

  test("stopped and resumed, a training ends in the same bytes, and its checkpoint is gone", async () => {
    const controller = new AbortController();
    const long = { ...quick, reading, train: { updates: 200, batchSize: 8 }, checkpointSeconds: 3600 };
    const once = path("once.undertone");
    const stopped = fitFile(engine, path("a.csv"), once, {
      ...long,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    expect([existsSync(once), existsSync(`${once}.checkpoint`)]).toEqual([false, true]);
    const resumedAt: (number | undefined)[] = [];
    const onResume = (update?: number) => resumedAt.push(update);
    await fitFile(engine, path("a.csv"), once, { ...long, threads: 1, resume: true, onResume });
    await fitFile(engine, path("a.csv"), path("twice.undertone"), { ...long, resume: true, onResume });
    expect(resumedAt).toEqual([expect.any(Number), undefined]);
    expect(readFileSync(once).equals(readFileSync(path("twice.undertone")))).toBe(true);
    expect(existsSync(`${once}.checkpoint`)).toBe(false);
  });

  test("a model that cannot be written at the end leaves its checkpoint, and training goes on from it", async () => {
    const long = { ...quick, reading, train: { updates: 60 }, checkpointSeconds: 0 };
    const whole = path("undisturbed.undertone");
    await fitFile(engine, path("a.csv"), whole, long);
    mkdirSync(path("disk"));
    const output = path("linked.undertone"); // its checkpoint lies beside the link, the model behind it
    symlinkSync("disk/m.undertone", output);
    const lost = fitFile(engine, path("a.csv"), output, {
      ...long,
      onProgress: () => rmSync(path("disk"), { recursive: true, force: true }),
    });
    await expect(lost).rejects.toThrow(
      /Cannot write .*linked\.undertone: the folder does not exist.*linked\.undertone\.checkpoint has the training.*`resume`/,
    );
    mkdirSync(path("disk"));
    let at: number | undefined;
    await fitFile(engine, path("a.csv"), output, { ...long, resume: true, onResume: (update) => (at = update) });
    expect(at).toBeGreaterThan(0);
    expect(readFileSync(path("disk/m.undertone")).equals(readFileSync(whole))).toBe(true);
    expect(lstatSync(output).isSymbolicLink()).toBe(true);
    for (const name of ["disk", "linked.undertone", "undisturbed.undertone"]) rmSync(path(name), { recursive: true });
  });

  test("no output replaces what is read or what is of another kind; `force` replaces the latter, `keep` stays", async () => {
    const model = await fitted();
    writeFileSync(path("mine.csv"), "id,amount\n1,2\n");
    const encoding = (output: string, options = {}) =>
      encodeFile(engine, model, path("a.csv"), path(output), { readOut: "last", threads: 0, ...options });
    for (const force of [false, true]) {
      await expect(encoding("a.csv", { force })).rejects.toThrow(/which is read and would be lost/);
      await expect(encoding("mine.csv", { force, keep: [path("mine.csv")] })).rejects.toThrow(/would be lost/);
      await expect(fitFile(engine, path("a.csv"), path("a.csv"), { ...quick, force })).rejects.toThrow(OptionError);
    }
    await expect(encoding("mine.csv")).rejects.toThrow(/expected features of undertone.*`force`/);
    await expect(fitFile(engine, path("a.csv"), path("mine.csv"), quick)).rejects.toThrow(/expected a model/);
    expect(readFileSync(path("mine.csv"), "utf8")).toBe("id,amount\n1,2\n");
    expect((await encoding("mine.csv", { force: true })).rows).toBe(24);
    expect((await encoding("mine.csv")).rows).toBe(24); // now it is ours
    rmSync(path("mine.csv"));
  });

  test.skipIf(process.platform === "win32")("through a pipe go the bytes of a file, NPY too", async () => {
    const model = await fitted();
    for (const name of ["p.csv", "p.npy"]) {
      const options = { readOut: "narrow", threads: 0 } as const;
      await encodeFile(engine, model, path("a.csv"), path(name), options);
      const whole = readFileSync(path(name));
      rmSync(path(name));
      execFileSync("mkfifo", [path(name)]);
      const got = readFile(path(name));
      await encodeFile(engine, model, path("a.csv"), path(name), options);
      expect((await got).equals(whole)).toBe(true);
      expect(lstatSync(path(name)).isFIFO()).toBe(true);
      for (const each of [name, `${name}.json`]) rmSync(path(each), { force: true });
    }
  });

  test.skipIf(process.platform === "win32")("a model goes through a pipe, without a checkpoint beside it", async () => {
    execFileSync("mkfifo", [path("p.undertone")]);
    const before = newFiles(folder);
    const notes: string[] = [];
    const options = { ...quick, checkpointSeconds: 0, onNote: (note: string) => void notes.push(note) };
    const got = readFile(path("p.undertone"));
    const model = await fitFile(engine, path("a.csv"), path("p.undertone"), options);
    expect(decodeModel(await got, "the pipe").weights).toEqual(model.weights);
    expect(notes).toContainEqual(expect.stringMatching(/p\.undertone is a pipe or a device, so training is not saved/));
    expect(newFiles(folder)).toEqual(before);
    expect(lstatSync(path("p.undertone")).isFIFO()).toBe(true);
    await fitFile(engine, path("a.csv"), "/dev/null", options);
    const resumed = fitFile(engine, path("a.csv"), "/dev/null", { ...options, resume: true });
    await expect(resumed).rejects.toThrow(/`resume`: \/dev\/null is a pipe or a device/);
    rmSync(path("p.undertone"));
  });

  test("what cannot be written, read or used is an error in the words of the library", async () => {
    const model = await fitted();
    writeFileSync(path("bad.csv"), `${wideCsv(4, 3)}a,1,two,3\n`);
    const before = newFiles(folder);
    const encoding = (input: string, output: string, options = {}) =>
      encodeFile(engine, model, path(input), path(output), options);
    await expect(encoding("absent.csv", "no/z.csv")).rejects.toThrow(UndertoneError);
    await expect(fitFile(engine, path("absent.csv"), path("no/m"), quick)).rejects.toThrow(/does not exist/);
    await expect(encoding("bad.csv", "y.csv")).rejects.toThrow(/row 6, column "t1"/);
    await expect(encoding("a.csv", "y.csv", { noisyCopies: 2 })).rejects.toThrow(
      /`noisyCopies`: the model \(recipe default\) was trained without noise.*`recipe: "robust"`/,
    );
    expect(newFiles(folder)).toEqual(before);
  });
});
