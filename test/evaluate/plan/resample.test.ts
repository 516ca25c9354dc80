import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../../src/errors.js";
import { groupedFolds, planResamples, stratifiedFolds } from "../../../src/evaluate/plan/resample.js";
import { randomStream } from "../../../src/random.js";

const someLabels = fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 7, maxLength: 61 });
const count = <V>(items: ArrayLike<V>, value: V) => Array.from(items).filter((item) => item === value).length;

/** Customers of uneven size, few of them with positives, as card fraud has it. */
function customers(entities: number, seed: number) {
  const random = randomStream(seed);
  const labels: number[] = [];
  const owners: string[] = [];
  for (let e = 0; e < entities; e++) {
    const cases = 1 + random.integer(40);
    const hit = random.uniform() < 0.15;
    for (let i = 0; i < cases; i++) {
      labels.push(hit && random.uniform() < 0.3 ? 1 : 0);
      owners.push(`c${e}`);
    }
  }
  return { labels, owners };
}

describe("stratified folds", () => {
  test("sizes and classes differ by at most one, and only cases without a label have none", () => {
    fc.assert(
      fc.property(someLabels, fc.integer({ min: 2, max: 5 }), fc.integer(), (labels, folds, seed) => {
        fc.pre(labels.length - count(labels, -1) >= folds);
        const fold = stratifiedFolds(labels, folds, seed);
        labels.forEach((label, i) => {
          expect(fold[i] === -1).toBe(label === -1);
        });
        for (const wanted of [undefined, 0, 1, 2, 3]) {
          const sizes = Array.from(
            { length: folds },
            (_, k) => labels.filter((c, i) => fold[i] === k && (wanted === undefined || c === wanted)).length,
          );
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("follow the seed and nothing else", () => {
    const labels = Array.from({ length: 53 }, (_, i) => i % 3);
    expect(stratifiedFolds(labels, 5, 1)).toEqual(stratifiedFolds(labels, 5, 1));
    expect(stratifiedFolds(labels, 5, 1)).not.toEqual(stratifiedFolds(labels, 5, 2));
  });
});

describe("grouped folds", () => {
  test("keep an entity together and leave no fold empty", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: 0, max: 12 })), {
      minLength: 11,
      maxLength: 61,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 5 }), fc.integer(), (cases, folds, seed) => {
        const labels = cases.map(([label]) => label);
        const owners = cases.map(([, entity]) => `e${entity}`);
        const labelled = owners.filter((_, i) => labels[i] >= 0);
        fc.pre(new Set(labelled).size >= folds);
        const fold = groupedFolds(labels, owners, folds, seed);
        const seen = new Map<string, number>();
        labels.forEach((label, i) => {
          expect(fold[i] === -1).toBe(label === -1);
          if (label < 0) return;
          expect(seen.get(owners[i]) ?? fold[i]).toBe(fold[i]);
          seen.set(owners[i], fold[i]);
        });
        expect(new Set(fold.filter((k) => k >= 0)).size).toBe(folds);
      }),
    );
  });

  test("even out sizes and positives", () => {
    for (const seed of [1, 2, 3]) {
      const { labels, owners } = customers(211, seed);
      const fold = groupedFolds(labels, owners, 5, seed);
      const positives = count(labels, 1);
      for (let k = 0; k < 5; k++) {
        const inFold = labels.filter((_, i) => fold[i] === k);
        expect(Math.abs(inFold.length / labels.length - 0.2)).toBeLessThan(0.02);
        expect(Math.abs(count(inFold, 1) / positives - 0.2)).toBeLessThan(0.04);
      }
    }
  });

  test("place the large entities first", () => {
    const sizes = [2, 2, 6, 2]; // 6 | 2 2 2 is the only even cut
    const entities = sizes.flatMap((size, e) => new Array<string>(size).fill(`e${e}`));
    for (let seed = 0; seed < 9; seed++)
      expect(count(groupedFolds(new Array(12).fill(0), entities, 2, seed), 1)).toBe(6);
  });

  test("follow the seed", () => {
    const { labels, owners } = customers(31, 4);
    expect(groupedFolds(labels, owners, 3, 1)).toEqual(groupedFolds(labels, owners, 3, 1));
    expect(groupedFolds(labels, owners, 3, 1)).not.toEqual(groupedFolds(labels, owners, 3, 2));
  });
});

