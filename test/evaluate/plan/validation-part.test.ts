import { describe, expect, test } from "vitest";
import { validationTrials } from "../../../src/evaluate/plan/validation-part.js";
import { caseTimes } from "../../../src/sequences/set/windowed-set.js";
import { randomSeries } from "../../series.js";

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, k) => from + k);

const thresholds = true;

describe("the parts that thresholds are chosen on", () => {
  const set = randomSeries({ N: 60, F: 1, lengths: (n) => 3 + (n % 4) });
  type Trials = ReturnType<typeof validationTrials>;
  const whole = ({ fitted, held }: Trials[number]) => [...fitted, ...held].toSorted((a, b) => a - b);
  const heldOnce = (trials: Trials) => {
    const held = trials.flatMap((trial) => Array.from(trial.held));
    return new Set(held).size === held.length;
  };

  test("class by class: a fifth of each; few positives are held out in three trials", () => {
    const trials = validationTrials(set, 1, { thresholds });
    expect(trials).toHaveLength(3);
    for (const trial of trials) {
      expect(whole(trial)).toEqual(Array.from(range(0, 60)));
      expect(Array.from(trial.held, (n) => set.labels![n]).filter((label) => label === 1)).toHaveLength(6);
      expect(trial.held).toHaveLength(12);
    }
    expect(heldOnce(trials)).toBe(true);
  });

  test("one trial is enough with many positives, and where rows are many", () => {
    const many = randomSeries({ N: 1000, F: 1, lengths: () => 1 });
    expect(validationTrials(many, 1, { thresholds }).map(({ held }) => held.length)).toEqual([200]);
    const rare = (N: number) => {
      const all = randomSeries({ N, F: 1, lengths: () => 1 });
      return validationTrials({ ...all, labels: all.labels!.map((_, n) => (n % 50 === 0 ? 1 : 0)) }, 1, { thresholds });
    };
    expect([rare(4000).length, rare(6000).length]).toEqual([3, 1]);
  });

  test("without a threshold what counts is how many cases are held out, not how many are positive", () => {
    const of = (N: number) => validationTrials(randomSeries({ N, F: 1, lengths: () => 1 }), 1, { thresholds: false });
    expect([of(60).length, of(995).length, of(1005).length]).toEqual([3, 3, 1]);
    const bare = { ...set, labels: set.labels!.map(() => 0) };
    expect(validationTrials(bare, 1, { thresholds: false })).toHaveLength(3);
  });

  test("whole entities, where there are several", () => {
    const entities = set.ids.map((_, n) => `e${n % 10}`);
    const trials = validationTrials({ ...set, entities }, 1, { thresholds });
    expect(trials).toHaveLength(3);
    expect(heldOnce(trials)).toBe(true);
    for (const { fitted, held } of trials) {
      const kept = new Set(Array.from(fitted, (n) => entities[n]));
      expect(Array.from(held, (n) => entities[n]).filter((entity) => kept.has(entity))).toEqual([]);
      expect(held).toHaveLength(12);
    }
  });

  test("entities that are too few for three trials, and a few cases", () => {
    const of = (count: number) =>
      validationTrials({ ...set, entities: set.ids.map((_, n) => `e${n % count}`) }, 1, { thresholds });
    expect([2, 3].map((count) => of(count).length)).toEqual([1, 2]);
    for (const N of [2, 3, 4]) {
      const trials = validationTrials(randomSeries({ N, F: 1, lengths: () => 2 }), 1, { thresholds });
      expect(heldOnce(trials)).toBe(true);
      for (const trial of trials) expect(whole(trial)).toEqual(Array.from(range(0, N)));
    }
  });

  test("the latest, forward in time: more of them until there are ten positives, but not for ever", () => {
    const times = Float64Array.from(set.ids, (_, n) => n);
    const held = (of: (n: number) => boolean, thresholds = true) => {
      const labels = set.labels!.map((_, n) => (of(n) ? 1 : 0));
      const [part, ...more] = validationTrials({ ...set, labels }, 1, { thresholds, times });
      expect(more).toEqual([]);
      expect(whole(part)).toEqual(Array.from(range(0, 60)));
      return part.held[0];
    };
    expect(held((n) => n > 49)).toBe(48);
    expect(held((n) => n > 50 || n < 48)).toBe(47);
    expect(held((n) => n > 51 || (n > 40 && n < 43))).toBe(41);
    expect(held((n) => n < 30 || n === 59)).toBe(36);
    expect(held((n) => n < 30 || n === 59, false)).toBe(48);
  });

  test("whatever the order of the cases", () => {
    const times = Float64Array.from(set.ids, (_, n) => (n * 37) % 60);
    const [part] = validationTrials({ ...set, labels: set.labels!.map(() => 1) }, 1, { thresholds, times });
    expect(whole(part)).toEqual(Array.from(range(0, 60)));
    expect(Array.from(part.held, (n) => times[n]).toSorted((a, b) => a - b)).toEqual(Array.from(range(48, 60)));
  });
});

test("a case happened when its last step did", () => {
  const set = randomSeries({ N: 3, F: 1, lengths: (n) => n + 1 });
  expect(caseTimes(set)).toBeUndefined();
  expect(caseTimes({ ...set, times: Float64Array.of(5, 6, 7, 1, 2, 9) })).toEqual(Float64Array.of(5, 7, 9));
});
