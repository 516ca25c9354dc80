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
 * @param shaped false: `shapeNotes` is not asked for
 */
export function createNumbers(path: string, name: string, keep = true, shaped = true) {
  const where = `column "${name}"`;
  const values = growing(Float32Array);
  const shape = createShape(name);
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
    shape.add(value);
  }

  /** As `add`, of numbers that are known. @returns the first row that has none, or `to` */
  function addKnown(known: Float64Array, from: number, to: number): number {
    const room = values.room(to - from);
    const end = copyNumbers(known, from, to, room, values.length);
    if (keep) values.length += end - from;
    if (shaped) shape.addAll(known, from, end);
    else shape.count(end - from);
    return end;
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
      for (let r = from; r < to; r++) {
        if (known) r = addKnown(known, r, to);
        if (r < to) read(cells, r, rows[r], hint);
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
    notes: () => [...marks.notes(shape.count()), ...money.notes(), ...noData.notes()],
    /** What all the numbers of a file look like. */
    shapeNotes: shape.notes,
  };
}

// Loops over cells are functions of the module, here and in other files: a function inside another one is compiled anew
// for each column.

/** Copies numbers to the place `at`. @returns the first row that has none, or `to` */
function copyNumbers(known: Float64Array, from: number, to: number, room: Float32Array, at: number): number {
  let r = from;
  for (; r < to && Math.abs(known[r]) < NO_DATA; r++) room[at + r - from] = known[r];
  return r;
}

/** What is known of numbers: how many, the last one, the least, the most, and 1 while each is above the one before. */
const [COUNT, LAST, LEAST, MOST, RISING] = [0, 1, 2, 3, 4];

function addNumbers(shape: Float64Array, values: ArrayLike<number>, from: number, to: number): void {
  let [last, least, most, rising] = [shape[LAST], shape[LEAST], shape[MOST], shape[RISING]];
  for (let r = from; r < to; r++) {
    const value = values[r];
    if (!(value > last)) rising = 0;
    last = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  shape[COUNT] += to - from;
  shape[LAST] = last;
  shape[LEAST] = least;
  shape[MOST] = most;
  shape[RISING] = rising;
}

/** How many numbers there are, between what, and whether each is above the one before: a row number or identifier. */
function createShape(name: string) {
  const shape = Float64Array.of(0, -Infinity, Infinity, -Infinity, 1);
  return {
    /** @param more that are counted and no more looked at. @returns how many there are */
    count(more = 0): number {
      shape[COUNT] += more;
      return shape[COUNT];
    },
    add: (value: number) => addNumbers(shape, [value], 0, 1),
    addAll: (values: ArrayLike<number>, from: number, to: number) => addNumbers(shape, values, from, to),
    notes(): string[] {
      const [count, , least, most, rising] = shape;
      const notes: string[] = [];
      if (rising === 1 && count > 2)
        notes.push(`Column "${name}" rises on every row, like a row number or an identifier; drop it if it is one.`);
      if (least < most && Math.fround(least) === Math.fround(most))
        notes.push(
          `Column "${name}" goes from ${least} to ${most}, which is one number in 32 bits: nothing of it is left. Subtract a constant near ${least} before.`,
        );
      return notes;
    },
  };
}
