import { DataError } from "../../errors.js";
import { isMark, type Notation, parseMoney } from "./notation.js";
import { type Column, missingIn, shownIn } from "./table.js";

/** Counts marks for missing numbers, by their text; an empty cell, ?, NaN, NA and null need no word. */
export interface MarkTally {
  /** @param cells how many have that text */
  count(text: string, row: number, cells?: number): void;
  /** Counts a missing cell if it is a mark. */
  see(cells: Column, r: number, row: number): void;
  /** @param numbers how many numbers stand beside them */
  notes(numbers?: number): string[];
}

/** @param where the column or the file */
export function createMarkTally(where: string): MarkTally {
  const counts = new Map<string, number>();
  let first = Number.POSITIVE_INFINITY;
  const count = (text: string, row: number, cells = 1) => {
    if (!isMark(text)) return;
    counts.set(text, (counts.get(text) ?? 0) + cells);
    first = Math.min(first, row);
  };
  return {
    count,
    see(cells, r, row) {
      if (!missingIn(cells, r)) count(shownIn(cells, r), row);
    },
    notes(numbers) {
      if (counts.size === 0) return [];
      const beside = numbers === undefined ? "" : `, beside ${numbers} numbers`;
      return [`${where}: ${listed(counts)} count as missing (first in row ${first})${beside}.`];
    },
  };
}

/** Counts currency signs of a column of numbers. */
export function createMoneyTally(path: string, where: string) {
  let only: string | undefined;
  let cells = 0;
  const count = (sign: string, row: number, more = 1) => {
    only ??= sign;
    if (sign !== only)
      throw new DataError(
        `${path}, row ${row}, ${where}: got an amount in "${sign}" below others in "${only}", expected one currency. Numbers of two currencies mean different things; convert them, or make one column of each.`,
      );
    cells += more;
  };
  return {
    count,
    /** The number in a text with a currency sign; undefined for another text. @throws {DataError} for a second currency */
    value(text: string, row: number, notation?: Notation): number | undefined {
      const money = parseMoney(text, notation);
      if (money) count(money.sign, row);
      return money?.value;
    },
    notes: () =>
      only === undefined
        ? []
        : [`${where[0].toUpperCase()}${where.slice(1)}: the sign "${only}" of ${cells} cells was left out.`],
  };
}

/** Texts with their counts, the most frequent first: 24 cells "N/A", 3 "-". */
export function listed(counts: ReadonlyMap<string, number>, most = 5): string {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, most).map(([text, count], k) => {
    const short = text.length > 30 ? `${text.slice(0, 30)}...` : text;
    return `${count}${k > 0 ? "" : count === 1 ? " cell" : " cells"} "${short}"`;
  });
  const others = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return `${shown.join(", ")}${others > 0 ? ` and ${others} others` : ""}`;
}
