import { OptionError } from "../../errors.js";
import type { Channel } from "../../sequences/set/sequence-set.js";
import { notANumber } from "../source/cells.js";
import { createNoDataTally, isNoData } from "../source/no-data.js";
import { type Column, missingIn, shownIn, valueIn } from "../source/table.js";

const MOST_CATEGORIES = 1 << 16; // numeric columns stop being tracked as categories beyond this
const NUMERIC_SHARE = 0.99;

/** One channel of a long table while it is being read. */
export interface LongColumn {
  /** @throws {DataError} for a text in a numeric column, with its row */
  add(cells: Column, r: number, row: number): void;
  /**
   * The values since the last `take` in file order, NaN = missing; categories are indices into the channel's
   * vocabulary.
   * @throws {DataError} for a text in a numeric column, with its row
   */
  take(): { channel: Channel; values: ArrayLike<number> };
  /** Of all that was taken. */
  notes(): string[];
}

/**
 * A column of numbers is numeric, a column of texts categorical, with a vocabulary in order of first appearance.
 * A few texts among numbers are taken for mistakes: more than 99 % numbers, or one single text among at least two.
 * Which it is is known at its end, so it can be taken once.
 * @param keep false: values are not kept, only what the column is
 */
export function createLongColumn(path: string, name: string, keep = true): LongColumn {
  const numbers: number[] = [];
  let codes: number[] | undefined = [];
  const vocabulary = new Map<string, number>();
  let numeric = 0;
  let texts = 0;
  let firstText: { text: string; row: number } | undefined;
  let rising = true; // every value above the one before: a row number or identifier
  let last = -Infinity;
  const noData = createNoDataTally(path);
  return {
    add(cells, r, row) {
      if (cells.kind === "numbers" || cells.kind === "dates") codes = undefined;
      let value = valueIn(cells, r);
      if (isNoData(value ?? 0)) value = noData.count(row, `column "${name}"`);
      if (keep) numbers.push(value ?? Number.NaN);
      if (value === undefined) {
        texts++;
        firstText ??= { text: shownIn(cells, r), row };
        if (!codes) notANumber(shownIn(cells, r), path, row, `column "${name}"`); // no categories were counted
      } else if (!Number.isNaN(value)) {
        numeric++;
        rising &&= value > last;
        last = value;
      }
      if (codes) {
        const code = missingIn(cells, r) ? Number.NaN : codeOf(vocabulary, shownIn(cells, r));
        if (keep) codes.push(code);
      }
      if (vocabulary.size > MOST_CATEGORIES && texts === 0) {
        codes = undefined;
        vocabulary.clear();
      }
    },
    take() {
      if (!firstText) return { channel: { name, kind: "numeric" }, values: numbers };
      if (numeric > NUMERIC_SHARE * (numeric + texts) || (texts === 1 && numeric >= 2))
        notANumber(firstText.text, path, firstText.row, `column "${name}"`);
      const channel: Channel = { name, kind: "categorical", vocabulary: [...vocabulary.keys()] };
      return { channel, values: codes! };
    },
    notes() {
      const rises = `Column "${name}" rises on every row, like a row number or an identifier; drop it if it is one.`;
      if (!firstText) return [...(rising && numeric > 2 ? [rises] : []), ...noData.notes()];
      return [
        numeric > 0 && `Column "${name}" mixes numbers and texts; it was read as categories.`,
        vocabulary.size > 1000 && `Column "${name}" has ${vocabulary.size} categories; drop it if it is an identifier.`,
      ].filter((note) => typeof note === "string");
    },
  };
}

/**
 * A column of a channel that is known: numbers, or the categories of its vocabulary. Others are missing, and noted.
 * @throws {OptionError} for categories without a vocabulary
 */
export function createKnownColumn(path: string, channel: Channel): LongColumn {
  const { name, kind, vocabulary } = channel;
  if (kind === "categorical" && !vocabulary)
    throw new OptionError(
      `${path}: got the channel "${name}" without a vocabulary, expected its categories. Each piece would count its own ones; give them.`,
    );
  const codes = vocabulary && new Map(vocabulary.map((category, code) => [category, code]));
  let values: number[] = [];
  let unknown = 0;
  let first: { text: string; row: number } | undefined;
  const noData = createNoDataTally(path);
  return {
    add(cells, r, row) {
      if (!codes) {
        const hint = "It is a numeric channel of the model, which cannot be left out.";
        const value = valueIn(cells, r) ?? notANumber(shownIn(cells, r), path, row, `column "${name}"`, hint);
        values.push(isNoData(value) ? noData.count(row, `column "${name}"`) : value);
        return;
      }
      const code = missingIn(cells, r) ? Number.NaN : codes.get(shownIn(cells, r));
      if (code === undefined) {
        unknown++;
        first ??= { text: shownIn(cells, r), row };
      }
      values.push(code ?? Number.NaN);
    },
    take() {
      const taken = values;
      values = [];
      return { channel, values: taken };
    },
    notes: () =>
      first
        ? [
            `${unknown} cells of column "${name}" have a category that the model does not know (first "${first.text}", row ${first.row}); they count as missing.`,
          ]
        : noData.notes(),
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
