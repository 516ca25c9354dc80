import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.js";
import { writeTransactionsCsv } from "../../src/simulate/csv.js";
import { type Draft, FRAUD_SCENARIOS, LOOK_ALIKE_SCENARIOS } from "../../src/simulate/transaction.js";
import { isFraud, separate, simulateTransactions } from "../../src/simulate/transactions.js";

const small = { customers: 53, days: 37 };

test("the same seed gives the same bytes, another seed other bytes", () => {
  const csv = (seed: number) => writeTransactionsCsv(simulateTransactions({ ...small, seed }));
  expect(csv(7)).toBe(csv(7));
  expect(csv(7)).not.toBe(csv(8));
});

test("the defaults are 400 customers, 120 days and seed 1", () => {
  const defaults = writeTransactionsCsv(simulateTransactions());
  expect(writeTransactionsCsv(simulateTransactions({ customers: 400, days: 120, seed: 1 }))).toBe(defaults);
});

test("any size gives sorted, unique, well-formed transactions inside the period", () => {
  const sizes = fc.record({
    customers: fc.integer({ min: 20, max: 61 }),
    days: fc.integer({ min: 30, max: 47 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(sizes, (options) => {
      const transactions = simulateTransactions(options);
      const end = Date.UTC(2024, 0, 1 + options.days);
      expect(new Set(transactions.map((t) => t.transaction_id)).size).toBe(transactions.length);
      expect(new Set(transactions.map((t) => t.customer_id + t.time)).size).toBe(transactions.length);
      const isSound = (t: (typeof transactions)[number], i: number) =>
        (i === 0 || t.time >= transactions[i - 1].time) &&
        /^2024-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(t.time) &&
        Date.parse(t.time) < end &&
        t.amount >= 0.5 &&
        Number(t.amount.toFixed(2)) === t.amount &&
        (t.fraud === 0 || isFraud(t.scenario));
      expect(transactions.filter((t, i) => !isSound(t, i))).toEqual([]);
      for (const scenario of FRAUD_SCENARIOS)
        expect(transactions.filter((t) => t.scenario === scenario).length).toBeGreaterThan(0);
    }),
    { numRuns: 12 },
  );
});

test("purchases of one customer in the same second are moved apart, those of two customers are not", () => {
  const draft = (customer: number, time: number): Draft => ({
    customer,
    time,
    category: 2,
    amount: 3,
    online: false,
    abroad: false,
    merchant: 5,
    scenario: "none",
  });
  const moved = separate([draft(1, 11.9), draft(0, 11.2), draft(1, 11.1), draft(1, 12.3)]);
  expect(moved.map(({ customer, time }) => [customer, time])).toEqual([
    [0, 11],
    [1, 11],
    [1, 12],
    [1, 13],
  ]);
});

test("new_merchant is 0 on every later visit", () => {
  const seen = new Set<string>();
  const transactions = simulateTransactions({ ...small, seed: 3 });
  for (const { customer_id, merchant_id, new_merchant } of transactions) {
    const visit = `${customer_id} ${merchant_id}`;
    if (seen.has(visit)) expect(new_merchant).toBe(0);
    seen.add(visit);
  }
  expect(transactions.filter((t) => t.new_merchant === 1).length).toBeGreaterThan(100);
});

test("a merchant has one category, is in the street or on the net, at home or abroad", () => {
  const kinds = new Map<string, string>();
  for (const t of simulateTransactions({ ...small, seed: 4 })) {
    const kind = `${t.category} ${t.online} ${t.abroad}`;
    expect(kinds.get(t.merchant_id) ?? kind).toBe(kind);
    kinds.set(t.merchant_id, kind);
  }
});

describe("at the default size", () => {
  const transactions = simulateTransactions();
  const count = (scenario: string) => transactions.filter((t) => t.scenario === scenario).length;

  test("the set is large enough to learn from and small enough for a demo", () => {
    expect(transactions.length).toBeGreaterThan(60_000);
    expect(transactions.length).toBeLessThan(80_000);
    expect(new Set(transactions.map((t) => t.customer_id)).size).toBe(400);
  });

  test("every kind of fraud has its share, and every look-alike outnumbers the fraud it resembles", () => {
    for (const scenario of FRAUD_SCENARIOS) expect(count(scenario)).toBeGreaterThan(15);
    for (const scenario of LOOK_ALIKE_SCENARIOS) expect(count(scenario)).toBeGreaterThan(300);
    expect(count("micro_burst")).toBeGreaterThan(2 * count("card_testing"));
    expect(count("travel")).toBeGreaterThan(10 * count("changed_order"));
  });

  test("between 5 and 12 % of the frauds are unreported", () => {
    const frauds = transactions.filter((t) => isFraud(t.scenario));
    const unreported = frauds.filter((t) => t.fraud === 0).length / frauds.length;
    expect(unreported).toBeGreaterThan(0.05);
    expect(unreported).toBeLessThan(0.12);
  });
});

test.each([
  [{ customers: 19 }, /customers is 19.*at least 20/],
  [{ days: 29 }, /days is 29.*at least 30/],
  [{ customers: 50_001 }, /customers is 50001.*at most 50000/],
  [{ customers: 40.5 }, /customers is 40\.5/],
  [{ seed: Number.NaN }, /seed is NaN/],
])("%o is refused", (options, message) => {
  expect(() => simulateTransactions(options)).toThrow(OptionError);
  expect(() => simulateTransactions(options)).toThrow(message);
});
