import { DataError } from "../../../errors.js";
import type { Channel, SequenceSet } from "../../../sequences/set/sequence-set.js";
import type { DataOptions } from "../../source/options.js";
import { type Column, missingIn, shownIn, valueIn } from "../../source/table.js";
import { kindOf } from "../columns/kind-of.js";
import { createKnownColumn, createLongColumn, type LongColumn } from "../columns/long-column.js";

/** Collects columns that have one value per entity. */
export interface StaticRows {
  /** Where they stand. */
  used: readonly number[];
  /**
   * @param owner the entity's number since the last `take`, from 0
   * @throws {DataError} for another value than in an earlier row of the entity
   */
  add(owner: number, columns: readonly Column[], r: number, row: number): void;
  /**
   * One value of the column `name`, which is a variable of a narrow table; a later one of the same time replaces it.
   * Where that is another value, the notes say so.
   * @param at.entity the name of the owner
   */
  hold(
    name: string,
    owner: number,
    cells: Column,
    r: number,
    at: { row: number; time: number; entity: string },
  ): "new" | "again" | undefined;
  /** The columns of `entities` entities, and forgets them; nothing without columns. */
  take(entities: number): Pick<SequenceSet, "statics">;
  /** Of all that was taken. */
  notes(): string[];
}

/**
 * @param columns `index`: -1 for a variable of a narrow table
 * @param known the channels of a model, among them static columns that it reads as channels
 */
export function collectStatics(
  path: string,
  columns: readonly { index: number; name: string }[],
  options: DataOptions,
  known?: readonly Channel[],
): StaticRows {
  let cells = columns.map(() => new Map<number, Held>());
  const readers: LongColumn[] = [];
  const changed = columns.map(() => createChanges());
  return {
    used: columns.flatMap(({ index }) => (index < 0 ? [] : [index])),
    add(owner, table, r, row) {
      columns.forEach(({ index, name }, s) => {
        if (index >= 0) holdOne(path, name, cells[s], owner, table[index], r, row);
      });
    },
    hold(name, owner, column, r, { row, time, entity }) {
      const s = columns.findIndex((each) => each.index < 0 && each.name === name);
      if (s < 0) return undefined;
      const before = cells[s].get(owner);
      const replaces = !missingIn(column, r) && before?.time === time;
      if (replaces) {
        if (!isSame(before, column, r)) changed[s].see(entity, before, shownIn(column, r), row);
        cells[s].delete(owner);
      }
      holdOne(path, name, cells[s], owner, column, r, row, time);
      return replaces ? "again" : "new";
    },
    take(entities) {
      if (columns.length === 0) return {};
      const taken = columns.map(({ name }, s) => {
        const channel = known?.find((each) => each.name === name);
        readers[s] ??= channel ? createKnownColumn(path, channel) : createLongColumn(path, name, kindOf(name, options));
        return asColumn(readers[s], cells[s], entities);
      });
      cells = columns.map(() => new Map());
      return { statics: staticsOf(taken, entities) };
    },
    notes: () => [
      ...readers.flatMap((reader) => reader.notes()).filter((note) => !note.includes("rises on every row")),
      ...changed.flatMap((changes, s) => changes.notes(path, columns[s].name)),
    ],
  };
}

/** The one value of an entity, and where it stood first. */
interface Held {
  text: string;
  value: number | undefined;
  kind: Column["kind"];
  notation: Column["notation"];
  row: number;
  time?: number;
}

/** The same text, or the same number in another form. */
function isSame({ text, value }: Held, column: Column, r: number): boolean {
  return text === shownIn(column, r) || (value !== undefined && value === valueIn(column, r));
}

/** Counts the entities that have several values of one column at one time. */
function createChanges() {
  const entities = new Set<string>();
  let first = "";
  return {
    see(entity: string, before: Held, text: string, row: number) {
      if (entities.size === 0)
        first = `"${entity}" has "${before.text}" in row ${before.row} and "${text}" in row ${row}`;
      entities.add(entity);
    },
    notes: (path: string, name: string) =>
      entities.size === 0
        ? []
        : [
            `${path}: ${entities.size} ${entities.size === 1 ? "entity has" : "entities have"} several values of static variable "${name}" at the same time (${first}); the later row counts. If that is wrong, correct the rows, or take it out of \`static\`.`,
          ],
  };
}

/** Holds cell r, unless it is missing. @throws {DataError} if another value is held */
function holdOne(
  path: string,
  name: string,
  held: Map<number, Held>,
  owner: number,
  column: Column,
  r: number,
  row: number,
  time?: number,
): void {
  if (missingIn(column, r)) return;
  const text = shownIn(column, r);
  const before = held.get(owner);
  if (!before)
    held.set(owner, { text, value: valueIn(column, r), kind: column.kind, notation: column.notation, row, time });
  else if (!isSame(before, column, r))
    throw new DataError(
      `${path}, row ${row}, static column "${name}": got "${text}", expected "${before.text}" as in row ${before.row} of the same entity. A static column has one value per entity; take it out of \`static\`, so that it becomes a channel, or correct the cell.`,
    );
}

/** The values of one column, by entity. */
function asColumn(reader: LongColumn, held: ReadonlyMap<number, Held>, entities: number) {
  const { kind = "cells", notation } = held.values().next().value ?? {};
  const numeric = kind === "numbers" || kind === "dates";
  const all = Array.from({ length: entities }, (_, owner) => held.get(owner));
  const column: Column = numeric
    ? { kind, notation, values: Float64Array.from(all, (each) => each?.value ?? Number.NaN) }
    : { kind, notation, values: all.map((each) => each?.text ?? "") };
  const rows = all.map((each) => each?.row ?? 0);
  reader.add(column, 0, entities, rows);
  return reader.take();
}

/** A table of columns, one value per entity. */
function staticsOf(
  columns: readonly { channel: Channel; values: ArrayLike<number> }[],
  entities: number,
): NonNullable<SequenceSet["statics"]> {
  const S = columns.length;
  const values = new Float32Array(entities * S);
  columns.forEach((column, s) => {
    for (let n = 0; n < entities; n++) values[n * S + s] = column.values[n];
  });
  const categorical = columns.some(({ channel }) => channel.vocabulary);
  return {
    names: columns.map(({ channel }) => channel.name),
    values,
    ...(categorical && { vocabularies: columns.map(({ channel }) => channel.vocabulary) }),
  };
}
