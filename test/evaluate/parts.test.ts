import { describe, expect, test } from "vitest";
import { alertsAllowed, budgetOf } from "../../src/evaluate/alert-budget.js";
import { groupsOf } from "../../src/evaluate/resample-description.js";
import { caseTimes, validationPart } from "../../src/evaluate/validation-part.js";
import { randomSeries } from "../series.js";

const DAY = 86_400;
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

describe("the part that thresholds are chosen on", () => {
  const set = randomSeries({ N: 60, F: 1, lengths: (n) => 3 + (n % 4) });
  const whole = ({ fitted, held }: ReturnType<typeof validationPart>) =>
    [...fitted, ...held].toSorted((a, b) => a - b);

  test("class by class: a fifth of each", () => {
    const part = validationPart(set, 1);
    expect(whole(part)).toEqual(Array.from(range(0, 60)));
    expect(Array.from(part.held, (n) => set.labels![n]).filter((label) => label === 1)).toHaveLength(6);
    expect(part.held).toHaveLength(12);
  });

  test("whole entities, where there are several", () => {
    const entities = set.ids.map((_, n) => `e${n % 10}`);
    const { fitted, held } = validationPart({ ...set, entities }, 1);
    const kept = new Set(Array.from(fitted, (n) => entities[n]));
    expect(Array.from(held, (n) => entities[n]).filter((entity) => kept.has(entity))).toEqual([]);
    expect(held).toHaveLength(12);
  });

  test("the latest, forward in time", () => {
    const times = Float64Array.from(set.ids, (_, n) => (n * 37) % 60);
    const part = validationPart(set, 1, times);
    expect(whole(part)).toEqual(Array.from(range(0, 60)));
    expect(Array.from(part.held, (n) => times[n]).toSorted((a, b) => a - b)).toEqual(
      Array.from(range(48, 60)),
    );
  });
});

test("a case happened when its last step did", () => {
  const set = randomSeries({ N: 3, F: 1, lengths: (n) => n + 1 });
  expect(caseTimes(set)).toBeUndefined();
  expect(caseTimes({ ...set, times: Float64Array.of(5, 6, 7, 1, 2, 9) })).toEqual(Float64Array.of(5, 7, 9));
});

describe("what is drawn together in a bootstrap", () => {
  const { entities: _, ...set } = randomSeries({ N: 6, F: 1 });
  const parts = [
    { train: range(0, 3), test: range(3, 6) },
    { train: range(3, 6), test: range(0, 3) },
  ];

  test("cases by themselves, a case with all its answers, or an entity", () => {
    expect(groupsOf(set, parts)).toBeUndefined();
    expect(groupsOf(set, [...parts, parts[0]])).toEqual([3, 4, 5, 0, 1, 2, 3, 4, 5]);
    expect(groupsOf({ ...set, entities: ["a", "a", "b", "b", "c", "c"] }, parts)).toEqual([..."bccaab"]);
  });
});

describe("the budget of alerts", () => {
  const train = randomSeries({ N: 4, F: 1 });
  const source = { name: "made up", train, files: [], notes: [] };
  const events = { times: new Float64Array(4), entities: [], entityName: "e" };
  const at = (perDay: number) =>
    Float64Array.from({ length: 3 * perDay }, (_, n) => DAY * 100 + (n * DAY) / perDay);
  const partOf = (times: Float64Array) => [{ train: range(0, 0), test: range(0, times.length) }];
  const budget = (times: Float64Array, options = {}, rare = true) =>
    budgetOf(options, { ...source, events }, rare, partOf(times), times);

  test("a hundred a day for rare events, where days have two hundred", () => {
    expect(budget(at(200))).toMatchObject({ unit: "day", alerts: 100 });
    expect(new Set(budget(at(200))!.periods).size).toBe(3);
    expect(budget(at(199))).toBeUndefined();
    expect(budget(at(200), {}, false)).toBeUndefined();
    expect(budgetOf({}, source, true, partOf(at(200)), at(200))).toBeUndefined(); // no events
  });

  test("as asked for: each day, or the whole test part of each resample", () => {
    expect(budget(at(5), { alertsPerDay: 2 }, false)).toMatchObject({ unit: "day", alerts: 2 });
    const two = [...partOf(at(5)), ...partOf(at(5))];
    const whole = budgetOf({ alerts: 7 }, source, false, two, undefined)!;
    expect([whole.unit, whole.alerts, new Set(whole.periods).size]).toEqual(["test part", 7, 2]);
  });

  test("on the held-out part as many for each of its days, or in proportion", () => {
    const part = { train: range(0, 100), test: range(100, 300) };
    expect(alertsAllowed({ unit: "day", alerts: 3 }, at(10), range(5, 15), part)).toBe(6);
    expect(alertsAllowed({ unit: "test part", alerts: 40 }, undefined, range(80, 100), part)).toBe(4);
  });
});
