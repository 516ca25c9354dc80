import { DataError, OptionError } from "../../../errors.js";
import type { KeptColumn } from "../../../sequences/set/sequence-set.js";
import { columnOf } from "../../source/names.js";
import { type DataOptions, mayLack } from "../../source/options.js";
import type { Piece } from "../../source/piece.js";
import { type Column, missingIn, shownIn } from "../../source/table.js";
import { createUniqueIds } from "./unique-ids.js";

/** Seconds since 1970 of the last date that can be written. */
const LAST_DATE = 8.64e12;

/** Where the columns stand that are carried along: the id (-1: none) and those to keep. */
export interface CarriedColumns {
  id: number;
  kept: readonly { index: number; name: string }[];
}

/** What is carried along to each case. */
export interface CarriedCases {
  ids?: readonly string[];
  kept?: readonly KeptColumn[];
}

/** @throws {OptionError} for an unknown column, or one that is kept twice */
export function findCarried(path: string, header: readonly string[], options: DataOptions): CarriedColumns {
  const { id, keep = [] } = options;
  const find = (what: string, name: string) => columnOf(path, header, what, name);
  const twice = keep.find((name, k) => keep.indexOf(name) < k);
  if (twice !== undefined)
    throw new OptionError(`${path}: got "${twice}" twice in \`keep\`, expected each column once. Leave one out.`);
  return {
    id: id === undefined || isAbsentId(header, options) ? -1 : find("id column", id),
    kept: keep.map((name) => ({ name, index: find("column to keep", name) })),
  };
}

/** Whether new data lack the id of training. */
function isAbsentId(header: readonly string[], options: DataOptions): boolean {
  return mayLack(options, "id") && options.id !== undefined && !header.includes(options.id);
}

/** What a user reads then. */
export function absentIdNotes(path: string, header: readonly string[], options: DataOptions): string[] {
  return isAbsentId(header, options)
    ? [`${path}: no column "${options.id}", the id in training; cases are named as without an id.`]
    : [];
}

/** Collects what is carried along, row by row. */
export interface Carried {
  /** The columns that are read. */
  used: readonly number[];
  /** @throws {DataError} for a missing id, one that comes again, or a cell that is not of the type of those before */
  add(columns: readonly Column[], r: number, row: number): void;
  /** Of the rows since the last `take`, one case each; `order`: in this order of them. */
  take(order?: ArrayLike<number>): CarriedCases;
  /**
   * Of the rows since the last `take`, one case per entity: its id, which all its rows have, and of what is kept the
   * last row.
   * @param order rows by entity, those of entity e from offsets[e] to offsets[e + 1] - 1
   * @throws {DataError} for an entity with two ids, and an id of two entities
   */
  takeEntities(order: Int32Array, offsets: Int32Array, names: readonly string[]): CarriedCases;
}

/** @param perRow whether each row is a case, so that its id is unique */
export function collectCarried(
  path: string,
  { id, kept }: CarriedColumns,
  options: DataOptions,
  perRow: boolean,
): Carried {
  const unique = createUniqueIds(path, options.id ?? "");
  const columns = kept.map(({ index, name }) => ({ index, cells: createKept(path, name) }));
  let ids: string[] = [];
  let rows: number[] = []; // of the ids, where they are not unique by row
  const forget = () => {
    ids = [];
    rows = [];
  };
  const pick = (order: ArrayLike<number> | undefined) =>
    kept.length === 0 ? {} : { kept: columns.map(({ cells }) => cells.take(order)) };
  return {
    used: [...(id < 0 ? [] : [id]), ...kept.map(({ index }) => index)],
    add(table, r, row) {
      if (id >= 0) {
        const text = shownIn(table[id], r);
        if (missingIn(table[id], r))
          throw new DataError(
            `${path}, row ${row}, column "${options.id}": got no id, expected one. A row without cannot be joined back; write one, or leave the option \`id\` out.`,
          );
        if (perRow) unique.see(text, row);
        else rows.push(row);
        ids.push(text);
      }
      for (const { index, cells } of columns) cells.add(table[index], r, row);
    },
    take(order) {
      const taken = id < 0 ? {} : { ids: order ? Array.from(order, (k) => ids[k]) : ids };
      forget();
      return { ...taken, ...pick(order) };
    },
    takeEntities(order, offsets, names) {
      if (id < 0 && kept.length === 0) return {};
      const last = Array.from(names, (_, e) => order[offsets[e + 1] - 1]);
      const taken = names.map((entity, e) => {
        if (id < 0) return "";
        const first = order.subarray(offsets[e], offsets[e + 1]).reduce((a, b) => Math.min(a, b));
        for (let k = offsets[e]; k < offsets[e + 1]; k++)
          if (ids[order[k]] !== ids[first])
            throw new DataError(
              `${path}, row ${rows[order[k]]}, column "${options.id}": got the id "${ids[order[k]]}", expected "${ids[first]}" as in row ${rows[first]} of the same entity ("${entity}"). Without a window an entity is one case and has one id; if each event has an id, give a \`window\`, or carry the column along with \`keep\`.`,
            );
        unique.see(ids[first], rows[first]);
        return ids[first];
      });
      forget();
      return { ...(id >= 0 && { ids: taken }), ...pick(last) };
    },
  };
}

