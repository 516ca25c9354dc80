import type { KeptColumn } from "../sequences/set/sequence-set.js";

/** What stands beside the numbers of each row. */
export interface RowLabels {
  ids: readonly string[];
  /** Which part of the source a row comes from, where it has parts. */
  parts?: readonly string[];
  /** Class names, "" for an unlabelled row. */
  labels?: readonly string[];
  /** Columns of the data, one cell per row. */
  kept?: readonly KeptColumn[];
}

/** A date as text: ISO 8601 in UTC, with all its microseconds. @param seconds since 1970 */
export function dateText(seconds: number): string {
  const microseconds = Math.round(seconds * 1e6);
  const text = new Date(Math.floor(microseconds / 1000)).toISOString();
  const rest = microseconds - 1000 * Math.floor(microseconds / 1000);
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

/** The cells of a kept column as texts, "" = missing. */
export function keptTexts(column: KeptColumn): readonly string[] {
  if (column.kind === "texts") return column.values;
  const show = column.kind === "dates" ? dateText : String;
  return Array.from(column.values, (value) => (Number.isNaN(value) ? "" : show(value)));
}
