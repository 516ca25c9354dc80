import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { type CompareOptions, resolveOptions } from "../../src/evaluate/comparison/compare-options.js";
import { eventAggregates } from "../../src/features/sets/event-aggregates.js";
import { nameOfExpression, splitList } from "../../src/features/sets/expression.js";
import type { Aggregates } from "../../src/features/sets/feature-set.js";
import { readSource } from "../../src/read/read.js";
import type { DataSource } from "../../src/sequences/set/sequence-set.js";
import { eventsCsv } from "../predict/events.js";
import { fileOf } from "../read/temporary.js";

const engine = await loadEngine();
const DAY = 86_400;

/** The aggregates of all cases. */
function tableOf(aggregates: Aggregates, rows = 480) {
  const cases = Int32Array.from({ length: rows }, (_, n) => n);
  return aggregates.beside({ values: new Float32Array(), names: [], rows }, cases);
}

const reading = { entity: "customer", time: "time", label: "fraud", window: 5, secondEntity: "terminal" };
const source = await readSource(fileOf("events.csv", eventsCsv()), reading);
const quick: CompareOptions = {
  plan: "forward",
  features: ["fields", "aggregates", "untrained", "latent", "aggregates+latent"],
  fit: { units: 4, train: { updates: 20, batchSize: 16 } },
};
const withLabels = (labels: Int32Array): DataSource => ({ ...source, train: { ...source.train, labels } });

describe("what is read of events beside their windows", () => {
  test("one entry a case: time, entity, amount, second entity, which is no channel", () => {
    const { train, events } = source;
    expect(train.channels.map(({ name }) => name)).toEqual(["amount", "kind", "time_gap"]);
    const { times, entities, amounts, secondEntities, ...names } = events!;
    expect(names).toEqual({ entityName: "customer", amountName: "amount", secondName: "terminal" });
    expect(entities).toEqual(train.entities);
    train.ids.forEach((_, n) => {
      const last = train.offsets[n + 1] - 1;
      expect([times[n], Math.fround(amounts![n])]).toEqual([train.times![last], train.values[3 * last]]);
    });
    expect(new Set(secondEntities).size).toBe(10);
  });

  test("by default two hand-made sets are averaged, also with surprise and with random weights in one of them", () => {
    const setsOf = (from: DataSource) => resolveOptions(from, { plan: "forward" }).features.map(nameOfExpression);
    const averaged = (from: DataSource) => setsOf(from).filter((name) => name.startsWith("average"));
    const of = (best: string, beside: string) => [
      `average(${best}, ${beside})`,
      `average(${beside}, ${best}+untrained)`,
      `average(${beside}, ${best}+surprise)`,
    ];
    const noAmounts = { ...source, events: { ...source.events!, amounts: undefined } };
    expect(averaged(source)).toEqual(of("aggregates", "aggregates+statistics"));
    expect(averaged(noAmounts)).toEqual(of("window", "statistics"));
    for (const from of [source, noAmounts]) {
      const parts = averaged(from).flatMap((name) => splitList(name.slice("average(".length, -1)));
      expect(setsOf(from)).toEqual(expect.arrayContaining(parts)); // so no fit more
    }
  });

  test("an amount of another name, none, and missing ones", async () => {
    const text = eventsCsv().replace("amount", "price");
    const path = fileOf("prices.csv", text.replace(/\d+\.\d+,a/, ",a"));
    const named = await readSource(path, { ...reading, amount: "price" });
    expect(named.events!.amountName).toBe("price");
    expect(named.events!.amounts!.filter((amount) => amount === 0)).toHaveLength(1);
    expect(named.notes.join(" ")).toMatch(/1 events have no price; aggregates count it as 0/);
    expect((await readSource(path, reading)).events!.amounts).toBeUndefined();
    await expect(readSource(path, { ...reading, amount: "prise" })).rejects.toThrow(/Did you mean "price"/);
    await expect(readSource(path, { ...reading, amount: "kind" })).rejects.toThrow(/"kind" \(the amount\): got "[ab]"/);
    await expect(readSource(path, { ...reading, window: undefined, label: undefined })).rejects.toThrow(
      /`secondEntity` without `window` and `time`/,
    );
  });
});

