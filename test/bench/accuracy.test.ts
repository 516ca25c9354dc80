import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { copiesRows } from "../../bench/accuracy/copies.mjs";
import { criticalDifference } from "../../bench/accuracy/critical-difference.mjs";
import { differenceLine, gapsOf } from "../../bench/accuracy/differences.mjs";
import { figuresOf } from "../../bench/accuracy/figures.mjs";
import { modeFrom } from "../../bench/accuracy/modes.mjs";
import { openSheet } from "../../bench/accuracy/sheet.mjs";
import { encoderOf } from "../../bench/accuracy/tables.mjs";
import { ridgeClassifier } from "../../src/classify/linear/ridge.js";
import { loadEngine } from "../../src/engine/load.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fitScaler } from "../../src/sequences/transform/scale.js";
import { folderWith } from "../cli/run.js";
import { randomSeries } from "../series.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

function labelled(counts: readonly number[], seed = 1): SequenceSet {
  const labels = Int32Array.from(counts.flatMap((count, c) => Array.from({ length: count }, () => c)));
  const set = randomSeries({ N: labels.length, lengths: (n) => 3 + (n % 4), missing: 0.1, seed });
  return { ...set, labels, classNames: counts.map((_, c) => `class ${c}`) };
}

const countOfClasses = ({ labels }: SequenceSet, C: number) =>
  Array.from({ length: C }, (_, c) => labels!.filter((label) => label === c).length);

describe("noise", () => {
  const { change, name } = modeFrom({ noise: "0.5" });
  const [train, test_] = [labelled([30, 30], 1), labelled([400, 400], 2)];
  const run = (seed = 1, set = "a") => {
    const changed = change({ train, test: test_ }, { seed, set });
    if ("skipped" in changed) throw new Error(changed.skipped);
    return changed;
  };

  test("is on the test part alone, of the size asked for, and misses what is missing", () => {
    expect(name).toBe("noise 0.5");
    const noisy = run();
    expect(noisy.train).toBe(train);
    const { scale } = fitScaler(train);
    const C = train.channels.length;
    const sums = scale.map(() => ({ squares: 0, count: 0 }));
    let gaps = 0;
    noisy.test.values.forEach((value, k) => {
      if (!isObserved(test_, k)) {
        expect(value).toBe(test_.values[k]);
        gaps++;
        return;
      }
      sums[k % C].squares += (value - test_.values[k]) ** 2;
      sums[k % C].count++;
    });
    expect(gaps).toBeGreaterThan(0);
    expect(noisy.test.observed).toEqual(test_.observed);
    sums.forEach(({ squares, count }, c) => {
      expect(Math.sqrt(squares / count) / scale[c]).toBeCloseTo(0.5, 1);
    });
  });

  test("is the same for the same seed and set alone", () => {
    expect(run().test.values).toEqual(run().test.values);
    expect(run(2).test.values).not.toEqual(run().test.values);
    expect(run(1, "b").test.values).not.toEqual(run().test.values);
  });
});

test("few labels: a share of every class, two at least where there are two, the series all there", () => {
  const train = labelled([40, 14, 3, 1]);
  const { change } = modeFrom({ labels: "0.1" });
  const labelsOf = (seed: number) => {
    const changed = change({ train, test: train }, { seed, set: "a" });
    if ("skipped" in changed) throw new Error(changed.skipped);
    expect(changed.test.labels).toEqual(train.labels);
    expect(changed.train.values).toBe(train.values);
    expect(countOfClasses(changed.train, 4)).toEqual([4, 2, 2, 1]);
    return changed.train.labels!;
  };
  labelsOf(1).forEach((label, n) => {
    expect([-1, train.labels![n]]).toContain(label);
  });
  expect(labelsOf(1)).toEqual(labelsOf(1));
  expect(labelsOf(1)).not.toEqual(labelsOf(2));
});

