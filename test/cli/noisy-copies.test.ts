import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { encode } from "../../src/features/encode.js";
import { loadModel } from "../../src/features/model-file.js";
import { readSource } from "../../src/read/read.js";
import { noisyCopies } from "../../src/sequences/transform/noisy-copies.js";
import { type Ended, folderWith, newFiles, undertone, wideCsv } from "./run.js";

const QUICK = ["--units", "3", "--updates", "5", "--batch-size", "8", "--quiet"];

test("encode --noisy-copies writes N rows per sequence, with the noise of the model", async () => {
  const folder = folderWith({ "waves.csv": wideCsv() });
  const fitted = await undertone(
    folder,
    ...["fit", "waves.csv", "-o", "m.undertone", "--recipe", "robust", "--noise", "0.3", ...QUICK],
  );
  expect(fitted.code).toBe(0);
  const { code, stdout } = await undertone(
    folder,
    ...["encode", "m.undertone", "waves.csv", "-o", "z.csv", "--read-out", "levels", "--noisy-copies", "3"],
  );
  expect([code, stdout]).toEqual([0, expect.stringContaining("72 rows")]);
  const [head, ...rows] = readFileSync(join(folder, "z.csv"), "utf8").trim().split("\n");
  const model = await loadModel(join(folder, "m.undertone"));
  const { train } = await readSource(join(folder, "waves.csv"), model.metadata.data.reading);
  const copies = noisyCopies(train, { stddev: 0.3, copies: 3 });
  const expected = await encode(await loadEngine(), model, copies, { readOut: "levels", threads: 0 });
  expect(head.split(",")).toEqual(["id", "label", ...expected.names]);
  const cells = rows.map((row) => row.split(","));
  expect(cells.map(([id]) => id)).toEqual([...copies.ids]);
  expect(cells.map(([, label]) => label)).toEqual(Array.from(copies.labels!, (label) => copies.classNames![label]));
  expect(cells.flatMap((row) => row.slice(2).map((text) => Math.fround(Number(text))))).toEqual(
    Array.from(expected.values),
  );
});

test("encode --noisy-copies refuses a model without noise or of another scale, a test part and numbers that are none", async () => {
  const folder = folderWith();
  mkdirSync(join(folder, "Waves"));
  for (const part of ["TRAIN", "TEST"])
    writeFileSync(join(folder, "Waves", `Waves_${part}.tsv`), "1\t0\t1\t2\n2\t2\t1\t0\n1\t0\t1\t3\n");
  for (const recipe of ["masked", "robust"])
    expect((await undertone(folder, "fit", "Waves", "-o", recipe, "--recipe", recipe, ...QUICK)).code).toBe(0);
  const scales = { "min-max": ["--scale", "min-max"], each: ["--scale-scope", "series"] };
  for (const [name, flags] of Object.entries(scales))
    expect((await undertone(folder, "fit", "Waves", "-o", name, "--recipe", "robust", ...flags, ...QUICK)).code).toBe(
      0,
    );
  const run = (model: string, copies: string, ...more: string[]) =>
    undertone(folder, "encode", model, "Waves", "-o", "z.csv", "--noisy-copies", copies, ...more);
  const refused: [Ended, RegExp][] = [
    [await run("masked", "2", "--part", "train"), /recipe masked.*without noise.*--recipe robust/s],
    [await run("min-max", "2", "--part", "train"), /scale is "min-max" of each channel.*--scale standard/],
    [await run("each", "2", "--part", "train"), /scale is "standard" of each series.*noisyCopies/],
    [await run("robust", "2"), /has a test part, expected --part train/],
    [await run("robust", "2", "--part", "test"), /has a test part, expected --part train/],
    [await run("robust", "0", "--part", "train"), /--noisy-copies.*at least 1/],
  ];
  for (const [{ code, stderr }, message] of refused)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(newFiles(folder, "Waves")).toEqual(["each", "masked", "min-max", "robust"]);
  const { code, stdout } = await run("robust", "2", "--part", "train");
  expect([code, stdout]).toEqual([0, expect.stringContaining("6 rows")]);
});
