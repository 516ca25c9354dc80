import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, OptionError } from "../../src/errors.js";
import { groupedFolds, resamples, stratifiedFolds } from "../../src/evaluate/resample.js";
import { randomStream } from "../../src/random.js";

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
    const [only, ...more] = resamples({ kind: "given", trainCount: 3 }, [0, -1, 1, 1, -1, 0]);
    expect(more).toEqual([]);
    expect(Array.from(only.train)).toEqual([0, 2]);
    expect(Array.from(only.test)).toEqual([3, 5]);
  });

  test.each(["stratified", "grouped"] as const)("%s folds test every case once", (kind) => {
    const parts = resamples({ kind, folds: 5, seed: 3 }, labels, owners);
    const tested = parts.flatMap(({ test: part }) => Array.from(part)).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from(labels.keys()));
    for (const { train, test: part } of parts) {
      expect(train.length + part.length).toBe(labels.length);
      expect(new Set([...train, ...part]).size).toBe(labels.length);
    }
  });

  test.each(["stratified", "grouped"] as const)("%s holdouts hold the fraction, and differ", (kind) => {
    const parts = resamples({ kind, repeats: 4, testFraction: 0.3, seed: 3 }, labels, owners);
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
    expect(resamples({ kind, repeats: 4, testFraction: 0.3, seed: 3 }, labels, owners)).toEqual(parts);
  });

  test("the largest entity is tested in some holdout", () => {
    const uneven = Array.from({ length: 31 }, (_, i) => (i < 9 ? "large" : `e${i}`));
    const parts = resamples(
      { kind: "grouped", repeats: 20, testFraction: 0.4, seed: 1 },
      new Array(31).fill(0),
      uneven,
    );
    expect(parts.some(({ test: part }) => part.includes(0))).toBe(true);
    expect(parts.some(({ train }) => train.includes(0))).toBe(true);
  });

  test("tiny classes train and test where they can", () => {
    const [{ train, test: part }] = resamples(
      { kind: "stratified", repeats: 1, testFraction: 0.1, seed: 1 },
      [0, 0, 0, 0, 1, 1, 2],
    );
    expect(Array.from(part).filter((i) => i >= 4 && i < 6).length).toBe(1);
    expect(train.includes(6)).toBe(true);
    const two = resamples({ kind: "grouped", repeats: 3, testFraction: 0.05, seed: 1 }, [0, 1], ["a", "b"]);
    for (const each of two) expect([each.train.length, each.test.length]).toEqual([1, 1]);
  });

  test("plans that cannot be carried out are errors", () => {
    expect(() => resamples({ kind: "stratified", folds: 1, seed: 1 }, [0, 1])).toThrow(OptionError);
    expect(() => resamples({ kind: "stratified", folds: 3, seed: 1 }, [0, 1, -1])).toThrow(/from 2 to 2/);
    expect(() => resamples({ kind: "grouped", folds: 2, seed: 1 }, [0, 1], ["a", "a"])).toThrow(
      /number of entities/,
    );
    expect(() => resamples({ kind: "grouped", folds: 2, seed: 1 }, [0, 1])).toThrow(/names no entities/);
    expect(() => resamples({ kind: "given", trainCount: 2 }, [0, 1, -1])).toThrow(DataError);
    expect(() => resamples({ kind: "given", trainCount: 2 }, [0, 1, -1])).toThrow(
      /2 labelled cases to train on and 0/,
    );
    expect(() => resamples({ kind: "stratified", repeats: 0, testFraction: 0.3, seed: 1 }, [0, 1])).toThrow(
      OptionError,
    );
    expect(() => resamples({ kind: "stratified", repeats: 1, testFraction: 1, seed: 1 }, [0, 1])).toThrow(
      /fraction is 1/,
    );
    expect(() =>
      resamples({ kind: "grouped", repeats: 1, testFraction: 0.5, seed: 1 }, [0, 1], ["a", "a"]),
    ).toThrow(DataError);
  });
});
