import type { ClassWeight } from "../../classify/base/classifier.js";
import { ridgeLeaveOneOut } from "../../classify/linear/ridge.js";
import type { FeatureTable } from "../../table/feature-table.js";

export interface Selection {
  /** Index of the table with the smallest error; of equals the first. */
  chosen: number;
  /** Mean squared leave-one-out error of ridge on each. */
  errors: number[];
}

/**
 * Chooses among feature tables of the same training rows by ridge's leave-one-out error: no test case is needed, so
 * none can be peeked at.
 * @param tables of the training part
 * @param labels [rows] of the training part
 */
export function selectByLeaveOneOut(
  tables: readonly FeatureTable[],
  labels: Int32Array,
  classCount: number,
  { classWeight = "none" as ClassWeight } = {},
): Selection {
  const errors = tables.map((table) => ridgeLeaveOneOut(table, labels, classCount, { classWeight }));
  return { chosen: errors.indexOf(Math.min(...errors)), errors };
}