describe("aggregates", () => {
  const { train, events } = source;
  const labels = train.labels!;

  test("each row is of its own case, whatever the order of the cases", () => {
    const { values, names, rows } = tableOf(eventAggregates(train, events!, undefined, 0));
    expect([rows, names.some((name) => name.includes("positive"))]).toEqual([480, false]);
    const column = (name: string, n: number) => values[n * names.length + names.indexOf(name)];
    for (const n of [0, 57, 311, 479]) {
      const before = train.ids.flatMap((_, m) =>
        events!.entities[m] === events!.entities[n] && m < n && events!.times[n] - events!.times[m] < 7 * DAY ? m : [],
      );
      const sum = before.reduce((total, m) => total + events!.amounts![m], 0);
      expect(column("customer_count_7d", n)).toBeCloseTo(Math.log1p(before.length), 5);
      expect(column("customer_sum_7d", n)).toBeCloseTo(Math.log1p(sum), 4);
    }
    expect(names).toContain("customer_distinct_category_1d");
    expect(names).toContain("terminal_count_7d");
  });

  test("see a label once it is old enough, never before", () => {
    const at = 300;
    const made = (given: Int32Array) => tableOf(eventAggregates(train, events!, given, 7 * DAY)).values;
    const turned = (of: (m: number) => boolean) => labels.map((label, m) => (of(m) ? 1 - label : label));
    const C = eventAggregates(train, events!, labels, 7 * DAY).names.length;
    const row = (values: Float32Array) => values.slice(at * C, (at + 1) * C);
    const own = row(made(labels));
    const age = (m: number) => events!.times[at] - events!.times[m];
    expect(row(made(turned((m) => age(m) < 7 * DAY)))).toEqual(own);
    expect(row(made(turned((m) => age(m) >= 7 * DAY)))).not.toEqual(own);
  });
});

