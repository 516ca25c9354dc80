import { ShapeError } from "../../errors.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** @throws {ShapeError} when a table to predict has another number of columns than the training table had */
export function expectColumns(where: string, x: FeatureTable, columns: number): void {
  if (x.names.length !== columns)
    throw new ShapeError(
      `${where}: got a table of ${x.names.length} columns, expected ${columns}, as in training. ` +
        "Make the features with the same settings as those the classifier was fitted on.",
    );
}

/** The class of largest probability in each row of [rows, classCount]; of equal ones, the first. */
export function likeliest(probabilities: Float64Array, classCount: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classCount }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classCount; c++)
      if (probabilities[row * classCount + c] > probabilities[row * classCount + best]) best = c;
    return best;
  });
}
