import { describe, expect, test } from "vitest";
import { caseTimes, validationPart } from "../../../src/evaluate/plan/validation-part.js";
import { randomSeries } from "../../series.js";

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

describe("the part that thresholds are chosen on", () => {
  const set = randomSeries({ N: 60, F: 1, lengths: (n) => 3 + (n % 4) });
  const whole = ({ fitted, held }: ReturnType<typeof validationPart>) => [...fitted, ...held].toSorted((a, b) => a - b);

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
    expect(Array.from(part.held, (n) => times[n]).toSorted((a, b) => a - b)).toEqual(Array.from(range(48, 60)));
  });
});

test("a case happened when its last step did", () => {
  const set = randomSeries({ N: 3, F: 1, lengths: (n) => n + 1 });
  expect(caseTimes(set)).toBeUndefined();
  expect(caseTimes({ ...set, times: Float64Array.of(5, 6, 7, 1, 2, 9) })).toEqual(Float64Array.of(5, 7, 9));
});
