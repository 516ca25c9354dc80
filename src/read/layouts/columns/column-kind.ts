import { DataError } from "../../../errors.js";
import { isMissing, notANumber } from "../../source/cells/cells.js";
import { listed } from "../../source/marks.js";
import { isMark, looksLikeNumber } from "../../source/notation.js";

/** A text of a column: where it came first and how often it came. */
export interface Seen {
  code: number;
  count: number;
  row: number;
  /**
   * `missing` in every column; `mark`: missing among numbers, a name among names; `money`: a number with a currency
   * sign.
   */
  is: "number" | "money" | "mark" | "missing" | "text";
  value?: number;
  sign?: string;
}

/** Above this share of numbers a text is a mistake. */
const NUMERIC_SHARE = 0.99;
/** From this share on texts that look like numbers are numbers in another notation. */
const LOOK_SHARE = 0.9;
/** From this share of numbers on, in so many values, a handful of texts are no categories beside them. */
const MEASURED = { share: 0.8, values: 20, texts: 5 };

/**
 * A column of numbers is numeric, a column of texts categorical. A few texts among numbers are taken for mistakes: more
 * than 99 % numbers, or one single text among at least two.
 * @throws {DataError} for such a text, for numbers in another notation, and for measurements with a handful of texts
 */
export function decideKind(path: string, name: string, seen: ReadonlyMap<string, Seen>): "numeric" | "categorical" {
  const where = `column "${name}"`;
  const of = (...kinds: Seen["is"][]) => [...seen].filter(([, { is }]) => kinds.includes(is));
  const sum = (cells: readonly (readonly [string, Seen])[]) => cells.reduce((all, [, { count }]) => all + count, 0);
  const texts = of("text");
  const values = of("number", "money");
  const numeric = sum(values);
  const count = sum(texts);
  if (count === 0) return "numeric";
  const [first, { row }] = texts[0];
  const looking = texts.filter(([text]) => looksLikeNumber(text));
  if (sum(looking) > 0 && sum(looking) + numeric >= LOOK_SHARE * (numeric + count)) {
    const [text, cell] = looking[0];
    const { what, advice } = looksLikeNumber(text)!;
    throw new DataError(
      `${path}, row ${cell.row}, ${where}: got "${text}" and ${sum(looking)} cells like it beside ${numeric} plain numbers, expected numbers such as 1234.5. They look like ${what}. ${advice} If they are names, \`category: ["${name}"]\`.`,
    );
  }
  if (numeric > NUMERIC_SHARE * (numeric + count) || (count === 1 && numeric >= 2))
    notANumber(first, path, row, where, hintFor(first));
  if (
    numeric >= MEASURED.share * (numeric + count) &&
    values.length >= MEASURED.values &&
    texts.length <= MEASURED.texts
  )
    throw new DataError(
      `${path}, row ${row}, ${where}: got ${listedTexts(texts)} among ${numeric} numbers, expected one kind. Texts that mean a missing number: \`missing: ["${texts.map(([text]) => text).join('", "')}"]\`. If numbers and texts are names, \`category: ["${name}"]\`.`,
    );
  return "categorical";
}

/** What a user reads about a column of categories. */
export function mixedNotes(name: string, seen: ReadonlyMap<string, Seen>): string[] {
  const notes: string[] = [];
  let numbers = 0;
  for (const { is, count } of seen.values()) if (is === "number") numbers += count;
  const texts = [...seen].filter(([, { is }]) => is === "text");
  if (numbers > 0 && texts.length > 0)
    notes.push(
      `Column "${name}" mixes numbers and texts (${numbers} numbers, ${listedTexts(texts)}); it was read as categories.`,
    );
  const marks = [...seen].filter(([, { is }]) => is === "mark");
  if (marks.length > 0)
    notes.push(
      `Column "${name}" is of texts, and ${listedTexts(marks)} are read as names; if that means missing, give \`missing: ["${marks.map(([text]) => text).join('", "')}"]\`.`,
    );
  return notes;
}

/** Whether a name looks like a mark of programs for no value. */
export function looksMissing(name: string): boolean {
  return name !== "" && (isMissing(name) || isMark(name));
}

/** How to read a text that is no number here but looks like one; empty for another. */
export function hintFor(text: string): string {
  const found = looksLikeNumber(text);
  return found ? `It looks like one of ${found.what}. ${found.advice}` : "";
}

function listedTexts(texts: readonly (readonly [string, Seen])[]): string {
  return listed(new Map(texts.map(([text, { count }]) => [text, count])));
}
