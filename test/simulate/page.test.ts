import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATEGORIES } from "../../src/simulate/categories.js";
import { FRAUD_SHARES } from "../../src/simulate/frauds.js";
import type { FraudScenario } from "../../src/simulate/transaction.js";
import { isFraud, simulateTransactions } from "../../src/simulate/transactions.js";

const page = readFileSync(new URL("../../docs/simulation.md", import.meta.url), "utf8");

test("the page's counts are those of the default simulation", () => {
  const transactions = simulateTransactions();
  const frauds = transactions.filter((t) => isFraud(t.scenario)).length;
  const labelled = transactions.filter((t) => t.fraud === 1).length;
  const rate = ((100 * labelled) / transactions.length).toFixed(2);
  const total = transactions.length.toLocaleString("en-US");
  expect(page).toContain(`there are ${total} transactions, ${frauds} of them frauds, ${labelled} of those`);
  expect(page).toContain(`labelled: ${rate} % of all`);
  for (const scenario of new Set(transactions.map((t) => t.scenario))) {
    const of = transactions.filter((t) => t.scenario === scenario);
    const customers = new Set(of.map((t) => t.customer_id)).size;
    const reported = of.filter((t) => t.fraud === 1).length;
    expect(page).toContain(`| ${scenario} | ${of.length} | ${reported} | ${customers} |`);
  }
});

test("the page's parameters are those of the code", () => {
  for (const { name, weight, median, sigma, online } of CATEGORIES) {
    const share = online === 0 ? "0" : `${Math.round(100 * online)} %`;
    expect(page).toContain(`| ${name} | ${weight} | ${median} | ${sigma} | ${share} |`);
  }
  for (const [scenario, share] of Object.entries(FRAUD_SHARES) as [FraudScenario, number][])
    expect(page).toContain(`| \`${scenario}\` | ${(100 * share).toFixed(2)} % |`);
});
