import { DataError, ShapeError } from "../../errors.js";

/**
 * Counts of cases, matrix[label][predicted], both 0 .. classCount - 1.
 * @throws {ShapeError} when labels and predictions differ in length
 * @throws {DataError} when one is out of range (cases without a label cannot be scored)
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
): number[][] {
  if (labels.length !== predicted.length)
    throw new ShapeError(
      `confusion matrix: got ${predicted.length} predictions for ${labels.length} labels, expected one for each.`,
    );
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i]];
    if (row?.[predicted[i]] === undefined)
      throw new DataError(
        `confusion matrix: case ${i} has label ${labels[i]} and prediction ${predicted[i]}, expected class indices ` +
          `from 0 to ${classCount - 1}. Leave out cases without a label before scoring predictions.`,
      );
    row[predicted[i]]++;
  }
  return matrix;
}
