/** What stands beside the numbers of each row. */
export interface RowLabels {
  ids: readonly string[];
  /** Which part of the source a row comes from, where it has parts. */
  parts?: readonly string[];
  /** Class names, "" for an unlabelled row. */
  labels?: readonly string[];
}
