import { describe, expect, test } from "vitest";
import { simulateTransactions } from "../../src/simulate/transactions.js";
import { fraudByCell, gaps, hourOf, separation } from "./separability.js";

test("separation agrees with a case counted by hand", () => {
  // 6 pairs, 4 in order and one tie: (4 + 0.5) / 6; precision 1/1 at the first positive, 2/3 at the tie's end
  const { auc, averagePrecision } = separation([9, 5, 5, 3, 1], [1, 1, 0, 0, 0]);
  expect(auc).toBeCloseTo(5.5 / 6, 12);
  expect(averagePrecision).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
});

describe.each([1, 2, 3, 4, 5])("seed %i", (seed) => {
  const transactions = simulateTransactions({ seed });
  const labels = transactions.map(({ fraud }) => fraud);
  const rate = labels.reduce((sum: number, label) => sum + label, 0) / labels.length;

  test("0.3 to 1 % of the transactions are labelled fraud, over 300 in all", () => {
    expect(rate).toBeGreaterThan(0.003);
    expect(rate).toBeLessThan(0.01);
    expect(rate * labels.length).toBeGreaterThan(300);
  });

  test.each([
    ["category, online, abroad", (t) => `${t.category} ${t.online} ${t.abroad}`],
    ["category, new merchant, four hours", (t) => `${t.category} ${t.new_merchant} ${hourOf(t) >> 2}`],
    ["category, new merchant, online, abroad", (t) => `${t.category} ${t.new_merchant}${t.online}${t.abroad}`],
  ] satisfies [string, Parameters<typeof fraudByCell>[1]][])("no cell of %s is mostly fraud", (_, key) => {
    const [worst] = fraudByCell(transactions, key);
    expect(worst.share, JSON.stringify(worst)).toBeLessThan(0.5);
  });

  test("no cell of category, new merchant, online, abroad with twenty purchases or more is mostly fraud", () => {
    const cells = fraudByCell(transactions, (t) => `${t.category} ${t.new_merchant}${t.online}${t.abroad}`);
    const [worst] = cells.filter(({ size }) => size >= 20);
    expect(worst.share, JSON.stringify(worst)).toBeLessThan(0.5);
  });

  test("no merchant of ten visits or more is mostly fraud", () => {
    const [worst] = fraudByCell(transactions, (t) => t.merchant_id).filter(({ size }) => size >= 10);
    expect(worst.share, JSON.stringify(worst)).toBeLessThan(0.5);
  });

  test("no single field tells fraud from honest purchases", () => {
    const categories = new Map(fraudByCell(transactions, (t) => t.category).map((c) => [c.cell, c.share]));
    const fields = {
      amount: transactions.map((t) => t.amount),
      gap: gaps(transactions),
      hour: transactions.map(hourOf),
      // the fraud rate of the same data is the best score that a category alone can give
      category: transactions.map((t) => categories.get(t.category)!),
      online: transactions.map((t) => t.online),
      abroad: transactions.map((t) => t.abroad),
      newMerchant: transactions.map((t) => t.new_merchant),
    };
    for (const [name, scores] of Object.entries(fields)) {
      const { auc, averagePrecision } = separation(scores, labels);
      expect(auc, name).toBeLessThan(0.8);
      expect(averagePrecision, name).toBeLessThan(0.06);
    }
  });

  test("simple rules are poor: a quick small payment, a new shop at night, a large sum at a new shop", () => {
    const gap = gaps(transactions);
    const rules = {
      quickSmall: transactions.map((t, i) => (gap[i] < 300 && t.amount < 5 ? 1 : 0)),
      newAtNight: transactions.map((t) => (t.new_merchant && hourOf(t) < 6 ? 1 : 0)),
      newAndLarge: transactions.map((t) => t.new_merchant * t.amount),
      newQuick: transactions.map((t, i) => (t.new_merchant ? 1 / (gap[i] + 60) : 0)),
    };
    for (const [name, scores] of Object.entries(rules))
      expect(separation(scores, labels).averagePrecision, name).toBeLessThan(0.15);
  });
});
