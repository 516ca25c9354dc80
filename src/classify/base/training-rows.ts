import { DataError, ShapeError } from "../../errors.js";
import { columnMoments, type FeatureTable } from "../../table/feature-table.js";
import type { ClassWeight } from "./classifier.js";

/** Checked training labels and weights. */
export interface TrainingRows {
  /** The classes that occur, ascending. */
  classes: number[];
  /** [rows], position of each row's class in `classes`. */
  target: Int32Array;
  /** [rows], sample weight times class weight. */
  weights: Float64Array;
}

/**
 * Checks labels and weights against a table and works out the weight of each row.
 * @throws {ShapeError} {DataError} as Classifier.fit
 */
export function trainingRows(
  where: string,
  x: { rows: number; names: { length: number } },
  labels: Int32Array,
  classCount: number,
  classWeight: ClassWeight,
  sampleWeights?: Float32Array,
): TrainingRows {
  if (x.names.length === 0) throw new ShapeError(`${where}: the feature table has no columns to learn from.`);
  expectOnePerRow(where, "labels", labels.length, x.rows);
  if (sampleWeights) expectOnePerRow(where, "weights", sampleWeights.length, x.rows);
  const counts = new Int32Array(classCount);
  for (let row = 0; row < x.rows; row++) {
    const label = labels[row];
    if (label < 0 || label >= classCount)
      throw new DataError(
        `${where}: the label of row ${row} is ${label}, expected a class index from 0 to ${classCount - 1}. ` +
          "Leave out rows without a label before fitting.",
      );
    counts[label]++;
  }
  const classes = Array.from(counts.keys()).filter((c) => counts[c] > 0);
  if (classes.length < 2)
    throw new DataError(
      `${where}: ${classes.length === 0 ? "there are no training rows" : `all ${x.rows} training rows are of class ${classes[0]}`}, ` +
        "expected at least two classes. " +
        "Check the label column, or take a split that holds every class.",
    );
  const target = labels.map((label) => classes.indexOf(label));
  const weights = new Float64Array(x.rows);
  const classWeights = new Float64Array(classes.length);
  let total = 0;
  for (let row = 0; row < x.rows; row++) {
    const weight = sampleWeights ? sampleWeights[row] : 1;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new DataError(`${where}: the weight of row ${row} is ${weight}, expected a number from 0 up.`);
    weights[row] = weight;
    classWeights[target[row]] += weight;
    total += weight;
  }
  const weightless = classWeights.indexOf(0);
  if (weightless >= 0)
    throw new DataError(
      `${where}: every row of class ${classes[weightless]} has weight 0, expected one at least that counts. ` +
        "Leave the class out, or give its rows a weight.",
    );
  if (classWeight === "balanced")
    for (let row = 0; row < x.rows; row++) weights[row] *= total / (classes.length * classWeights[target[row]]);
  return { classes, target, weights };
}

function expectOnePerRow(where: string, what: string, got: number, rows: number): void {
  if (got !== rows)
    throw new ShapeError(`${where}: got ${got} ${what} for a table of ${rows} rows, expected one for each row.`);
}

/** Mean of each column over the rows by their weights, [columns]. The values are finite. */
export function weightedMeans(x: FeatureTable, weights: Float64Array): Float64Array {
  const columns = x.names.length;
  const means = new Float64Array(columns);
  let total = 0;
  for (let row = 0, k = 0; row < x.rows; row++) {
    total += weights[row];
    for (let j = 0; j < columns; j++, k++) means[j] += weights[row] * x.values[k];
  }
  return means.map((sum) => sum / total);
}

/** Of each column, [columns]. */
export interface ColumnScaling {
  mean: Float64Array;
  /** Population standard deviation; 1 for a constant column. */
  scale: Float64Array;
}

/** @throws {DataError} that names column and row of a value that is not finite */
export function columnScaling(where: string, x: FeatureTable): ColumnScaling {
  const { mean, deviation } = columnMoments(where, x);
  return { mean, scale: deviation.map((spread) => (spread === 0 ? 1 : spread)) };
}
