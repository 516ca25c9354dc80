import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError, OptionError } from "../../../src/errors.js";
import type { SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { type Split, splitGrouped, splitStratified } from "../../../src/sequences/set/split.js";
import { makeSet } from "./make-set.js";

function withLabels(labels: number[], entities?: string[]): SequenceSet {
  return makeSet(
    labels.map((_, n) => [[n]]),
    { F: 1, labels: Int32Array.from(labels), classNames: ["p", "q", "r", "s"], entities },
  );
}

function expectPartition({ first, second }: Split, N: number): void {
  const all = [...first, ...second].sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: N }, (_, n) => n));
}

test("stratified: a partition, deterministic, every class of two or more on both sides", () => {
  const cases = fc.record({
    labels: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 60 }),
    fraction: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(cases, ({ labels, fraction, seed }) => {
      const set = withLabels(labels);
      const split = splitStratified(set, fraction, seed);
      expectPartition(split, labels.length);
      expect(splitStratified(set, fraction, seed)).toEqual(split);
      for (const c of new Set(labels)) {
        const count = (side: Int32Array) => side.filter((n) => labels[n] === c).length;
        const total = labels.filter((label) => label === c).length;
        if (total >= 2) {
          expect(count(split.first)).toBeGreaterThan(0);
          expect(count(split.second)).toBeGreaterThan(0);
        }
      }
    }),
  );
});

test("stratified: shares are kept, seeds differ, one class and no labels are fine", () => {
  const labels = Array.from({ length: 100 }, (_, n) => (n % 10 === 0 ? 1 : 0));
  const { first } = splitStratified(withLabels(labels), 0.7, 1);
  expect(first.length).toBe(70);
  expect(first.filter((n) => labels[n] === 1).length).toBe(7);
  expect(splitStratified(withLabels(labels), 0.7, 2).first).not.toEqual(first);
  const unlabelled = makeSet(labels.map((n) => [[n]]));
  expect(splitStratified(unlabelled, 0.7, 1).first.length).toBe(70);
});

test("stratified: a class of one goes first, unless all classes have one", () => {
  expect([...splitStratified(withLabels([0, 0, 1, 0]), 0.3, 5).first]).toContain(2);
  const { first, second } = splitStratified(withLabels([0, 1, 2, 3]), 0.5, 5);
  expect([first.length, second.length]).toEqual([2, 2]);
});

test("grouped: a partition, deterministic, no entity on both sides, neither side empty", () => {
  const cases = fc.record({
    owners: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 60 }),
    fraction: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(cases, ({ owners, fraction, seed }) => {
      fc.pre(new Set(owners).size > 1);
      const set = withLabels(
        owners.map((owner, n) => Number(owner % 3 === 0 && n % 2 === 0)),
        owners.map(String),
      );
      const split = splitGrouped(set, fraction, seed);
      expectPartition(split, owners.length);
      expect(splitGrouped(set, fraction, seed)).toEqual(split);
      const inFirst = new Set(Array.from(split.first, (n) => owners[n]));
      expect(Array.from(split.second).some((n) => inFirst.has(owners[n]))).toBe(false);
      expect(split.first.length * split.second.length).toBeGreaterThan(0);
    }),
  );
});

test("grouped: entities with the rare class are spread in proportion", () => {
  // 40 entities of 5 cases; every fourth has one case of the rare class
  const owners = Array.from({ length: 200 }, (_, n) => Math.floor(n / 5));
  const labels = owners.map((owner, n) => Number(owner % 4 === 0 && n % 5 === 0));
  for (let seed = 0; seed < 5; seed++) {
    const { first } = splitGrouped(withLabels(labels, owners.map(String)), 0.7, seed);
    expect(first.length).toBe(140);
    expect(first.filter((n) => labels[n] === 1).length).toBe(7);
  }
});

test("impossible requests are explained", () => {
  expect(() => splitStratified(withLabels([0, 1]), 1, 1)).toThrow(OptionError);
  expect(() => splitGrouped(withLabels([0, 1]), 0.5, 1)).toThrow(/no entities/);
  expect(() => splitGrouped(withLabels([0, 1], ["a", "a"]), 0.5, 1)).toThrow(DataError);
});
