import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { fitAutoencoder } from "../../src/features/fit-autoencoder.js";
import { fitFile } from "../../src/features/fit-file.js";
import { encodeModel } from "../../src/features/model-bytes.js";
import { readSource } from "../../src/read/read.js";
import type { DataOptions } from "../../src/read/source/options.js";
import type { FitOptions } from "../../src/train/options.js";
import { folderWith, longCsv, undertone, wideCsv } from "./run.js";

const series = wideCsv().replaceAll(",", "\t").split("\n").slice(1).join("\n");
const events: DataOptions = { label: "fraud", entity: "customer", time: "time", window: 3 };
const eventFlags = ["--entity", "customer", "--time", "time", "--label", "fraud", "--window", "3"];

test.each<[string, string, DataOptions, FitOptions, string[]]>([
  ["series of a folder", ".", {}, {}, []],
  [
    "series, another recipe and scale",
    ".",
    {},
    { recipe: "masked", prepare: { scaleScope: "series" } },
    [...["--recipe", "masked", "--scale-scope", "series"]],
  ],
  ["windows of events", "a.csv", events, {}, eventFlags],
  [
    "windows of events, a scale per series",
    "a.csv",
    events,
    { prepare: { scaleScope: "series" } },
    [...[...eventFlags, "--scale-scope", "series"]],
  ],
  [
    "events on a grid",
    "a.csv",
    { ...events, timeChannels: false },
    { prepare: { resample: { step: 43_200 } } },
    [...[...eventFlags, "--resample-step", "43200"]],
  ],
])("the command and the library make the same model file: %s", async (_, path, reading, options, args) => {
  const folder = folderWith({ "S_TRAIN.tsv": series, "S_TEST.tsv": series, "a.csv": skewed(longCsv()) });
  const where = join(folder, path);
  const quick = ["--units", "3", "--updates", "4", "--threads", "1"];
  const { code, stderr } = await undertone(folder, "fit", where, "-o", "m.undertone", ...quick, ...args);
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  const source = await readSource(where, reading);
  const engine = await loadEngine();
  const fit: FitOptions = { units: 3, threads: 1, ...options, train: { updates: 4 } };
  const origin = { name: source.name, files: source.files, reading: { ...reading } };
  const model = await fitAutoencoder(engine, source.train, { ...fit, origin });
  const written = readFileSync(join(folder, "m.undertone"));
  expect(Buffer.from(encodeModel(model)).equals(written)).toBe(true);
  await fitFile(engine, where, join(folder, "f.undertone"), { ...fit, reading });
  expect(readFileSync(join(folder, "f.undertone")).equals(written)).toBe(true);
  if (reading.window && !options.prepare) expect(model.metadata.preparation.scaler.logarithm).toContain(true);
});

/** Amounts as in life: most are small, some are large. */
function skewed(csv: string): string {
  let row = 0;
  const amount = () => Math.exp(12 * (((37 * row++) % 96) / 96) ** 2).toFixed(2);
  return csv.replace(/^(c\d+,[^,]*,)([\d.]+)/gm, (_, head: string) => head + amount());
}
