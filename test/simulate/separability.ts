import type { Transaction } from "../../src/simulate/transaction.js";

/** Transactions and reported frauds for each value of a key, the worst share of fraud first. */
export function fraudByCell(transactions: readonly Transaction[], key: (transaction: Transaction) => string) {
  const cells = new Map<string, { cell: string; size: number; frauds: number; share: number }>();
  for (const transaction of transactions) {
    const cell = key(transaction);
    const entry = cells.get(cell) ?? { cell, size: 0, frauds: 0, share: 0 };
    entry.size++;
    entry.frauds += transaction.fraud;
    entry.share = entry.frauds / entry.size;
    cells.set(cell, entry);
  }
  return [...cells.values()].sort((a, b) => b.share - a.share);
}

/** ROC AUC and average precision of a score taken in its better direction; ties count half and are one step. */
export function separation(scores: readonly number[], labels: readonly number[]) {
  const forward = rank(scores, labels);
  const backward = rank(
    scores.map((score) => -score),
    labels,
  );
  return {
    auc: Math.max(forward.auc, backward.auc),
    averagePrecision: Math.max(forward.averagePrecision, backward.averagePrecision),
  };
}

function rank(scores: readonly number[], labels: readonly number[]) {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = labels.length - positives;
  let above = 0; // positives ranked above the current tie
  let pairs = 0;
  let averagePrecision = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let hits = 0;
    while (end < order.length && scores[order[end]] === scores[order[start]]) hits += labels[order[end++]];
    pairs += (end - start - hits) * (above + hits / 2);
    above += hits;
    averagePrecision += (hits / positives) * (above / end);
    start = end;
  }
  return { auc: pairs / (positives * negatives), averagePrecision };
}

/** Seconds since the same customer's previous transaction; 30 days for the first. */
export function gaps(transactions: readonly Transaction[]): number[] {
  const last = new Map<string, number>();
  return transactions.map(({ customer_id, time }) => {
    const now = Date.parse(time) / 1000;
    const gap = now - (last.get(customer_id) ?? now - 30 * 86_400);
    last.set(customer_id, now);
    return gap;
  });
}

/** Hour of the day, 0 to 23, UTC. */
export function hourOf(transaction: Transaction): number {
  return Number(transaction.time.slice(11, 13));
}
