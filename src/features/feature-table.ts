/** One row of numbers per case: what a classifier is fed with. */
export interface FeatureTable {
  /** [rows, names.length], row-major. */
  values: Float32Array;
  names: readonly string[];
  rows: number;
}