describe("rare", () => {
  const { change } = modeFrom({ rare: "0.02" });
  const run = (train: number[], test_: number[], seed = 1) =>
    change({ train: labelled(train, 1), test: labelled(test_, 2) }, { seed, set: "a" });

  test("the smallest class that has enough cases against the rest, thinned out in both parts", () => {
    const changed = run([300, 60, 4, 90], [600, 40, 10, 100]);
    if ("skipped" in changed) throw new Error(changed.skipped);
    expect(countOfClasses(changed.train, 2)).toEqual([394, 8]);
    expect(countOfClasses(changed.test, 2)).toEqual([710, 14]);
    const other = run([300, 60, 4, 90], [600, 40, 10, 100], 2);
    expect("skipped" in other || other.train.ids).not.toEqual(changed.train.ids);
  });

  test("a set is left out where five positives would not be rare, or are not there", () => {
    expect(run([94, 20], [500, 20])).toEqual({
      skipped: "5 positives are more than 5 % beside 94 others",
    });
    expect(run([95, 20], [500, 20])).not.toHaveProperty("skipped");
    expect(run([500, 4], [500, 20])).toHaveProperty("skipped");
  });
});

test("modes do not mix, and their numbers are in range", () => {
  expect(() => modeFrom({ noise: "0.5", rare: "0.02" })).toThrow("one of");
  expect(() => modeFrom({ noise: "much" })).toThrow('--noise: got "much"');
  expect(() => modeFrom({ labels: "1.5" })).toThrow("between 0 and 1");
  expect(() => modeFrom({ rare: "" })).toThrow("--rare");
});

test("a sheet fits on labelled rows alone, and ranks the positives", async () => {
  const train = { ...labelled([5, 5]), labels: Int32Array.of(0, 0, -1, -1, -1, 1, 1, -1, -1, -1) };
  const test_ = labelled([3, 2]);
  const table = (values: number[]) => ({
    values: Float32Array.from(values),
    names: ["x"],
    rows: values.length,
  });
  // rows without a label say the opposite
  const pair = { train: table([0, 1, 9, 9, 9, 8, 9, 0, 0, 0]), test: table([0, 8, 1, 7, 9]) };
  const sheet = openSheet(train, test_, true);
  await sheet.judge("raw", ridgeClassifier(), pair);
  expect(sheet.figures.accuracy.raw).toBe(0.8); // one negative looks like a positive
  expect(sheet.figures.averagePrecision!.raw).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(sheet.figures.seconds.raw).toBeGreaterThan(0);
});

const line = (set: string, seed: number, accuracy: Record<string, number>, more = {}) => ({
  ...{ set, seed, mode: "standard", engine: "native", train: 10, classes: 2, total: 3, accuracy },
  ...{ seconds: { latent: 2 }, ...more },
});
const made = [
  line("A", 1, { raw: 0.5, "raw knn": 0.9, "latent wide": 0.8 }),
  line("A", 2, { raw: 0.7, "latent wide": 0.86 }),
  line("B", 1, { raw: 0.8, "raw knn": 0.1, "latent wide": 0.9 }, { train: 500 }),
];

test("figures are means over seeds, then over sets; the worst set is named", () => {
  const figures = figuresOf(made);
  expect(figures.of("A", "raw")).toBeCloseTo(0.6);
  expect(figures.bestRaw()).toBe("raw");
  expect(figures.bestRawOf("A")).toBe(0.9);
  expect(figures.largest(1)).toEqual(["B"]);
  expect(gapsOf(figures, "latent wide", "best raw").map(({ points }) => Math.round(points))).toEqual([-7, 10]);
  const [row] = differenceLine(figures, "latent wide", "best raw");
  expect(row).toContain("| latent wide - best raw | 2 | +1.50 | [-7.00, +10.00] | +1.50 | 1/0/1 | -7.00 A |");
});

test("rows fitted on noisy copies have their own best raw row and seconds", () => {
  const seconds = { raw: 1, "convolutions copies": 7, convolutions: 2 };
  const rows = {
    raw: 0.5,
    "raw knn": 0.4,
    "raw copies": 0.3,
    "raw knn copies": 0.6,
    "convolutions copies": 1,
  };
  const figures = figuresOf([line("A", 1, rows, { seconds })]);
  expect([figures.bestRaw(), figures.bestRaw(" copies")]).toEqual(["raw", "raw knn copies"]);
  expect(figures.bestRawOf("A")).toBe(0.5); // of the series as they are
  expect(["convolutions", "convolutions copies"].map(figures.secondsOf)).toEqual([2, 7]);
});

