import type { FeatureTable } from "./feature-table.js";

/**
 * Two tables of a table's rows, without a copy of both: the rows trade places while `work` looks at them, and are back
 * in theirs when it ends. Memory holds the second part once more.
 * @param first @param second ascending; together each row of the table once
 */
export function withRowsApart<R>(
  table: FeatureTable,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  work: (first: FeatureTable, second: FeatureTable) => R,
): R {
  const { values, names } = table;
  const C = names.length;
  const move = (from: number, to: number) => values.copyWithin(to * C, from * C, (from + 1) * C);
  const aside = new Float32Array(second.length * C);
  for (let k = 0; k < second.length; k++) aside.set(values.subarray(second[k] * C, (second[k] + 1) * C), k * C);
  for (let k = 0; k < first.length; k++) move(first[k], k); // no row is behind its place
  try {
    const front = { values: values.subarray(0, first.length * C), names, rows: first.length };
    return work(front, { values: aside, names, rows: second.length });
  } finally {
    for (let k = first.length - 1; k >= 0; k--) move(k, first[k]);
    for (let k = 0; k < second.length; k++) values.set(aside.subarray(k * C, (k + 1) * C), second[k] * C);
  }
}
