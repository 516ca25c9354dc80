import { describe, expect, test } from "vitest";
import { groupsOf } from "../../../src/evaluate/plan/resample-description.js";
import { randomSeries } from "../../series.js";

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

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
