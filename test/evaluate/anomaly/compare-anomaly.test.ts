import { describe, expect, test } from "vitest";
import { compareAnomaly } from "../../../src/evaluate/anomaly/compare-anomaly.js";
import { averagePrecision, rocAuc } from "../../../src/evaluate/metrics/ranking.js";
import { type DataSource, fitAnomaly, openAnomaly, type SequenceSet } from "../../../src/index.js";
import { selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { engines } from "../../engines.js";
import { randomSeries } from "../../series.js";

const { engine } = engines[engines.length - 1];
/** Three of four cases are slow. */
const N = 160;
const all = randomSeries({ N: 2 * N, F: 1, lengths: () => 11 });
const set = selectSequences(
  all,
  Array.from({ length: 2 * N }, (_, n) => n).filter((n) => all.labels![n] === 0 || n % 6 === 1),
);
const sourceOf = (train: SequenceSet, test?: SequenceSet): DataSource => ({
  ...{ name: "waves", train, files: [], notes: [] },
  ...(test && { test }),
});
const fit = { units: 4, train: { updates: 40 }, threads: 0 };
const cheap = ["isolation-forest", "z-score"] as const;

describe("a comparison of detectors", async () => {
  const found = await compareAnomaly(engine, sourceOf(set), { fit, folds: 2 });

  test("has a row per detector, the autoencoder against each baseline, and a verdict", () => {
    const { rows, differences, verdict, normal, test, testAnomalies, measure, held, level } = found;
    expect(rows.map(({ detector }) => detector)).toEqual([
      ...["autoencoder", "isolation-forest", "isolation-forest-raw", "z-score"],
    ]);
    expect(differences.map(({ against }) => against)).toEqual(rows.slice(1).map(({ detector }) => detector));
    expect(normal).toBe("slow");
    expect([test, testAnomalies]).toEqual([set.labels!.length, set.labels!.filter((label) => label === 1).length]);
    expect(measure).toBe(testAnomalies / test < 0.25 ? "average-precision" : "auc");
    expect(held).toBe(80); // each of the normal training cases
    expect(level).toBe(1 / 81);
    expect(found.expected!.low).toBeLessThan(level);
    expect(verdict.choice).toBeDefined();
    for (const row of rows) {
      expect(row.falseAlarms.cases + row.found.cases).toBe(test);
      expect(row.intervals.auc.low).toBeLessThanOrEqual(row.auc);
      expect(row.intervals.auc.high).toBeGreaterThanOrEqual(row.auc);
      expect(row.byResample).toHaveLength(2);
    }
  });

  test("it is plain JSON, and the same again", async () => {
    const again = await compareAnomaly(engine, sourceOf(set), { fit, folds: 2 });
    const bare = ({ rows, started: _, seconds: __, ...rest }: typeof found) => ({
      ...rest,
      rows: rows.map(({ seconds: ___, ...row }) => row),
    });
    expect(bare(JSON.parse(JSON.stringify(again)))).toEqual(bare(JSON.parse(JSON.stringify(found))));
  });
});

test("figures are means over the resamples of what each fit says of its own test part", async () => {
  const found = await compareAnomaly(engine, sourceOf(set), {
    ...{ detectors: ["z-score"], folds: 2, falseAlarmRate: 0.1, measure: "auc" },
  });
  const [row] = found.rows;
  expect(row.auc).toBeCloseTo((row.byResample[0] + row.byResample[1]) / 2, 12);
  // The same by hand, of a given split.
  const half = Array.from({ length: set.labels!.length }, (_, n) => n);
  const [train, test] = [0, 1].map((part) =>
    selectSequences(
      set,
      half.filter((n) => (n % 3) % 2 === part),
    ),
  );
  const given = await compareAnomaly(engine, sourceOf(train, test), {
    ...{ detectors: ["z-score"], plan: "given", falseAlarmRate: 0.1 },
  });
  const normal = selectSequences(
    train,
    Array.from(train.labels!.keys()).filter((n) => train.labels![n] === 0),
  );
  const fitted = await fitAnomaly(engine, normal, { detector: "z-score", falseAlarmRate: 0.1 });
  const { scores, pValues } = await openAnomaly(engine, fitted).score(test);
  const positive = Array.from(test.labels!, (label) => label === 1);
  expect(given.rows[0].auc).toBeCloseTo(rocAuc(scores, positive)!, 12);
  expect(given.rows[0].averagePrecision).toBeCloseTo(averagePrecision(scores, positive)!, 12);
  const called = Array.from(pValues, (p) => p <= 0.1);
  expect(given.rows[0].falseAlarms.called).toBe(called.filter((yes, n) => yes && !positive[n]).length);
  expect(given.rows[0].found.called).toBe(called.filter((yes, n) => yes && positive[n]).length);
});

describe("labels", () => {
  const parts = [0, 1].map((part) =>
    selectSequences(
      set,
      Array.from(set.labels!.keys()).filter((n) => (n % 3) % 2 === part),
    ),
  );
  const options = { detectors: cheap, plan: "given", falseAlarmRate: 0.1 } as const;
  const calls = ({ rows }: Awaited<ReturnType<typeof compareAnomaly>>) =>
    rows.map(({ falseAlarms, found }) => falseAlarms.called + found.called);

  test("of the test part change figures, never who is called", async () => {
    const [train, other] = parts;
    const found = await compareAnomaly(engine, sourceOf(train, other), options);
    const turned = { ...other, labels: other.labels!.map((label) => 1 - label) };
    const after = await compareAnomaly(engine, sourceOf(train, turned), options);
    expect(calls(after)).toEqual(calls(found));
    expect(after.rows[0].auc).toBeCloseTo(1 - found.rows[0].auc, 9);
  });

  test("of the training part say what is left out, and with trainOn all nothing but which class is normal", async () => {
    const [train, other] = parts;
    const clean = await compareAnomaly(engine, sourceOf(train, other), options);
    const mixed = await compareAnomaly(engine, sourceOf(train, other), { ...options, trainOn: "all" });
    expect(calls(mixed)).not.toEqual(calls(clean));
    const shuffled = { ...train, labels: train.labels!.map((_, n) => (n % 5 === 0 ? 1 : 0)) };
    const again = await compareAnomaly(engine, sourceOf(shuffled, other), { ...options, trainOn: "all" });
    expect(calls(again)).toEqual(calls(mixed));
  });

  test("another class can be the normal one", async () => {
    const [train, other] = parts;
    const found = await compareAnomaly(engine, sourceOf(train, other), { ...options, normal: "fast" });
    expect(found.normal).toBe("fast");
    expect(found.testAnomalies).toBe(other.labels!.filter((label) => label === 0).length);
    await expect(compareAnomaly(engine, sourceOf(train, other), { ...options, normal: "swift" })).rejects.toThrow(
      /`normal: "swift"`, expected one of the classes: slow, fast/,
    );
  });
});

test("progress is told and never falls; a signal ends it", async () => {
  const told: number[] = [];
  const hooks = { onProgress: (_: string, done: number) => void told.push(done) };
  await compareAnomaly(engine, sourceOf(set), { fit, folds: 2, hooks });
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
  const controller = new AbortController();
  const ended = compareAnomaly(engine, sourceOf(set), {
    fit: { ...fit, train: { updates: 100_000 } },
    folds: 2,
    hooks: { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) },
  });
  await expect(ended).rejects.toThrow("enough");
});

test("an entity on both sides, data without labels and a rate out of reach are refused", async () => {
  const labels = undefined;
  await expect(compareAnomaly(engine, sourceOf({ ...set, labels }), {})).rejects.toThrow(/no labels to compare on/);
  await expect(
    compareAnomaly(engine, sourceOf(set), { detectors: cheap, folds: 2, falseAlarmRate: 0.001 }),
  ).rejects.toThrow(/no case could be called/);
  const entities = Array.from(set.labels!.keys(), (n) => `e${n % 9}`);
  const owned = { ...set, entities };
  await expect(
    compareAnomaly(engine, sourceOf(owned), { detectors: cheap, plan: "stratified", folds: 2 }),
  ).rejects.toThrow(/entities are on both sides/);
  const grouped = await compareAnomaly(engine, sourceOf(owned), { detectors: cheap });
  expect(grouped.plan).toContain("whole entities");
  expect(grouped.expected).toBeUndefined(); // cases of an entity depend on each other
});
