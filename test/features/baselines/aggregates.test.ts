import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aggregateFeatures } from "../../../src/features/baselines/aggregates.js";
import type { EventColumns } from "../../../src/features/baselines/event-columns.js";
import { randomStream } from "../../../src/random.js";

const WINDOWS = [3, 10, 25];
const DELAY = 7;
const options = { windows: WINDOWS, labelDelay: DELAY, entityName: "card", secondName: "shop" };

interface Event {
  gap: number;
  card: string;
  shop: number;
  kind: string;
  amount: number;
  label: number;
}

const anyEvent: fc.Arbitrary<Event> = fc.record({
  gap: fc.integer({ min: 0, max: 6 }), // 0: several events in one second
  card: fc.constantFrom("a", "b", "c"),
  shop: fc.integer({ min: 0, max: 3 }),
  kind: fc.constantFrom("x", "y", "z"),
  amount: fc.integer({ min: -500, max: 2000 }).map((cents) => cents / 100),
  label: fc.constantFrom(-1, 0, 0, 1),
});

function columnsOf(events: readonly Event[]): EventColumns {
  let now = 1000;
  return {
    times: Float64Array.from(events, ({ gap }) => (now += gap)),
    entities: events.map(({ card }) => card),
    secondEntities: events.map(({ shop }) => shop),
    categories: events.map(({ kind }) => kind),
    amounts: events.map(({ amount }) => amount),
    labels: events.map(({ label }) => label),
  };
}

/** Each row by the definition, looking at all events each time. */
function byDefinition(events: EventColumns) {
  const { times, amounts } = events;
  const labels = events.labels!;
  const rows: Record<string, number>[] = [];
  /** in whole cents, so that no sum is rounded */
  const sumOf = (of: number[]) => of.reduce((cents, j) => cents + Math.round(amounts[j] * 100), 0) / 100;
  for (let i = 0; i < times.length; i++) {
    const row: Record<string, number> = {};
    const sides = [
      ["card", events.entities, "shop", events.secondEntities!],
      ["shop", events.secondEntities!, "card", events.entities],
    ] as const;
    for (const [name, own, otherName, other] of sides) {
      const past = Array.from({ length: i }, (_, j) => j).filter((j) => own[j] === own[i]);
      const ratio = (of: number[]) => {
        const total = sumOf(of);
        return total === 0 ? 1 : Math.max(-1000, Math.min(1000, (amounts[i] * of.length) / total));
      };
      row[`${name}_since_last`] = past.length > 0 ? Math.min(25, times[i] - times[past[past.length - 1]]) : 25;
      row[`${name}_ratio_ever`] = ratio(past);
      for (const window of WINDOWS) {
        const recent = past.filter((j) => times[i] - times[j] < window);
        const sum = sumOf(recent);
        row[`${name}_count_${window}s`] = recent.length;
        row[`${name}_sum_${window}s`] = sum;
        row[`${name}_mean_${window}s`] = recent.length > 0 ? sum / recent.length : 0;
        row[`${name}_ratio_${window}s`] = ratio(recent);
        row[`${name}_distinct_${otherName}_${window}s`] = new Set(recent.map((j) => other[j])).size;
        row[`${name}_distinct_category_${window}s`] = new Set(recent.map((j) => events.categories![j])).size;
        const judged = past.filter((j) => {
          const age = times[i] - times[j];
          return age >= DELAY && age < DELAY + window && labels[j] >= 0;
        });
        const positive = judged.filter((j) => labels[j] === 1).length;
        row[`${name}_known_${window}s`] = judged.length;
        row[`${name}_positive_${window}s`] = positive;
        row[`${name}_share_${window}s`] = judged.length > 0 ? positive / judged.length : 0;
      }
    }
    const met = Array.from({ length: i }, (_, j) => j).some(
      (j) => events.entities[j] === events.entities[i] && events.secondEntities![j] === events.secondEntities![i],
    );
    row.card_new_shop = met ? 0 : 1;
    rows.push(row);
  }
  return rows;
}

