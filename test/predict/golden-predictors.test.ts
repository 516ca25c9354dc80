import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { detectFile } from "../../src/predict/detect-file.js";
import { predictFile } from "../../src/predict/predict-file.js";
import { loadEither } from "../../src/predict/predictor-file.js";
import { fileOf } from "../read/temporary.js";

const folder = fileURLToPath(new URL("../golden/predictors/", import.meta.url));
const names = readdirSync(folder).flatMap((file) => /^(v\d+-\w+)\.undertone$/.exec(file)?.[1] ?? []);
const engine = await loadEngine("reference");
const rowsOf = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

test("there are predictors of each version of the format", () => {
  expect(names.length).toBeGreaterThanOrEqual(3);
});

test.each(names)("%s scores as it did when it was written", async (name) => {
  const { predictor, detector } = await loadEither(engine, join(folder, `${name}.undertone`), { threads: 0 });
  const output = fileOf("scores.csv", "");
  const data = join(folder, `${(predictor ?? detector).about.name}.csv`);
  if (predictor) await predictFile(predictor, data, output);
  else await detectFile(detector, data, output, { threads: 0 });
  const [head, ...wanted] = rowsOf(join(folder, `${name}.csv`));
  const [named, ...got] = rowsOf(output);
  expect(named).toEqual(head);
  const first = head.indexOf("decision") + 1;
  expect(got.map((row) => row.slice(0, first))).toEqual(wanted.map((row) => row.slice(0, first)));
  // float64 on both sides; functions such as exp may differ in their last bit between versions of V8
  got.forEach((row, n) => {
    for (let c = first; c < head.length; c++) expect(Number(row[c])).toBeCloseTo(Number(wanted[n][c]), 9);
  });
});