describe("resamples", () => {
  const { labels, owners } = customers(97, 9);

  test("a given split is the first cases and the others, less those without a label", () => {
    const [only, ...more] = planResamples({ kind: "given", trainCount: 3 }, [0, -1, 1, 1, -1, 0]);
    expect(more).toEqual([]);
    expect(Array.from(only.train)).toEqual([0, 2]);
    expect(Array.from(only.test)).toEqual([3, 5]);
  });

  test.each(["stratified", "grouped"] as const)("%s folds test every case once", (kind) => {
    const parts = planResamples({ kind, folds: 5, seed: 3 }, labels, owners);
    const tested = parts.flatMap(({ test: part }) => Array.from(part)).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from(labels.keys()));
    for (const { train, test: part } of parts) {
      expect(train.length + part.length).toBe(labels.length);
      expect(new Set([...train, ...part]).size).toBe(labels.length);
    }
  });

  test.each(["stratified", "grouped"] as const)("%s holdouts hold the fraction, and differ", (kind) => {
    const parts = planResamples({ kind, repeats: 4, testFraction: 0.3, seed: 3 }, labels, owners);
    expect(parts.length).toBe(4);
    for (const { train, test: part } of parts) {
      expect(new Set([...train, ...part]).size).toBe(labels.length);
      expect(Math.abs(part.length / labels.length - 0.3)).toBeLessThan(0.03);
      const positives = Array.from(part).filter((i) => labels[i] === 1).length;
      expect(Math.abs(positives / count(labels, 1) - 0.3)).toBeLessThan(kind === "grouped" ? 0.12 : 0.03);
      if (kind === "grouped") {
        const trainOwners = new Set(Array.from(train, (i) => owners[i]));
        expect(Array.from(part).some((i) => trainOwners.has(owners[i]))).toBe(false);
      }
    }
    expect(parts[0]).not.toEqual(parts[1]);
    expect(planResamples({ kind, repeats: 4, testFraction: 0.3, seed: 3 }, labels, owners)).toEqual(parts);
  });

  describe("of a given split that is redrawn", () => {
    const plan = { kind: "redrawn", trainCount: 60, repeats: 4, grouped: false, seed: 2 } as const;
    const some = Array.from({ length: 100 }, (_, i) =>
      i % 9 === 0 ? -1 : i < 60 ? Number(i % 3 === 0) : Number(i % 4 === 0),
    );
    const counts = (part: Int32Array) =>
      [0, 1].map((c) =>
        count(
          Array.from(part, (i) => some[i]),
          c,
        ),
      );

    test("the first is the given one; the others have its sizes and its classes, and no case without a label", () => {
      const parts = planResamples(plan, some);
      const [given] = planResamples({ kind: "given", trainCount: 60 }, some);
      expect(parts).toHaveLength(4);
      expect(parts[0]).toEqual(given);
      expect(counts(given.train)).not.toEqual(counts(given.test));
      for (const [k, { train, test: part }] of parts.entries()) {
        expect([counts(train), counts(part)]).toEqual([counts(given.train), counts(given.test)]);
        expect(new Set([...train, ...part]).size).toBe(100 - count(some, -1));
        expect([train, part]).toEqual([train.toSorted(), part.toSorted()]);
        for (const other of parts.slice(0, k)) expect(other).not.toEqual(parts[k]);
      }
      expect(planResamples(plan, some)).toEqual(parts);
      expect(planResamples({ ...plan, seed: 3 }, some)[1]).not.toEqual(parts[1]);
      expect(planResamples({ ...plan, repeats: 2 }, some)).toEqual(parts.slice(0, 2));
    });

    test("entities move whole, and sizes and classes are nearly the same", () => {
      const first = labels.findIndex((_, i) => i > 1200 && owners[i] !== owners[i - 1]);
      const parts = planResamples({ ...plan, trainCount: first, grouped: true }, labels, owners);
      const positives = (part: Int32Array) => Array.from(part).filter((i) => labels[i] === 1).length;
      expect(parts[0].train).toHaveLength(first);
      for (const { train, test: part } of parts) {
        expect(Math.abs(train.length - first)).toBeLessThan(0.02 * labels.length);
        expect(Math.abs(positives(train) - positives(parts[0].train))).toBeLessThan(0.1 * count(labels, 1));
        const trained = new Set(Array.from(train, (i) => owners[i]));
        expect(Array.from(part).some((i) => trained.has(owners[i]))).toBe(false);
      }
      expect(parts[1]).not.toEqual(parts[2]);
      expect(() => planResamples({ ...plan, grouped: true }, some)).toThrow(/names no entities/);
    });

    test("no number of splits but a whole one", () => {
      expect(() => planResamples({ ...plan, repeats: 0 }, some)).toThrow(/repeats is 0/);
    });
  });

  test("the largest entity is tested in some holdout", () => {
    const uneven = Array.from({ length: 31 }, (_, i) => (i < 9 ? "large" : `e${i}`));
    const parts = planResamples(
      { kind: "grouped", repeats: 20, testFraction: 0.4, seed: 1 },
      new Array(31).fill(0),
      uneven,
    );
    expect(parts.some(({ test: part }) => part.includes(0))).toBe(true);
    expect(parts.some(({ train }) => train.includes(0))).toBe(true);
  });

  test("tiny classes train and test where they can", () => {
    const [{ train, test: part }] = planResamples(
      { kind: "stratified", repeats: 1, testFraction: 0.1, seed: 1 },
      [0, 0, 0, 0, 1, 1, 2],
    );
    expect(Array.from(part).filter((i) => i >= 4 && i < 6).length).toBe(1);
    expect(train.includes(6)).toBe(true);
    const two = planResamples({ kind: "grouped", repeats: 3, testFraction: 0.05, seed: 1 }, [0, 1], ["a", "b"]);
    for (const each of two) expect([each.train.length, each.test.length]).toEqual([1, 1]);
  });

  test("plans that cannot be carried out are errors", () => {
    expect(() => planResamples({ kind: "stratified", folds: 1, seed: 1 }, [0, 1])).toThrow(OptionError);
    expect(() => planResamples({ kind: "stratified", folds: 3, seed: 1 }, [0, 1, -1])).toThrow(/from 2 to 2/);
    expect(() => planResamples({ kind: "grouped", folds: 2, seed: 1 }, [0, 1], ["a", "a"])).toThrow(
      /number of entities/,
    );
    expect(() => planResamples({ kind: "grouped", folds: 2, seed: 1 }, [0, 1])).toThrow(/names no entities/);
    expect(() => planResamples({ kind: "given", trainCount: 2 }, [0, 1, -1])).toThrow(DataError);
    expect(() => planResamples({ kind: "given", trainCount: 2 }, [0, 1, -1])).toThrow(
      /2 labelled cases to train on and 0/,
    );
    expect(() => planResamples({ kind: "stratified", repeats: 0, testFraction: 0.3, seed: 1 }, [0, 1])).toThrow(
      OptionError,
    );
    expect(() => planResamples({ kind: "stratified", repeats: 1, testFraction: 1, seed: 1 }, [0, 1])).toThrow(
      /fraction is 1/,
    );
    expect(() =>
      planResamples({ kind: "grouped", repeats: 1, testFraction: 0.5, seed: 1 }, [0, 1], ["a", "a"]),
    ).toThrow(DataError);
  });
});

