import { describe, expect, test } from "vitest";
import { type HoldOutOptions, planHeldOut } from "../../src/anomaly/held-out-parts.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../series.js";

const set = randomSeries({ N: 23, F: 1, lengths: () => 3 });
const entities = Array.from({ length: 23 }, (_, n) => `e${n % 7}`);
const plan = (some: Partial<SequenceSet>, options: Partial<HoldOutOptions> = {}) =>
  planHeldOut({ ...set, ...some }, { seed: 1, ...options });
const all = Array.from({ length: 23 }, (_, n) => n);
const ascending = (part: Int32Array) => expect(Array.from(part)).toEqual([...part].sort((a, b) => a - b));

describe("which training cases are held out", () => {
  test("few cases: five folds hold out each case once, and are fitted on all others", () => {
    const { by, parts, units } = plan({});
    expect([by, parts.length, units]).toEqual(["random", 5, 23]);
    expect(parts.flatMap(({ held }) => [...held]).sort((a, b) => a - b)).toEqual(all);
    for (const { fitted, held } of parts) {
      ascending(fitted);
      ascending(held);
      expect([...fitted, ...held].sort((a, b) => a - b)).toEqual(all);
      expect(held.length).toBeGreaterThanOrEqual(4);
    }
    expect(plan({}).parts).toEqual(parts);
    expect(plan({}, { seed: 2 }).parts).not.toEqual(parts);
  });

  test("entities stay together, in no more folds than there are", () => {
    const { by, parts, units } = plan({ entities });
    expect([by, parts.length, units]).toEqual(["entities", 5, 7]);
    for (const { fitted, held } of parts) {
      const inside = new Set(Array.from(held, (n) => entities[n]));
      expect(Array.from(fitted).some((n) => inside.has(entities[n]))).toBe(false);
    }
    expect(plan({ entities: entities.map((name) => (name < "e3" ? "a" : "b")) }).parts).toHaveLength(2);
    expect(() => plan({ entities }, { folds: 8 })).toThrow(/`folds: 8` for 7 entities/);
  });

  test("a share, or many cases: one part is held out", () => {
    const { parts, units } = plan({}, { share: 0.3 });
    expect(parts).toHaveLength(1);
    expect(parts[0].held).toHaveLength(units);
    expect(Math.abs(units - 0.3 * 23)).toBeLessThanOrEqual(1);
    const many = planHeldOut(randomSeries({ N: 500, F: 1, lengths: () => 1 }), { seed: 1 });
    expect(many.parts).toHaveLength(1);
    expect(many.units).toBe(100);
    const owned = plan({ entities }, { share: 0.3 });
    expect(new Set(Array.from(owned.parts[0].held, (n) => entities[n])).size).toBe(owned.units);
  });

  test("windows of events: the latest, by time where there are times, in whatever order they stand", () => {
    const times = Float64Array.from({ length: 3 * 23 }, (_, s) => ((Math.floor(s / 3) * 5) % 23) * 10 + (s % 3));
    const { by, parts } = plan({ windows: true, times }, { share: 0.2 });
    expect(by).toBe("forward");
    const late = parts[0].held.map((n) => (n * 5) % 23);
    expect([...late].sort((a, b) => a - b)).toEqual([18, 19, 20, 21, 22]);
    expect([...plan({ windows: true }).parts[0].held]).toEqual([18, 19, 20, 21, 22]);
  });

  test("windows of several entities: whole entities, unless asked for the latest", () => {
    expect(plan({ windows: true, entities }).by).toBe("entities");
    expect([...plan({ windows: true, entities }, { by: "forward" }).parts[0].held]).toEqual([18, 19, 20, 21, 22]);
  });

  test("labels have no say", () => {
    const labels = Int32Array.from(all, (n) => n % 2);
    expect(plan({ labels, classNames: ["a", "b"] })).toEqual(plan({}));
  });

  test("refuses what cannot be, or would have no effect", () => {
    expect(() => plan({ windows: true }, { folds: 3 })).toThrow(/folds where the latest cases are held out/);
    expect(() => plan({}, { by: "entities" })).toThrow(/there are not several/);
    expect(() => plan({}, { folds: 3, share: 0.2 })).toThrow(/not both/);
    expect(() => planHeldOut(randomSeries({ N: 1, F: 1, lengths: () => 2 }), { seed: 1 })).toThrow(/got 1 training/);
  });
});
