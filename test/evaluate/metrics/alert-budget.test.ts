import { describe, expect, test } from "vitest";
import { alertsAllowed, budgetOf } from "../../../src/evaluate/metrics/alerts.js";

const DAY = 86_400;
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

describe("the budget of alerts", () => {
  const at = (perDay: number) => Float64Array.from({ length: 3 * perDay }, (_, n) => DAY * 100 + (n * DAY) / perDay);
  const partOf = (times: Float64Array) => [{ train: range(0, 0), test: range(0, times.length) }];
  const budget = (times: Float64Array, options = {}, rare = true) => budgetOf(options, partOf(times), times, rare);

  test("a hundred a day for rare events, where days have two hundred", () => {
    expect(budget(at(200))).toMatchObject({ unit: "day", alerts: 100 });
    expect(new Set(budget(at(200))!.periods).size).toBe(3);
    expect(budget(at(199))).toBeUndefined();
    expect(budget(at(200), {}, false)).toBeUndefined();
    expect(budgetOf({}, partOf(at(200)), undefined, true)).toBeUndefined(); // no times
  });

  test("as asked for: each day, or the whole test part of each resample", () => {
    expect(budget(at(5), { alertsPerDay: 2 }, false)).toMatchObject({ unit: "day", alerts: 2 });
    const two = [...partOf(at(5)), ...partOf(at(5))];
    const whole = budgetOf({ alerts: 7 }, two, undefined, false)!;
    expect([whole.unit, whole.alerts, new Set(whole.periods).size]).toEqual(["test part", 7, 2]);
  });

  test("on the held-out part as many for each of its days, or in proportion", () => {
    const part = { train: range(0, 100), test: range(100, 300) };
    expect(alertsAllowed({ unit: "day", alerts: 3 }, at(10), range(5, 15), part)).toBe(6);
    expect(alertsAllowed({ unit: "test part", alerts: 40 }, undefined, range(80, 100), part)).toBe(4);
  });
});