describe("forward in time", () => {
  const random = randomStream(31);
  const N = 200;
  const times = Float64Array.from({ length: N }, () => Math.floor(1000 * random.uniform()));
  const labels = Array.from({ length: N }, (_, n) => (n % 10 === 3 ? -1 : n % 2));
  const plan = { kind: "forward", testFraction: 0.3, delay: 50, folds: 3 } as const;

  test("never trains on a case after the test period begins, nor within the delay before it", () => {
    const parts = planResamples(plan, labels, undefined, times);
    expect(parts).toHaveLength(3);
    for (const { train, test, trainUntil, testFrom } of parts) {
      const latest = Math.max(...Array.from(train, (n) => times[n]));
      const first = Math.min(...Array.from(test, (n) => times[n]));
      expect([trainUntil, testFrom]).toEqual([latest, first]);
      expect(latest).toBeLessThanOrEqual(first - 50);
      // and everything with a label that is old enough is trained on
      expect(train.length).toBe(times.filter((time, n) => labels[n] >= 0 && time <= first - 50).length);
    }
  });

  test("the latest 30 % are tested once, in periods that follow one another", () => {
    const parts = planResamples(plan, labels, undefined, times);
    const tested = parts.flatMap(({ test }) => Array.from(test));
    expect(new Set(tested).size).toBe(tested.length);
    expect(Math.abs(tested.length - 54)).toBeLessThan(4); // of 180 with a label
    parts.forEach(({ test }, k) => {
      const next = parts[k + 1]?.testFrom ?? Number.POSITIVE_INFINITY;
      expect(Math.max(...Array.from(test, (n) => times[n]))).toBeLessThan(next);
    });
    const left = labels.flatMap((label, n) => (label >= 0 && times[n] >= parts[0].testFrom! ? n : []));
    expect(tested.toSorted((a, b) => a - b)).toEqual(left);
  });

  test("without a delay nothing is left out; cases of one instant are never on both sides", () => {
    const coarse = times.map((time) => Math.floor(time / 100));
    const [{ train, test }] = planResamples({ ...plan, delay: 0, folds: 1 }, labels, undefined, coarse);
    expect(train.length + test.length).toBe(180);
    const early = new Set(Array.from(train, (n) => coarse[n]));
    expect(Array.from(test, (n) => coarse[n]).filter((time) => early.has(time))).toEqual([]);
  });

  test("what cannot be is refused", () => {
    expect(() => planResamples(plan, labels)).toThrow(/have no times.*`time`/);
    expect(() => planResamples({ ...plan, delay: -1 }, labels, undefined, times)).toThrow(OptionError);
    expect(() => planResamples({ ...plan, delay: 2000 }, labels, undefined, times)).toThrow(DataError);
    expect(() => planResamples({ ...plan, folds: 0 }, labels, undefined, times)).toThrow(OptionError);
    expect(() => planResamples({ ...plan, testFraction: 1 }, labels, undefined, times)).toThrow(OptionError);
  });
});

test("repeated folds test every case as often, drawn anew each time", () => {
  const labels = Array.from({ length: 40 }, (_, n) => n % 2);
  const parts = planResamples({ kind: "stratified", folds: 4, repeats: 3, seed: 5 }, labels);
  expect(parts).toHaveLength(12);
  const counts = new Int32Array(40);
  for (const { test } of parts) for (const n of test) counts[n]++;
  expect(Array.from(counts)).toEqual(new Array(40).fill(3));
  expect(parts.slice(0, 4)).toEqual(planResamples({ kind: "stratified", folds: 4, seed: 5 }, labels));
  expect(parts[4]).not.toEqual(parts[0]);
});
