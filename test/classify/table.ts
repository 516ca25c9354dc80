import { randomStream } from "../../src/random.js";
import type { FeatureTable } from "../../src/table/feature-table.js";

/** A table from row-major values, columns named f0, f1, ... */
export function tableOf(values: ArrayLike<number>, columns: number): FeatureTable {
  return {
    values: Float32Array.from(values),
    names: Array.from({ length: columns }, (_, j) => `f${j}`),
    rows: values.length / columns,
  };
}

/** Normal noise around one centre per class; the first rows hold every class once. */
export function madeData(rows: number, columns: number, classes: number, seed: number) {
  const random = randomStream(seed);
  const labels = Int32Array.from({ length: rows }, (_, i) => (i < classes ? i : random.integer(classes)));
  const centres = Float64Array.from({ length: classes * columns }, () => random.normal());
  const values = Float32Array.from({ length: rows * columns }, (_, k) => {
    const row = Math.floor(k / columns);
    return centres[labels[row] * columns + (k % columns)] + 1.5 * random.normal();
  });
  return { x: tableOf(values, columns), labels };
}
