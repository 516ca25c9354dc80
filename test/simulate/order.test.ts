import { describe, expect, test } from "vitest";
import type { Scenario, Transaction } from "../../src/simulate/transaction.js";
import { isFraud, simulateTransactions } from "../../src/simulate/transactions.js";
import { gaps } from "./separability.js";

/** The frauds must show in the order of events, each kind in its own way. */
describe.each([1, 2, 3])("seed %i", (seed) => {
  const transactions = simulateTransactions({ seed });
  const byCustomer = historiesOf(transactions);
  const honest = transactions.filter((t) => !isFraud(t.scenario));
  const histories = [...byCustomer.values()];

  test("card testing: some hours after three tiny payments comes a large one", () => {
    const episodes = episodesOf(histories, "card_testing", 86_400);
    const shown = episodes.filter((episode) => {
      const largest = Math.max(...episode.map((t) => t.amount));
      const at = episode.findIndex((t) => t.amount === largest);
      return largest > 20 && episode.slice(0, at).filter((t) => t.amount < 10).length >= 3;
    });
    expect(episodes.length).toBeGreaterThan(15);
    expect(shown.length / episodes.length).toBeGreaterThan(0.8);
  });

  test("changed order: steps from category to category are rare for honest customers, categories are not", () => {
    const pairs = (list: Transaction[]) => list.slice(1).map((t, i) => `${list[i].category} ${t.category}`);
    const usual = frequencies(histories.map((history) => pairs(history.filter((t) => !isFraud(t.scenario)))));
    const single = frequencies([honest.map((t) => t.category)]);
    const stolen = episodesOf(histories, "changed_order", 86_400);
    const stolenSteps = stolen.flatMap(pairs);
    const stolenCategories = stolen.flat().map((t) => t.category);
    const surprise = (items: string[], known: Map<string, number>) =>
      items.reduce((sum, item) => sum - Math.log(known.get(item) ?? 1e-5), 0) / items.length;
    const honestSteps = histories.flatMap((history) => pairs(history.filter((t) => !isFraud(t.scenario))));
    const stepsApart = surprise(stolenSteps, usual) - surprise(honestSteps, usual);
    const categoriesApart =
      surprise(stolenCategories, single) -
      surprise(
        honest.map((t) => t.category),
        single,
      );
    expect(stepsApart).toBeGreaterThan(0.3);
    expect(Math.abs(categoriesApart)).toBeLessThan(0.25);
  });

  test("take-over: spread over days, with the owner's purchases in between, and growing", () => {
    const episodes = episodesOf(histories, "takeover", 10 * 86_400).filter((e) => e.length >= 5);
    expect(episodes.length).toBeGreaterThan(8);
    let rise = 0; // of the mean logarithm of the amount, second half over first
    let interleaved = 0;
    for (const episode of episodes) {
      const first = Date.parse(episode[0].time);
      const last = Date.parse(episode[episode.length - 1].time);
      expect(last - first).toBeGreaterThan(2 * 86_400_000);
      const between = byCustomer
        .get(episode[0].customer_id)!
        .filter((t) => t.scenario !== "takeover" && Date.parse(t.time) > first && Date.parse(t.time) < last);
      if (between.length > 0) interleaved++;
      const half = episode.length >> 1;
      rise += (meanLog(episode.slice(-half)) - meanLog(episode.slice(0, half))) / episodes.length;
    }
    expect(interleaved / episodes.length).toBeGreaterThan(0.75);
    expect(rise).toBeGreaterThan(0.2);
  });

  test("terminal: victims used one and the same street merchant in the weeks before", () => {
    const victims = new Map<string, string>(); // customer -> time of the first stolen purchase
    for (const t of transactions)
      if (t.scenario === "terminal" && !victims.has(t.customer_id)) victims.set(t.customer_id, t.time);
    const visits = new Map<string, Set<string>>();
    for (const t of honest) {
      const stolen = victims.get(t.customer_id);
      if (stolen === undefined || t.online || t.abroad) continue;
      const before = (Date.parse(stolen) - Date.parse(t.time)) / 86_400_000;
      if (before < 1 || before > 17) continue;
      visits.set(t.merchant_id, (visits.get(t.merchant_id) ?? new Set()).add(t.customer_id));
    }
    const shared = new Set<string>();
    for (const customers of visits.values())
      if (customers.size >= 3) for (const customer of customers) shared.add(customer);
    expect(victims.size).toBeGreaterThan(10);
    expect(shared.size / victims.size).toBeGreaterThan(0.3);
  });

  test("honest micro-payments come as quickly as card tests", () => {
    const gap = gaps(transactions);
    const quick = (scenario: Scenario) =>
      transactions.filter((t, i) => t.scenario === scenario && t.amount < 5 && gap[i] < 300).length;
    expect(quick("micro_burst")).toBeGreaterThan(quick("card_testing"));
  });
});

function historiesOf(transactions: readonly Transaction[]): Map<string, Transaction[]> {
  const histories = new Map<string, Transaction[]>();
  for (const t of transactions)
    histories
      .set(t.customer_id, histories.get(t.customer_id) ?? [])
      .get(t.customer_id)!
      .push(t);
  return histories;
}

/** Runs of one scenario of one customer, cut where two neighbours are more than `apart` seconds apart. */
function episodesOf(histories: Transaction[][], scenario: Scenario, apart: number): Transaction[][] {
  const episodes: Transaction[][] = [];
  for (const history of histories) {
    let previous = Number.NEGATIVE_INFINITY;
    for (const transaction of history.filter((t) => t.scenario === scenario)) {
      const time = Date.parse(transaction.time) / 1000;
      if (time - previous > apart) episodes.push([]);
      episodes[episodes.length - 1].push(transaction);
      previous = time;
    }
  }
  return episodes;
}

function frequencies(lists: string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const item of lists.flat()) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
    total++;
  }
  return new Map([...counts].map(([item, n]) => [item, n / total]));
}

function meanLog(list: readonly Transaction[]): number {
  return list.reduce((sum, t) => sum + Math.log(t.amount), 0) / list.length;
}
