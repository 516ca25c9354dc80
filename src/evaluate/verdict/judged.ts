import type { Comparison, ComparisonRow, Difference } from "../comparison/comparison.js";

/** What a verdict is made of. */
export interface Judged extends Pick<Comparison, "measure" | "minGain" | "budget"> {
  rows: readonly ComparisonRow[];
  /** Of `differencesOf`. */
  differences: readonly Difference[];
  /** How many test cases are of the rarer class, where positives are rare. */
  positives?: number;
}

/** The row of a side of a difference. */
export function rowOf(
  { features, classifier }: { features: string; classifier: string },
  { rows }: Pick<Judged, "rows">,
): ComparisonRow {
  return rows.find((row) => row.features === features && row.classifier === classifier)!;
}

/** Test cases of the second class, as one network seed sees them. */
export function positivesOf({ metrics, bySeed }: ComparisonRow): number {
  return metrics.confusion[1].reduce((sum, count) => sum + count, 0) / bySeed.length;
}
