import { describe, expect, test } from "vitest";
import type { CompareOptions } from "../../../src/evaluate/comparison/compare-options.js";
import { describePlan } from "../../../src/evaluate/plan/resample-plan.js";
import { resolve } from "../../../src/evaluate/resolve.js";
import type { SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";
import { halves, range, sourceOf } from "../compare-cases.js";

const many = randomSeries({ N: 1100, F: 1, lengths: () => 3 });
/** The plan of the first `N` of them, split after `train`, in words, and the notes on it. */
function told(N: number, train: number, options: CompareOptions = {}, more: Partial<SequenceSet> = {}) {
  const { source, plan } = resolve(halves({ ...pickFirst(N), ...more }, train), options);
  return { plan: describePlan(plan), notes: source.notes.join(" ") };
}
function pickFirst(N: number): SequenceSet {
  return halves(many, N).train as SequenceSet;
}
const REDRAWN = "the given split and 4 redrawn ones of its sizes";

describe("a given split", () => {
  test.each([
    [40, 20],
    [520, 499],
    [499, 520],
  ])(
    "of %d and %d cases is small: others of its sizes are drawn, and a note tells how to leave them out",
    (train, tested) => {
      const { plan, notes } = told(train + tested, train);
      expect(plan).toBe(`${REDRAWN} (seed 1)`);
      expect(notes).toMatch(/split is small.*4 more.*`plan: "given"`/);
      const alone = told(train + tested, train, { plan: "given" });
      expect(alone).toEqual({ plan: "the given split", notes: "" });
    },
  );

  test("of 500 cases each stands alone; cases without a label do not count", () => {
    expect(told(1000, 500)).toEqual({ plan: "the given split", notes: "" });
    const labels = many.labels!.slice(0, 1000);
    labels[3] = -1;
    expect(told(1000, 500, {}, { labels }).plan).toBe(`${REDRAWN} (seed 1)`);
  });

  test("is redrawn at any size where that is asked for, as often as that", () => {
    expect(told(1000, 500, { plan: "redrawn" }).plan).toBe(`${REDRAWN} (seed 1)`);
    expect(told(1000, 500, { repeats: 2, fit: { train: { seed: 7 } } }).plan).toBe(
      "the given split and 1 redrawn one of its sizes (seed 7)",
    );
    expect(told(1000, 500, { repeats: 3 }).notes).toBe("");
    expect(told(60, 40, { repeats: 1 }).plan).toBe("the given split");
  });

  test("is kept where the test part is later in time, though a few cases overlap", () => {
    const later = (mixed: number) => ({
      times: Float64Array.from(range(0, 3 * 60), (step) => step - (step < 3 * mixed ? -500 : 0)),
    });
    expect(told(60, 40, {}, later(0))).toEqual({
      plan: "the given split alone, because its test part is later in time than its training part",
      notes: "",
    });
    expect(told(60, 40, {}, later(1)).plan).toMatch(/alone, because its test part is later/);
    expect(told(60, 40, {}, later(8)).plan).toBe(`${REDRAWN} (seed 1)`);
    const same = { times: Float64Array.from(range(0, 3 * 60), (step) => step % 3) }; // each from its own start
    expect(told(60, 40, {}, same).plan).toBe(`${REDRAWN} (seed 1)`);
    for (const options of [{ plan: "redrawn" }, { repeats: 3 }] as const)
      expect(() => told(60, 40, options, later(0))).toThrow(
        /not redrawn, because its test part is later.*`plan: "given"`/,
      );
  });

  test("moves whole entities, and is kept where there are few", () => {
    const of = (size: number) => ({ entities: range(0, 60).map((n) => `e${Math.floor(n / size)}`) });
    expect(told(60, 40, {}, of(4)).plan).toBe(`${REDRAWN}, in whole entities (seed 1)`);
    expect(told(60, 40, {}, of(10)).plan).toBe(
      "the given split alone, because there are only 6 entities to draw from, and whole ones move",
    );
  });

  test("knows no folds, and no repeats when it is to stand alone", () => {
    expect(() => told(60, 40, { folds: 3 })).toThrow(/folds do not apply.*`plan: "stratified"`/);
    expect(() => told(60, 40, { plan: "redrawn", folds: 3 })).toThrow(/folds do not apply/);
    expect(() => told(60, 40, { plan: "given", repeats: 3 })).toThrow(/the given split alone.*`plan: "redrawn"`/);
    expect(() => resolve(sourceOf(pickFirst(60)), { plan: "redrawn" })).toThrow(/test part is missing.*redrawn/);
  });
});

describe("the share that is tested", () => {
  const entities = range(0, 60).map((n) => `e${Math.floor(n / 3)}`);
  const times = Float64Array.from(range(0, 3 * 60));
  const planned = (options: CompareOptions) => resolve(sourceOf({ ...pickFirst(60), entities, times }), options).plan;

  test("is that of a plan forward in time, and of held-out entities or cases", () => {
    const [testShare, third] = [0.45, 1 / 3];
    expect(describePlan(planned({ plan: "forward", testShare, labelDelay: 0 }))).toContain("the latest 45 % tested");
    expect(describePlan(planned({ testShare: third }))).toBe("33.33 % of whole entities held out (seed 1)");
    expect(planned({ plan: "stratified", repeats: 2, testShare })).toMatchObject({ testFraction: 0.45, repeats: 2 });
    expect(planned({ plan: "forward" })).toMatchObject({ testFraction: 0.3 });
    expect(planned({})).toMatchObject({ kind: "grouped", testFraction: 0.3 });
  });

  test("is refused where something else says what is tested, and out of its range", () => {
    expect(() => planned({ folds: 3, testShare: 0.5 })).toThrow(/folds, which test every case once.*`plan: "forward"`/);
    expect(() => planned({ plan: "stratified", testShare: 0.5 })).toThrow(/`testShare: 0.5` for folds/);
    expect(() => told(60, 40, { testShare: 0.5 })).toThrow(/a source with a test part, which says what is tested/);
    for (const testShare of [0, 1]) expect(() => planned({ testShare })).toThrow(/`testShare`/);
  });
});

test("a class of one entity only is told, where whole entities are held out", () => {
  const set = pickFirst(60);
  const classNames = ["a", "b", "c"];
  const labels = Int32Array.from({ length: 60 }, (_, n) => (n === 12 || n === 13 ? 2 : n === 30 ? -1 : n % 2));
  const entities = range(0, 60).map((n) => `e${Math.floor(n / 3)}`);
  const notesOf = (options: CompareOptions, more: Partial<SequenceSet> = {}) =>
    resolve(sourceOf({ ...set, labels, classNames, entities, ...more }), options).source.notes.join(" ");
  expect(notesOf({})).toMatch(/A class is of one entity only: "c" \("e4"\)/);
  expect(notesOf({ folds: 3 })).toMatch(/one entity only/);
  expect(notesOf({ plan: "stratified" })).not.toMatch(/one entity only/);
  expect(notesOf({}, { labels: labels.map((label) => (label === 2 ? 1 : label)) })).not.toMatch(/one entity only/);
  const two = labels.map((label, n) => (n === 20 ? 2 : label));
  expect(notesOf({}, { labels: two })).not.toMatch(/one entity only/);
});