/** The cells of a column to keep; its first ones say what they are. */
function createKept(path: string, name: string) {
  let kind: KeptColumn["kind"] | undefined;
  let texts: string[] = [];
  let numbers: number[] = [];
  return {
    add(column: Column, r: number, row: number) {
      const typed = column.kind === "numbers" || column.kind === "dates";
      kind ??= typed ? column.kind : "texts";
      if (kind === "texts") texts.push(typed && Number.isNaN(column.values[r]) ? "" : shownIn(column, r));
      else if (kind === "dates" && typed && Math.abs(column.values[r]) > LAST_DATE)
        throw new DataError(
          `${path}, row ${row}, column "${name}" (to keep): got the date ${column.values[r]} s, expected one before the year 275761. Correct the cell, or leave the column out of \`keep\`.`,
        );
      else if (kind === column.kind) numbers.push(column.values[r]);
      else
        throw new DataError(
          `${path}, row ${row}, column "${name}" (to keep): got ${typed ? column.kind : "texts"}, expected ${kind} as in the file before. Files that are read together have the same types; write the column alike in all of them.`,
        );
    },
    take(order?: ArrayLike<number>): KeptColumn {
      const all = { texts, numbers };
      texts = [];
      numbers = [];
      if (kind === "numbers" || kind === "dates")
        return { name, kind, values: order ? Array.from(order, (k) => all.numbers[k]) : all.numbers };
      return { name, kind: "texts", values: order ? Array.from(order, (k) => all.texts[k]) : all.texts };
    },
  };
}

/** The cells of kept columns at `indices`, in that order. */
export function selectKept(columns: readonly KeptColumn[], indices: ArrayLike<number>): KeptColumn[] {
  return columns.map(
    (column): KeptColumn =>
      column.kind === "texts"
        ? { ...column, values: Array.from(indices, (n) => column.values[n]) }
        : { ...column, values: Array.from(indices, (n) => column.values[n]) },
  );
}

/**
 * The columns to keep of the two parts of a source.
 * @throws {DataError} for an id in both, or a column that is of two types
 */
export function joinKept(
  where: string,
  id: string | undefined,
  train: Piece,
  test: Piece | undefined,
): KeptColumn[] | undefined {
  const seen = new Set(id === undefined ? [] : train.set.ids);
  const again = test?.set.ids.find((each) => seen.has(each));
  if (again !== undefined)
    throw new DataError(
      `${where}, column "${id}": got the id "${again}" in the training part and in the test part, expected it once. An id names one case, else its features cannot be joined back; name a column that is unique (\`id\`).`,
    );
  return train.kept?.map((column, k): KeptColumn => {
    const { kind, values = [] } = test?.kept?.[k] ?? { kind: column.kind };
    if (kind !== column.kind)
      throw new DataError(
        `${where}, column "${column.name}" (to keep): got ${column.kind} in the training part and ${kind} in the test part, expected one type. Write the column alike in both.`,
      );
    return {
      ...column,
      values: [...Array.from<unknown>(column.values), ...Array.from<unknown>(values)],
    } as KeptColumn;
  });
}
