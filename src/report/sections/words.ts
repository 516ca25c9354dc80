import type { Comparison, ComparisonRow, Measure } from "../../evaluate/comparison/comparison.js";
import { goodnessOf, measureTable } from "../../evaluate/metrics/measures.js";
import { fixed, percent, signed } from "../charts/numbers.js";

/** How the deciding measure, and each of its values, is written. */
export interface MeasureWords {
  name: string;
  /** "94.8 %" or "0.512" */
  value(score: number | null): string;
  /** "+1.2" or "−0.013" */
  difference(value: number): string;
  /** "points of accuracy" */
  differenceUnit: string;
  /** A difference is drawn times this. */
  scale: number;
}

export function wordsOf(measure: Measure): MeasureWords {
  const { name, unit, scale, digits } = measureTable[measure];
  return {
    name,
    value: (score) => (scale === 100 ? percent(score) : score === null ? "-" : fixed(score, 3)),
    difference: (value) => signed(scale * value, digits),
    differenceUnit: unit,
    scale,
  };
}

/** The value of the deciding measure; null if it has none. */
export function scoreOf(row: ComparisonRow, measure: Measure): number | null {
  return measureTable[measure].of(row);
}

/** More is better; a row without a value comes last. */
const orderOf = (row: ComparisonRow, measure: Measure) => goodnessOf(row, measure) ?? -Number.MAX_VALUE;

/** The best of some rows by the deciding measure. */
export function bestOf(rows: readonly ComparisonRow[], measure: Measure): ComparisonRow | undefined {
  return [...rows].sort((a, b) => orderOf(b, measure) - orderOf(a, measure))[0];
}

/** Rows by feature set, the set with the best row first; within a set the best first. */
export function bySet({ rows, measure }: Comparison): ComparisonRow[][] {
  const sets = new Map<string, ComparisonRow[]>();
  for (const row of rows) sets.set(row.features, [...(sets.get(row.features) ?? []), row]);
  const score = (row: ComparisonRow) => orderOf(row, measure);
  for (const set of sets.values()) set.sort((a, b) => score(b) - score(a));
  return [...sets.values()].sort((a, b) => score(b[0]) - score(a[0]));
}

/** Whether a row is the verdict's choice. */
export function isChoice({ verdict }: Comparison, row: { features: string; classifier: string }): boolean {
  return verdict.choice?.features === row.features && verdict.choice.classifier === row.classifier;
}

/** The class of the figures where there are two classes; undefined for more. */
export function positiveClass({ classNames }: Comparison): string | undefined {
  return classNames.length === 2 ? classNames[1] : undefined;
}

/** "a, b and c" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