describe("aggregateFeatures", () => {
  test("agrees with its definition", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const columns = columnsOf(events);
        const table = aggregateFeatures(columns, options);
        const expected = byDefinition(columns);
        expect(table.rows).toBe(events.length);
        const C = table.names.length;
        for (const [i, row] of expected.entries()) {
          expect(table.names.slice().sort()).toEqual(Object.keys(row).sort());
          table.names.forEach((name, c) => {
            const got = table.values[i * C + c];
            expect(Math.abs(got - row[name]), `${name} of event ${i}`).toBeLessThan(
              1e-6 * Math.max(1, Math.abs(row[name])),
            );
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  test("a refund that makes the mean 0 leaves no rounding: the ratio is 1, the sum 0", () => {
    const amounts = [0.02, 0.01, -0.01, 5];
    const times = Float64Array.of(0, 2, 2, 3);
    const { values, names } = aggregateFeatures({ times, entities: ["a", "a", "a", "a"], amounts }, { windows: [3] });
    const last = (name: string) => values[3 * names.length + names.indexOf(name)];
    expect([last("entity_count_3s"), last("entity_sum_3s"), last("entity_ratio_3s")]).toEqual([2, 0, 1]);
  });

  test("no row knows of later events, of its own label, or of labels not known yet", () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { minLength: 2, maxLength: 50 }),
        fc.array(anyEvent, { maxLength: 20 }),
        fc.nat(),
        (events, others, at) => {
          const cut = 1 + (at % (events.length - 1)); // rows before it must stay
          const before = columnsOf(events);
          const last = before.times[cut - 1];
          const after = columnsOf([...events.slice(0, cut), ...others]);
          const relabelled = Array.from(after.labels!, (label, j) =>
            j < cut && after.times[j] + DELAY > last ? (label === 1 ? 0 : 1) : label,
          );
          const row = (columns: EventColumns) => {
            const { values, names } = aggregateFeatures(columns, options);
            return Array.from(values.subarray((cut - 1) * names.length, cut * names.length));
          };
          const rows = (columns: EventColumns) => {
            const { values, names } = aggregateFeatures(columns, options);
            return values.slice(0, cut * names.length);
          };
          expect(rows(after)).toEqual(rows(before)); // every bit
          expect(row({ ...after, labels: relabelled })).toEqual(row(before));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a label counts from the second on in which it is known", () => {
    const known = (gap: number) => {
      const { values, names } = aggregateFeatures(
        { times: Float64Array.of(0, gap), entities: ["a", "a"], amounts: [1, 1], labels: [1, 0] },
        { windows: [60], labelDelay: 100 },
      );
      return values[names.length + names.indexOf("entity_share_60s")];
    };
    expect([99, 100, 159, 160].map(known)).toEqual([0, 1, 1, 0]);
  });

  test("columns and their names depend on what the events have", () => {
    const bare = { times: Float64Array.of(5, 6), entities: [1, 1], amounts: [2, 4] };
    const table = aggregateFeatures(bare, { windows: [3600, 86400] });
    expect(table.names).toEqual([
      "entity_since_last",
      "entity_ratio_ever",
      ...["1h", "1d"].flatMap((span) => ["count", "sum", "mean", "ratio"].map((what) => `entity_${what}_${span}`)),
    ]);
    expect(Array.from(table.values.subarray(0, 6))).toEqual([86400, 1, 0, 0, 0, 1]);
    expect(Array.from(table.values.subarray(10, 16))).toEqual([1, 2, 1, 2, 2, 2]);
    const all = aggregateFeatures({ ...bare, secondEntities: [7, 8], labels: [0, 1] });
    expect(all.names.filter((name) => name.endsWith("_30d"))).toEqual([
      ...["count", "sum", "mean", "ratio", "distinct_second", "known", "positive", "share"].map(
        (what) => `entity_${what}_30d`,
      ),
      ...["count", "sum", "mean", "ratio", "distinct_entity", "known", "positive", "share"].map(
        (what) => `second_${what}_30d`,
      ),
    ]);
  });

  test("time grows with the events, not with their square", () => {
    const random = randomStream(1);
    const seconds = (N: number) => {
      let now = 0;
      const events = {
        times: Float64Array.from({ length: N }, () => (now += 80 * random.uniform())),
        entities: Int32Array.from({ length: N }, () => random.integer(500)),
        secondEntities: Int32Array.from({ length: N }, () => random.integer(3000)),
        amounts: Float64Array.from({ length: N }, () => 100 * random.uniform()),
        labels: Int8Array.from({ length: N }, () => Number(random.uniform() < 0.01)),
      };
      const started = performance.now();
      expect(aggregateFeatures(events).values.every(Number.isFinite)).toBe(true);
      return performance.now() - started;
    };
    seconds(5_000); // compiled
    expect(seconds(100_000) / seconds(5_000)).toBeLessThan(130); // 20 if linear, 400 if quadratic
  });

  test("what cannot be", () => {
    const good = { times: Float64Array.of(5, 6), entities: ["a", "b"], amounts: [2, 4] };
    const fails = (events: object, more: object = {}) => expect(() => aggregateFeatures({ ...good, ...events }, more));
    fails({ times: Float64Array.of(6, 5) }).toThrow(/event 1 is 1 s earlier than the one before/);
    fails({ times: Float64Array.of(6, Number.NaN) }).toThrow(/time of event 1 is NaN/);
    fails({ amounts: [1, Number.POSITIVE_INFINITY] }).toThrow(/amount of event 1 is Infinity/);
    fails({ amounts: [1] }).toThrow(/got 1 amounts for 2 times/);
    fails({ labels: [1, 2] }).toThrow(/label of event 1 is 2/);
    fails({}, { windows: [60, 60] }).toThrow(/windows of 60, 60 seconds/);
    fails({}, { windows: [] }).toThrow(/windows of no seconds/);
    fails({}, { labelDelay: 5 }).toThrow(/a label delay but no labels/);
    fails({ labels: [0, 1] }, { labelDelay: -5 }).toThrow(/label delay of -5/);
    fails({}, { secondName: "shop" }).toThrow(/no second entities/);
    fails({ secondEntities: [1, 2] }, { secondName: "entity" }).toThrow(/both called "entity"/);
  });
});
