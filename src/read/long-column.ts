import { DataError } from "../errors.js";
import type { Channel } from "../sequences/sequence-set.js";
import { isMissing, notANumber, parseCell } from "./cell.js";

const MOST_CATEGORIES = 1 << 16; // numeric columns stop being tracked as categories beyond this
const NUMERIC_SHARE = 0.99;

/** One column of a long table while it is being read: numeric or categorical is known at its end. */
export interface LongColumn {
  add(text: string, row: number): void;
  /**
   * The values in file order, NaN = missing; categories are indices into the channel's vocabulary.
   * @throws {DataError} for a text in a numeric column, with its row
   */
  finish(): { channel: Channel; values: ArrayLike<number>; notes: string[] };
}

/**
 * A column of numbers is numeric, a column of texts categorical, with a vocabulary in order of first appearance.
 * A few texts among numbers are taken for mistakes: more than 99 % numbers, or one single text among at least two.
 */
export function createLongColumn(path: string, name: string): LongColumn {
  const numbers: number[] = [];
  let codes: number[] | undefined = [];
  const vocabulary = new Map<string, number>();
  let numeric = 0;
  let texts = 0;
  let firstText: { text: string; row: number } | undefined;
  let rising = true; // every value above the one before: a row number or identifier
  let last = -Infinity;
  return {
    add(text, row) {
      const value = parseCell(text);
      numbers.push(value ?? Number.NaN);
      if (value === undefined) {
        texts++;
        firstText ??= { text, row };
        if (!codes) notANumber(text, path, row, `column "${name}"`); // thousands of distinct numbers before it
      } else if (!Number.isNaN(value)) {
        numeric++;
        rising &&= value > last;
        last = value;
      }
      codes?.push(isMissing(text) ? Number.NaN : codeOf(vocabulary, text));
      if (vocabulary.size > MOST_CATEGORIES && texts === 0) {
        codes = undefined;
        vocabulary.clear();
      }
    },
    finish() {
      if (firstText && (numeric > NUMERIC_SHARE * (numeric + texts) || (texts === 1 && numeric >= 2)))
        notANumber(firstText.text, path, firstText.row, `column "${name}"`);
      if (!firstText) {
        const notes =
          rising && numeric > 2
            ? [
                `Column "${name}" rises on every row, like a row number or an identifier; drop it if it is one.`,
              ]
            : [];
        return { channel: { name, kind: "numeric" }, values: numbers, notes };
      }
      const notes: string[] = [];
      if (numeric > 0) notes.push(`Column "${name}" mixes numbers and texts; it was read as categories.`);
      if (vocabulary.size > 1000)
        notes.push(`Column "${name}" has ${vocabulary.size} categories; drop it if it is an identifier.`);
      return {
        channel: { name, kind: "categorical", vocabulary: [...vocabulary.keys()] },
        values: codes!,
        notes,
      };
    },
  };
}

/** The code of a text, a new one at its first appearance. */
export function codeOf(vocabulary: Map<string, number>, text: string): number {
  let code = vocabulary.get(text);
  if (code === undefined) {
    code = vocabulary.size;
    vocabulary.set(text, code);
  }
  return code;
}

/** @throws {DataError} if a name appears twice in a header */
export function expectDistinct(path: string, header: readonly string[]): void {
  const twice = header.find((name, c) => header.indexOf(name) !== c);
  if (twice !== undefined)
    throw new DataError(
      `${path}, row 1: got the column "${twice}" twice, expected distinct names. Columns are chosen by name; rename one of them.`,
    );
}
