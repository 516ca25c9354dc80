import { ShapeError } from "../../errors.js";
import type { FeatureTable } from "../feature-table.js";

/** Maps rows of a wide read-out to fewer numbers: the `transform` of a PCA fitted on the training rows. */
export type Projection = (wide: FeatureTable) => FeatureTable;

/**
 * The preset `compact`: a wide read-out in few numbers, columns `compact_0`, `compact_1`, ...
 * @throws {ShapeError} if the projection loses or adds rows
 */
export function compactReadOut(wide: FeatureTable, project: Projection): FeatureTable {
  const { values, names, rows } = project(wide);
  if (rows !== wide.rows || values.length !== rows * names.length)
    throw new ShapeError(
      `compactReadOut: the projection gave ${rows} rows and ${values.length} values in ${names.length} columns, ` +
        `expected ${wide.rows} rows. Every case keeps its row.`,
    );
  return { values, names: names.map((_, k) => `compact_${k}`), rows };
}