describe("forward in time", () => {
  let found: ReturnType<typeof compare>;
  /** Of the labels as they are. */
  const honestly = () => (found ??= compare(engine, source, quick));

  test("what is known late of earlier events tells bad terminals; the latents do not know of them", async () => {
    const { rows, plan, resamples, verdict, classNames, budget } = await honestly();
    expect(plan).toBe("forward in time: the latest 30 % tested, 7 days of label delay before");
    expect(rows.map(({ classifier }) => classifier).slice(0, 2)).toEqual(["logistic", "boosting"]);
    const [{ train, test, skipped, trainUntil, testFrom }] = resamples;
    expect([train + test + skipped, test]).toEqual([480, 144]);
    expect(testFrom! - trainUntil!).toBeGreaterThanOrEqual(7 * DAY);
    const precision = (features: string) =>
      Math.max(...rows.filter((row) => row.features === features).map(({ metrics }) => metrics.averagePrecision!));
    expect(precision("aggregates")).toBeGreaterThan(precision("fields") + 0.2);
    expect(classNames).toEqual(["0", "1"]);
    expect(budget).toBeUndefined(); // twelve customers have no hundred events a day
    expect(verdict.decision).toBe("too few positives");
  });

  test("labels of the test period change the metrics and nothing else, but for those known by then", async () => {
    const honest = await honestly();
    const { testFrom } = honest.resamples[0];
    const times = source.events!.times;
    const latest = Math.max(...times);
    // so late that no label becomes known before the last event
    const late = source.train.labels!.map((label, n) =>
      times[n] >= testFrom! && times[n] > latest - 7 * DAY ? 1 - label : label,
    );
    const other = await compare(engine, withLabels(late), quick);
    const said = ({ rows }: typeof honest) =>
      rows.map(({ metrics, columns, thresholds }) => [
        columns,
        thresholds,
        metrics.confusion[0].map((count, c) => count + metrics.confusion[1][c]),
      ]);
    expect(said(other)).toEqual(said(honest));
    expect(other.learning.map(({ history }) => history)).toEqual(honest.learning.map(({ history }) => history));
    expect(other.rows.map(({ metrics }) => metrics.averagePrecision)).not.toEqual(
      honest.rows.map(({ metrics }) => metrics.averagePrecision),
    );
  });

  test("whole customers held out: past labels are no features, so none of the test part matters", async () => {
    const grouped: CompareOptions = {
      ...quick,
      plan: "grouped",
      features: ["aggregates"],
      classifiers: ["logistic"],
    };
    const honest = await compare(engine, source, grouped);
    const entities = source.train.entities!;
    // test labels turned: those of customers with no case in training
    const probe = await compare(engine, source, { ...grouped, features: ["fields"] });
    expect(probe.resamples[0].splitSha256).toBe(honest.resamples[0].splitSha256);
    expect(honest.rows[0].columns).toBeLessThan(
      (await compare(engine, source, { ...quick, features: ["aggregates"] })).rows[0].columns,
    );
    expect(entities).toHaveLength(480);
  });

  test("a budget, costs, and thresholds that are chosen on the training part", async () => {
    const told = await compare(engine, source, {
      ...quick,
      features: ["aggregates"],
      alertsPerDay: 2,
      costs: { miss: 20, alert: 1 },
    });
    expect(told.budget).toEqual({ unit: "day", alerts: 2, periods: expect.any(Number) });
    expect(told.costs).toEqual({ miss: 20, alert: 1 });
    for (const { alerts, expectedCost, thresholds, metrics, curves } of told.rows) {
      expect(thresholds!.rule).toBe("cost");
      expect(alerts!.recall).toBeGreaterThan(0);
      const [[, wrong], [missed, found]] = metrics.confusion;
      expect(expectedCost).toBeCloseTo((20 * missed + wrong + found) / 144, 12);
      expect(curves!.atThreshold!.precisionRecall[0]).toBeCloseTo(found / (found + missed), 4);
    }
    // dearer misses, no higher a threshold
    const dear = await compare(engine, source, {
      ...quick,
      features: ["aggregates"],
      costs: { miss: 200, alert: 1 },
    });
    dear.rows.forEach(({ thresholds }, r) => {
      expect(thresholds!.values[0]).toBeLessThanOrEqual(told.rows[r].thresholds!.values[0]);
    });
  });

  test("what has no use is refused", async () => {
    const refused = (options: CompareOptions) => expect(compare(engine, source, options)).rejects;
    await refused({ labelDelay: 5 }).toThrow(/Add `plan: "forward"`/);
    await refused({ ...quick, repeats: 3 }).toThrow(/repeats do not apply/);
    await refused({ ...quick, align: "stretch" }).toThrow(/"fields" is for windows of events/);
    await refused({ ...quick, features: ["raw:wide"] }).toThrow(/which is no encoder/);
    await refused({ ...quick, features: ["rae"] }).toThrow(/Did you mean "raw"/);
    await refused({ ...quick, features: ["raw", "raw"] }).toThrow(/twice/);
    await refused({ ...quick, alerts: 3, alertsPerDay: 3 }).toThrow(/not both/);
    await refused({ ...quick, networkSeeds: 0 }).toThrow(/`networkSeeds`: got 0, expected a number >0/);
    const noAmounts = { ...source, events: { ...source.events!, amounts: undefined } };
    await expect(compare(engine, noAmounts, quick)).rejects.toThrow(/with `amount`/);
  });
});

describe("scales of networks", () => {
  const settingsOf = async (from: DataSource, options: CompareOptions) =>
    (await compare(engine, from, { ...options, classifiers: ["ridge"] })).settings.fit as CompareOptions["fit"];

  test("events are seen as logarithms, unless told otherwise", async () => {
    const fields = { ...quick, features: ["fields"] };
    expect((await settingsOf(source, fields))!.prepare).toEqual({
      scale: "log-standard",
      scaleScope: "channel",
    });
    const fit = { prepare: { scale: "robust" as const } };
    expect((await settingsOf(source, { ...fields, fit }))!.prepare).toMatchObject({ scale: "robust" });
    const own = { prepare: { scaleScope: "series" as const } };
    expect((await settingsOf(source, { ...fields, fit: own }))!.prepare).toMatchObject({ scale: "standard" });
    const stretched = { ...quick, features: ["raw"], align: "stretch" as const, fit: {} };
    expect((await settingsOf(source, stretched))!.prepare).toMatchObject({ scale: "standard" });
  });
});
