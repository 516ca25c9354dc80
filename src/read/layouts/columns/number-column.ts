import { NO_DATA } from "../../../sequences/set/check.js";
import { notANumber } from "../../source/cells/cells.js";
import { createNoDataTally, isNoData } from "../../source/cells/no-data.js";
import { createMarkTally, createMoneyTally } from "../../source/marks.js";
import { type Column, shownIn, valueIn } from "../../source/table.js";
import { hintFor, type Seen } from "./column-kind.js";
import { growing } from "./growing.js";

/**
 * Collects the numbers of one column, NaN = missing, and what is worth a note about them.
 * @param keep false: only the notes
 */
export function createNumbers(path: string, name: string, keep = true) {
  const where = `column "${name}"`;
  const values = growing(Float32Array);
  let numeric = 0;
  let rising = true; // every value above the one before: a row number or identifier
  let last = -Infinity;
  let least = Infinity;
  let most = -Infinity;
  const noData = createNoDataTally(path);
  const marks = createMarkTally(`Column "${name}"`);
  const money = createMoneyTally(path, where);

  function add(value: number, row: number): void {
    if (isNoData(value)) {
      noData.count(row, where);
      if (keep) values.push(Number.NaN);
      return;
    }
    if (keep) values.push(value);
    if (Number.isNaN(value)) return;
    numeric++;
    rising &&= value > last;
    last = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }

  function read(cells: Column, r: number, row: number, hint: string): void {
    let value = valueIn(cells, r);
    if (value === undefined) {
      const text = shownIn(cells, r);
      const advice = [hintFor(text), hint].filter(Boolean).join(" ");
      value = money.value(text, row, cells.notation) ?? notANumber(text, path, row, where, advice);
    } else if (Number.isNaN(value)) marks.see(cells, r, row);
    add(value, row);
  }

  return {
    add,
    /** Cells of a column that is numeric for certain, r = `from` to `to` - 1. @throws {DataError} for a text */
    readAll(cells: Column, from: number, to: number, rows: ArrayLike<number>, hint = ""): void {
      const known = cells.kind === "cells" ? cells.numbers : cells.kind === "texts" ? undefined : cells.values;
      values.room(to - from);
      for (let r = from; r < to; r++) {
        const value = known ? known[r] : Number.NaN;
        if (Math.abs(value) < NO_DATA) add(value, rows[r]);
        else read(cells, r, rows[r], hint);
      }
    },
    /** Marks and currencies of cells whose values were added. @throws {DataError} for two currencies */
    tell(seen: ReadonlyMap<string, Seen>): void {
      for (const [text, { is, sign, count, row }] of seen) {
        if (is === "mark") marks.count(text, row, count);
        if (sign !== undefined) money.count(sign, row, count);
      }
    },
    /** The numbers since the last `take`. */
    take: () => values.take(),
    /** What was left out of the cells. */
    notes: () => [...marks.notes(numeric), ...money.notes(), ...noData.notes()],
    /** What all the numbers of a file look like. */
    shapeNotes(): string[] {
      const notes: string[] = [];
      if (rising && numeric > 2)
        notes.push(`Column "${name}" rises on every row, like a row number or an identifier; drop it if it is one.`);
      if (least < most && Math.fround(least) === Math.fround(most))
        notes.push(
          `Column "${name}" goes from ${least} to ${most}, which is one number in 32 bits: nothing of it is left. Subtract a constant near ${least} before.`,
        );
      return notes;
    },
  };
}
