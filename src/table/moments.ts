import { DataError } from "../errors.js";
import type { FeatureTable } from "./feature-table.js";

/**
 * Mean and population standard deviation of every column, [columns] each; exactly 0 for a constant column.
 * @throws {DataError} that names column and row of a value that is not finite
 */
export function columnMoments(where: string, table: FeatureTable) {
  const { values, names, rows } = table;
  const C = names.length;
  const mean = new Float64Array(C);
  for (let row = 0, k = 0; row < rows; row++) for (let j = 0; j < C; j++, k++) mean[j] += values[k];
  const broken = mean.findIndex((sum) => !Number.isFinite(sum));
  if (broken >= 0) {
    let row = 0;
    while (Number.isFinite(values[row * C + broken])) row++;
    throw new DataError(
      `${where}: column "${names[broken]}" is ${values[row * C + broken]} in row ${row}, expected a number. ` +
        "Fill the gaps, or drop the column.",
    );
  }
  for (let j = 0; j < C; j++) mean[j] /= Math.max(1, rows);
  const deviation = new Float64Array(C);
  for (let row = 0, k = 0; row < rows; row++)
    for (let j = 0; j < C; j++, k++) deviation[j] += (values[k] - mean[j]) ** 2;
  for (let j = 0; j < C; j++) deviation[j] = Math.sqrt(deviation[j] / Math.max(1, rows));
  return { mean, deviation };
}
