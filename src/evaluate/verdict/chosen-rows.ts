import type { ComparisonRow } from "../comparison/comparison.js";
import type { Draws } from "../metrics/bootstrap.js";

/** A row with what its differences to others are made of. */
export interface ScoredRow {
  row: ComparisonRow;
  /** Of the deciding measure. */
  draws: Draws;
}

/**
 * The row of each feature set whose classifier did best on the held-out part of the training part; where nothing was
 * held out, the first. No test case has a say.
 */
export function chosenRows(rows: readonly ScoredRow[]): ScoredRow[] {
  const sets = new Map<string, ScoredRow[]>();
  for (const each of rows) sets.set(each.row.features, [...(sets.get(each.row.features) ?? []), each]);
  return Array.from(sets.values(), bestValidated);
}

/** The row that did best on the held-out part of the training part, the first of equals. */
export function bestValidated(rows: readonly ScoredRow[]): ScoredRow {
  return bestOf(rows, ({ row }) => row.validated ?? null);
}

/** The item with the highest value, the first of equals. */
export function bestOf<T>(items: readonly T[], value: (item: T) => number | null): T {
  const of = (item: T) => value(item) ?? Number.NEGATIVE_INFINITY;
  return items.reduce((best, item) => (of(item) > of(best) ? item : best));
}
