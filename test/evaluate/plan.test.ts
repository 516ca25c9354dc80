import { describe, expect, test } from "vitest";
import type { CompareOptions } from "../../src/evaluate/comparison/compare-options.js";
import { groupsOf } from "../../src/evaluate/plan/groups.js";
import { planComparison } from "../../src/evaluate/plan.js";
import { resolve } from "../../src/evaluate/resolve.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../series.js";
import { halves, sourceOf } from "./compare-cases.js";

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

describe("what is drawn together in a bootstrap", () => {
  const { entities: _, ...set } = randomSeries({ N: 6, F: 1 });
  const parts = [
    { train: range(0, 3), test: range(3, 6) },
    { train: range(3, 6), test: range(0, 3) },
  ];

  test("cases by themselves, a case with all its rows, or an entity", () => {
    expect(groupsOf(set, parts)).toBeUndefined();
    expect(groupsOf(set, [...parts, parts[0]])).toEqual([3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(groupsOf({ ...set, entities: ["a", "a", "b", "b", "c", "c"] }, parts)).toEqual([..."bccaab"]);
  });
});

describe("a plan, before anything is fitted", () => {
  const set = randomSeries({ N: 200, F: 1, lengths: () => 5 });
  const rare = { ...set, labels: set.labels!.map((_, n) => (n % 13 === 0 ? 0 : 1)) };
  const planOf = (options: CompareOptions = {}, cases: SequenceSet = rare) =>
    planComparison(resolve(halves(cases, 120), { plan: "given", ...options }));

  test("the rarer class comes second, and decides measure, weights, rule and validation part", async () => {
    const plan = await planOf();
    expect([plan.measure, plan.rule, plan.set.classNames]).toEqual(["average-precision", "F1", ["fast", "slow"]]);
    expect(plan.classWeights).toMatchObject({ ridge: "balanced", logistic: "none" });
    const [{ labels, validation, description }] = plan.resamples;
    expect([labels.length, plan.positives]).toEqual([80, labels.filter((label) => label === 1).length]);
    expect(validation!.trials.map(({ held }) => held.length)).toEqual([24, 24, 24]); // a fifth has two positives
    expect(validation!.labels).toHaveLength(72);
    expect(description.trainClasses).toEqual([110, 10]);
    expect(plan.budget).toBeUndefined(); // no events
    const even = await planOf({}, set);
    expect([even.measure, even.rule, even.positives]).toEqual(["accuracy", undefined, undefined]);
    expect(even.resamples[0].validation!.labels).toHaveLength(72); // a classifier is chosen
    const alone = { features: ["raw", "latent"], classifiers: ["ridge"] } as const;
    expect((await planOf(alone, set)).resamples[0].validation).toBeUndefined();
    expect((await planOf(alone)).resamples[0].validation).toBeDefined();
  });

  test("average precision decides below a quarter, thresholds are chosen below a tenth", async () => {
    const planAt = (share: number) =>
      planOf({}, { ...set, labels: set.labels!.map((_, n) => (n % 20 < 20 * share ? 1 : 0)) });
    const found = await Promise.all([0.05, 0.15, 0.2, 0.25, 0.5].map(planAt));
    expect(found.map(({ measure, rule }) => [measure, rule])).toEqual([
      ["average-precision", "F1"],
      ["average-precision", undefined],
      ["average-precision", undefined],
      ["accuracy", undefined],
      ["accuracy", undefined],
    ]);
  });

  test("the measure that decides, and the class that is looked for, can be chosen", async () => {
    expect((await planOf({ measure: "log-loss" })).measure).toBe("log-loss");
    const common = await planOf({ positive: "fast" });
    expect([common.measure, common.rule, common.set.classNames]).toEqual(["accuracy", undefined, ["slow", "fast"]]);
    const even = await planOf({ positive: "slow" }, set);
    expect(even.set.classNames).toEqual(["fast", "slow"]);
    await expect(planOf({ positive: "fraud" })).rejects.toThrow(/`positive: "fraud"`, expected one of .*slow, fast/);
    await expect(planOf({ measure: "cost" })).rejects.toThrow(/cost per case decides.*Add `costs`/);
    await expect(planOf({ measure: "alert-recall" })).rejects.toThrow(/Add `alertsPerDay` or `alerts`/);
    expect((await planOf({ measure: "alert-recall", alerts: 8 })).measure).toBe("alert-recall");
    const three = {
      ...set,
      labels: set.labels!.map((_, n) => n % 3),
      classNames: ["a", "b", "c"],
    };
    await expect(planOf({ measure: "auc" }, three)).rejects.toThrow(/more than two classes.*log-loss/);
    await expect(planOf({ positive: "a" }, three)).rejects.toThrow(/`positive: "a"` for 3 classes/);
  });

  test("a given split that is redrawn: a case that is tested in several splits is drawn as one", async () => {
    const { resamples, groups, positives } = await planOf({ plan: "redrawn" });
    const tested = resamples.flatMap(({ test }) => Array.from(test));
    expect(resamples).toHaveLength(5);
    expect(tested).toHaveLength(5 * 80);
    expect(groups).toEqual(tested);
    expect(new Set(tested).size).toBeLessThan(200);
    const rareTested = new Set(tested.filter((n) => rare.labels[n] === 0));
    expect(positives).toBe(rareTested.size);
    for (const { description } of resamples) expect(description.trainClasses).toEqual([110, 10]);
  });

  test("costs come before a budget of alerts, and that before F1", async () => {
    expect((await planOf({ costs: { miss: 5, alert: 1 }, alerts: 8 })).rule).toBe("cost");
    const { rule, budget, resamples } = await planOf({ alerts: 8 });
    expect([rule, budget!.alerts, resamples[0].validation!.trials[0].alerts]).toEqual(["alerts", 8, 2]); // 8 * 24 / 80
  });

  test("a training part of one class is refused, whichever resample it is of", async () => {
    const labels = set.labels!.map((_, n) => (n === 7 ? 1 : 0));
    const plan = planComparison(resolve(sourceOf({ ...set, labels }), { folds: 3 }));
    await expect(plan).rejects.toThrow(/training part of resample [123] has one class only \("slow"\)/);
  });
});
