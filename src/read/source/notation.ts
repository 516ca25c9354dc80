import { decimalOf } from "../../decimal.js";
import { OptionError } from "../../errors.js";
import { parseCell } from "./cells/cells.js";
import { compileTimeFormat } from "./cells/time-format.js";
import type { TimeReading } from "./cells/times.js";
import type { DataOptions } from "./options.js";

/** How the cells of a table are written, where it is not said by the table itself. */
export interface Notation {
  decimalComma: boolean;
  /** Whole numbers in groups: sign, groups and what follows. */
  grouped?: RegExp;
  /** Texts that are missing in every column; numbers that are written so too. */
  missing: ReadonlySet<string>;
  missingNumbers: readonly number[];
  times?: TimeReading;
}

/**
 * The notation that the options name; undefined where they name none.
 * @throws {OptionError} for separators that exclude each other, or a wrong format of times
 */
export function notationOf({ decimalComma, thousands, missing, timeUnit, timeFormat }: DataOptions) {
  if (thousands === (decimalComma ? "," : "."))
    throw new OptionError(
      `got \`thousands: "${thousands}"\` ${decimalComma ? "and" : "without"} \`decimalComma\`, expected two different signs. The decimal sign is a ${decimalComma ? "comma" : "point"}; give ${decimalComma ? "another separator" : "both, or another separator"}.`,
    );
  const given = [decimalComma, thousands, missing, timeUnit, timeFormat];
  if (given.every((option) => option === undefined)) return undefined;
  const numbers = (missing ?? []).map(decimalOf);
  const notation: Notation = {
    decimalComma: decimalComma ?? false,
    grouped: thousands === undefined ? undefined : groupedBy(thousands, decimalComma ? "," : "\\."),
    missing: new Set(missing?.map((text) => text.trim())),
    missingNumbers: numbers.filter((value) => !Number.isNaN(value)),
    times: { unit: timeUnit, parse: timeFormat === undefined ? undefined : compileTimeFormat(timeFormat) },
  };
  return notation;
}

/** What programs write into a column of numbers where they have none, in lower case; an empty cell is one too. */
const MARKS = new Set(
  "n/a #n/a #na <na> none nil - -- . \\n -nan 1.#qnan -1.#ind #null! #value! #div/0! #num! #ref! #name?".split(" "),
);
const LONGEST_MARK = 8;

/** Whether a text is a mark of programs for a missing number, beyond the empty cell, ?, NaN, NA and null. */
export function isMark(text: string): boolean {
  return text.length <= LONGEST_MARK && MARKS.has(text.trim().toLowerCase());
}

/** The number in a cell of a table; NaN: missing; undefined: not a number that fits 32-bit floats. */
export function parseNumber(text: string, notation?: Notation): number | undefined {
  const value = notation ? parseNoted(text.trim(), notation) : parseCell(text);
  return value === undefined && isMark(text) ? Number.NaN : value;
}

const SEPARATORS: Record<string, string> = { ",": ",", ".": "\\.", " ": "[ \\u00a0\\u202f]", "'": "['\\u2019]" };

function groupedBy(separator: string, decimal: string): RegExp {
  return new RegExp(`^([+-]?)(\\d{1,3}(?:${SEPARATORS[separator]}\\d{3})+)(${decimal}\\d*)?$`);
}

function parseNoted(text: string, { decimalComma, grouped, missing, missingNumbers }: Notation): number | undefined {
  if (missing.has(text)) return Number.NaN;
  const [, sign, groups, rest = ""] = grouped?.exec(text) ?? [];
  const plain = groups === undefined ? text : sign + groups.replace(/\D/g, "") + rest;
  if (decimalComma && plain.includes(".")) return undefined; // 1.234 would be one or a thousand and more
  const value = parseCell(decimalComma ? plain.replace(",", ".") : plain);
  return value !== undefined && missingNumbers.includes(value) ? Number.NaN : value;
}

/** A number with a currency sign before or behind it: $12.50, -$3, 12,50 €. */
export function parseMoney(text: string, notation?: Notation): { value: number; sign: string } | undefined {
  const [, minus, before, number, behind] = /^\s*(-?)\s*(\p{Sc}?)\s*(.*?)\s*(\p{Sc}?)\s*$/u.exec(text) ?? [];
  if (!before === !behind || !/\d/.test(number ?? "")) return undefined; // one sign, not none and not two
  const value = parseNumber(minus + number, notation);
  return value === undefined || Number.isNaN(value) ? undefined : { value, sign: before || behind };
}

const LOOKS: readonly { like: RegExp; what: string; advice: string }[] = [
  {
    like: /^[+-]?\d{1,3}(,\d{3})+$/,
    what: "numbers with a comma before three digits",
    advice: '`thousands: ","` reads them as whole numbers, `decimalComma` as decimal commas.',
  },
  {
    like: /^[+-]?\d{1,3}(,\d{3})+\.\d*$/,
    what: "numbers with commas between thousands",
    advice: '`thousands: ","` reads them.',
  },
  {
    like: /^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$/,
    what: "numbers with points between thousands",
    advice: '`thousands: "."` together with `decimalComma` reads them.',
  },
  {
    like: /^[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d*)?$/,
    what: "numbers with spaces between thousands",
    advice: '`thousands: " "` reads them, with `decimalComma` where decimals follow a comma.',
  },
  {
    like: /^[+-]?\d{1,3}(['\u2019]\d{3})+([.,]\d*)?$/,
    what: "numbers with apostrophes between thousands",
    advice: '`thousands: "\'"` reads them.',
  },
  {
    like: /^[+-]?(\d+,\d*|,\d+)(e[+-]?\d+)?$/i,
    what: "numbers with a decimal comma",
    advice: "`decimalComma` reads them.",
  },
  {
    like: /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i,
    what: "numbers with a decimal point",
    advice: "Leave `decimalComma` out, or write all numbers with a comma.",
  },
  {
    like: /^(?=.*[^\d.,+-])[+-]?\p{Nd}+([.,\u066b]\p{Nd}*)?$/u,
    what: "numbers in the digits of another script",
    advice: "Write them with the digits 0 to 9.",
  },
  {
    like: /^[+-]?inf(inity)?$/i,
    what: "infinite numbers",
    advice: 'Correct them, or read them as missing: `missing: ["TEXT"]`.',
  },
  { like: /^[+-]?\d+([.,]\d+)?\s*%$/, what: "percentages", advice: "Write the numbers without the sign." },
];

/** What a text looks like that is no number here but may be one, and how to read it. */
export function looksLikeNumber(text: string): { what: string; advice: string } | undefined {
  const bare = text.replace(/\p{Sc}/u, "").trim();
  const found = LOOKS.find(({ like }) => like.test(bare));
  return found && { what: found.what, advice: found.advice.replace("TEXT", text) };
}