test("rows of noisy copies are beside the encoder, the baselines with copies and without", async () => {
  const { change } = modeFrom({ noise: "0.5" });
  const changed = change({ train: labelled([7, 7], 1), test: labelled([5, 5], 2) }, { seed: 1, set: "a" });
  if ("skipped" in changed) throw new Error(changed.skipped);
  const sheet = openSheet(changed.train, changed.test, false);
  const engine = await loadEngine();
  const options = { seed: 1, threads: 0 };
  const robust = await encoderOf(engine, changed.train, { learn: false, recipe: "robust", ...options });
  await copiesRows(sheet, changed, { engine, ...options }, robust);
  const { accuracy, seconds } = sheet.figures;
  expect(Object.keys(accuracy)).toEqual([
    ...["raw", "raw knn", "raw forest", "convolutions"].map((row) => `${row} copies`),
    ...["robust", "robust-untrained"].flatMap((name) => [`${name} narrow copies`, `${name} levels copies`]),
    ...["robust", "robust-untrained"].map((name) => `average(${name}, convolutions) copies`),
  ]);
  // given as the trained one, the untrained encoder is its own control
  expect(accuracy["robust levels copies"]).toBe(accuracy["robust-untrained levels copies"]);
  const tenths = Object.values(accuracy).map((value) => 10 * value);
  expect(tenths).toEqual(tenths.map(Math.round)); // shares of the ten test series: copies are not judged
  expect(seconds["robust copies"]).toBeGreaterThan(0);
});

test("a choice is the row whose training table does better by leave-one-out, whatever the test part says", async () => {
  const labels = Int32Array.from({ length: 24 }, (_, n) => n % 2);
  const set = { ...labelled([12, 12]), labels };
  const { judge, select, figures: chosen } = openSheet(set, { ...set, labels: labels.map((l) => 1 - l) }, false);
  const table = (of: (n: number) => number) => ({
    values: Float32Array.from(labels, (_, n) => of(n)),
    names: ["x"],
    rows: labels.length,
  });
  const told = table((n) => labels[n] + 0.01 * n);
  const blind = table((n) => (n * 7) % 5);
  await judge("told", ridgeClassifier(), { train: told, test: told });
  await judge("blind", ridgeClassifier(), { train: blind, test: blind });
  select("choice", { blind, told });
  expect(chosen.accuracy.told).toBe(0); // the test labels are turned round
  expect(chosen.accuracy.blind).toBeGreaterThan(0.3);
  expect(chosen.accuracy.choice).toBe(0);
});

test("the summary has tables of the standard lines and of each mode, and puts them into a page", () => {
  const rare = { mode: "rare 0.02", averagePrecision: { raw: 0.25, "latent wide": 0.5 } };
  const lines = [
    ...made,
    line("A", 1, { raw: 0.4, "latent wide": 0.7 }, { mode: "noise 0.5" }),
    line("B", 1, { raw: 0.98, "latent wide": 0.99 }, rare),
    { set: "A", seed: 1, mode: "rare 0.02", engine: "native", skipped: "too few", total: 1 },
  ];
  const folder = folderWith({
    "lines.jsonl": lines.map((each) => JSON.stringify(each)).join("\n"),
    "page.md": "before\n<!-- table: begin -->\nof yesterday\n<!-- table: end -->\nafter\n",
  });
  const script = join(root, "bench", "accuracy-summary.mjs");
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: "utf8" });
  expect(run("lines.jsonl", "--write", "page.md").stderr).toBe("");
  const page = readFileSync(join(folder, "page.md"), "utf8");
  expect(page).toMatch(/^before[\s\S]*after\n$/);
  expect(page).not.toContain("of yesterday");
  expect(page).toContain("| latent wide | 2 | 0.8650 |");
  expect(page).toMatch(/more than 4 points below.*: A \(-7\.00\)\./);
  expect(page).toMatch(/### The five largest sets\n\n.*\n.*\n\| B \| 500 /);
  expect(page).toContain("### Noise of 0.5 standard deviations on the test part");
  expect(page).toContain("### Positives of 2 %");
  expect(page).toContain("| latent wide | 0.5000 | 0.9900 |");
  expect(page).toContain("Left out, too few positives: A.");
  expect(page).toContain("| latent wide - raw | 1 | +25.00 |");
  expect(run("none.jsonl").stderr).toContain("No such file: none.jsonl");
});

test.each([
  [2, 1.96],
  [3, 2.343],
  [5, 2.728],
  [10, 3.164],
])("critical difference of mean ranks: the published values of Nemenyi's test for %i rows", (rows, q) => {
  expect(criticalDifference(rows, 30)).toBeCloseTo(q * Math.sqrt((rows * (rows + 1)) / (6 * 30)), 3);
});
