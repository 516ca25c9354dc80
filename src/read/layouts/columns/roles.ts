import { OptionError } from "../../../errors.js";
import { parseCell } from "../../source/cells/cells.js";
import { columnOf } from "../../source/names.js";
import type { DataOptions } from "../../source/options.js";
import { type TableChunk, valueIn } from "../../source/table.js";

const LABEL_NAMES = ["label", "class", "target", "y"];

/**
 * The label column of a wide table: the one that `label` names, by its name or by its number from 1; else the one
 * called label, class, target or y; else, without a header, the first.
 * @param first names of the columns, or cells of the first row
 * @returns its place, -1 for none
 * @throws {OptionError} for an unknown name, or if several columns could be the label
 */
export function findLabel(path: string, first: readonly string[], named: boolean, { label }: DataOptions) {
  if (label !== undefined) {
    const number = columnNumber(first, label);
    const column = number < 0 ? columnOf(path, first, "column", label) : number;
    const name = named ? ` ("${first[column]}")` : "";
    return { column, notes: number < 0 ? [] : [`${path}: the label is column ${label}${name}, chosen by its number.`] };
  }
  if (!named)
    return {
      column: 0,
      notes: [`${path}: no header and no label column named; the first column was taken as the label.`],
    };
  const found = [...first.keys()].filter((c) => LABEL_NAMES.includes(first[c].toLowerCase()));
  if (found[0] === 0) return { column: 0, notes: [] };
  if (found.length > 1)
    throw new OptionError(
      `${path}: got the columns ${found.map((c) => `"${first[c]}"`).join(" and ")}, expected one that could be the label. Name it (\`label\`), and leave the others out (\`drop\`) if they are no steps.`,
    );
  if (found.length === 1)
    return {
      column: found[0],
      notes: [
        `${path}: column "${first[found[0]]}" (number ${found[0] + 1}) was taken as the label; if it is none, name another (\`label\`).`,
      ],
    };
  return { column: -1, notes: [`${path}: no label column named; the sequences are unlabelled.`] };
}

/** The place of the column that `label` names by its number, from 1; -1: it is a name. A name in a header wins. */
export function columnNumber(first: readonly string[], label: string | undefined): number {
  if (label === undefined || !/^[1-9]\d*$/.test(label) || Number(label) > first.length) return -1;
  return first.includes(label) && looksLikeHeader(first) ? -1 : Number(label) - 1;
}

/** A header has a name beyond the first cell, a label's name in it, or steps counted 0, 1, 2 or 1, 2, 3. */
export function looksLikeHeader(cells: readonly string[]): boolean {
  if (LABEL_NAMES.includes(cells[0].toLowerCase())) return true;
  const rest = cells.slice(1).map(parseCell);
  if (rest.includes(undefined)) return true;
  return rest.length > 2 && (rest[0] === 0 || rest[0] === 1) && rest.every((v, i) => v === rest[0]! + i);
}

/**
 * The columns that pandas and R write beside a table: the first one if it has no name, and those that are called as pandas
 * calls them. Their cells do not count: of other rows of the same table another column would be read.
 */
export function indexColumns(names: readonly string[]): number[] {
  const index = /^(Unnamed: 0(\.\d+)?|__index_level_\d+__)$/;
  return [...names.keys()].filter((c) => (c === 0 && names[c] === "") || index.test(names[c]));
}

/** @param what the column would be otherwise */
export function indexNote(path: string, column: number, what: "step" | "channel"): string {
  return `${path}: column ${column + 1} is the index that pandas and R write beside a table, since it has no name of its own; it was left out. If it is a ${what}, give it a name.`;
}

/** What the column of a time is called, in any table of steps. */
export const TIME = /^(time|date|datetime|timestamp|cycle)$|_(time|date|timestamp)$/i;
/** What else it is called beside channels; in a wide table a single letter may be any step. */
const STEP_COUNT = /^(t|step)$/i;

/**
 * Says what became of a column that is called as a time is and has no role; one that an option names was decided.
 * @param named those that are read
 * @param what they are read as
 */
export function timeNotes(
  path: string,
  named: readonly string[],
  what: "channel" | "step",
  { channels = [], category = [], numeric = [] }: DataOptions,
): string[] {
  const decided = new Set([...channels, ...category, ...numeric]);
  const order = (name: string) =>
    what === "step"
      ? "If it is none,"
      : `Rows keep the order of the file. If it is the time of the steps, say so: \`time: "${name}"\`. If it is for no model,`;
  return named
    .filter((name) => (TIME.test(name) || (what === "channel" && STEP_COUNT.test(name))) && !decided.has(name))
    .map(
      (name) =>
        `${path}: column "${name}" is called as a time is, and is read as a ${what}. ${order(name)} leave it out: \`drop: ["${name}"]\`.`,
    );
}

/** What a column of identifiers is called: id, ID, RecordID, customer_id. */
const ID = /(^|_)(id|ID|Id)$|[a-z](ID|Id)$/;

/**
 * A column that is called an identifier and is one: whole numbers that all differ.
 * @param steps the columns that would be steps
 * @param from the first row of values
 * @returns its place, -1 for none
 */
export function identifierAmong(
  names: readonly string[],
  steps: readonly number[],
  chunk: TableChunk,
  from: number,
): number {
  const isIdentifier = (c: number) => {
    if (!ID.test(names[c]) || chunk.rows.length - from < 2) return false;
    const column = chunk.column(c);
    const values = Array.from({ length: chunk.rows.length - from }, (_, r) => valueIn(column, from + r));
    return values.every(Number.isInteger) && new Set(values).size === values.length;
  };
  return steps.find(isIdentifier) ?? -1;
}
