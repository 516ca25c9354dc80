import { decimalOf } from "../../../decimal.js";
import { DataError } from "../../../errors.js";
import { NO_DATA } from "../../../sequences/set/check.js";
import type { Channel, EventDetails, SequenceSet } from "../../../sequences/set/sequence-set.js";
import { notANumber } from "../../source/cells/cells.js";
import { isNoData } from "../../source/cells/no-data.js";
import { createMoneyTally } from "../../source/marks.js";
import type { DataOptions } from "../../source/options.js";
import { takeMissing } from "../../source/piece.js";
import { type Column, shownIn, valueIn } from "../../source/table.js";
import { absentIdNotes, type CarriedCases, collectCarried } from "../columns/carried.js";
import { createCodes } from "../columns/codes.js";
import { looksMissing } from "../columns/column-kind.js";
import { type Growing, growing } from "../columns/growing.js";
import { kindOf } from "../columns/kind-of.js";
import { createKnownColumn, createLongColumn, type LongColumn } from "../columns/long-column.js";
import { absentLabelNote, isAbsentLabel, readLongHeader, undecidedNotes } from "./header.js";
import { labelAmong, labelNote } from "./label-like.js";
import { groupByEntity, interleaved, sortByTime } from "./row-order.js";
import { collectStatics } from "./static-rows.js";
import { createTimeReader } from "./times.js";

/** A table with one event per row, as one sequence per entity. */
export interface LongTable {
  /** Ids and entities are the entities' names. */
  set: SequenceSet;
  /** [total steps], the label of each event in the order of `set`, undefined where the cell was missing. */
  stepLabels?: readonly (string | undefined)[];
  /** [total steps] each, in the order of `set`; with times and a window. */
  details?: EventDetails;
  /** [N] of a table whose entities have one label, where it is known without their steps. */
  entityLabels?: readonly (string | undefined)[];
  /** With a window of each event, in the order of `set`, else of each entity. */
  carried?: CarriedCases;
  /** Whether the times are dates (seconds since 1970, UTC) and not plain numbers. */
  calendarTimes: boolean;
}

/** Collects the rows of a long table. */
export interface LongRows {
  /** Where in a row the entity stands. */
  entityColumn: number;
  /** The columns that are read. */
  used: readonly number[];
  /**
   * All of the rows r = `from` to `to` - 1 but their channels.
   * @param columns by their place in the table
   * @throws {DataError} that names row and column
   */
  add(columns: readonly Column[], from: number, to: number, numbers: ArrayLike<number>): void;
  /**
   * The channels of rows that were added, from r = `from` to `to` - 1: column by column, which is faster.
   * @throws {DataError} that names row and column
   */
  addChannels(columns: readonly Column[], from: number, to: number, rows: ArrayLike<number>): void;
  /** Events since the last `take`. */
  count(): number;
  /** Entities since the last `take`. */
  entities(): number;
  /** Whether there are events of that entity since the last `take`. */
  has(entity: string): boolean;
  /**
   * What was collected since the last `take`, at least one event, sorted by time inside an entity; equal times keep
   * the file's order.
   */
  take(): LongTable;
  /** Of all that was taken. */
  notes(): readonly string[];
}

/**
 * @param known the channels to read, where they are known; without, kinds and vocabularies are found out when the
 *   rows are taken, all at once
 * @throws as readLongHeader
 */
export function collectLongRows(
  path: string,
  header: readonly string[],
  options: DataOptions & { entity: string },
  known?: readonly Channel[],
): LongRows {
  const roles = readLongHeader(path, header, options, known);
  const channels = roles.channels.map(({ index, name, known }) => ({
    index,
    column: known ? createKnownColumn(path, known) : createLongColumn(path, name, kindOf(name, options)),
  }));
  const statics = collectStatics(path, roles.statics, options, known);
  const carried = collectCarried(path, roles.carried, options, options.window !== undefined);
  const used = [roles.entity, roles.time, roles.label, roles.amount, roles.second, ...statics.used, ...carried.used];
  const aside = statics.used.length > 0 || carried.used.length > 0;
  const tally: Tally = { late: 0, equal: 0 };
  const amounts = createAmounts(path, roles.amountName);
  const readTime = createTimeReader(path, options);
  let rows = noRows();
  const owners = createCodes((cells, r, row) => noEntity(path, options.entity, shownIn(cells, r), row));
  const [labels, seconds] = [createCodes(() => -1), createCodes()];
  const addSome = (columns: readonly Column[], from: number, to: number, numbers: ArrayLike<number>) => {
    const first = rows.owners.length;
    owners.add(columns[roles.entity], from, to, numbers, rows.entities, rows.owners);
    for (let r = from; aside && r < to; r++) {
      statics.add(rows.owners.array[first + r - from], columns, r, numbers[r]);
      carried.add(columns, r, numbers[r]);
    }
    if (roles.time >= 0) readTime.add(columns[roles.time], from, to, numbers, rows.times);
    if (roles.label >= 0) labels.add(columns[roles.label], from, to, numbers, rows.labels, rows.labelCodes);
    if (roles.amount >= 0) amounts.add(columns[roles.amount], from, to, numbers, rows.amounts);
    if (roles.second >= 0) seconds.add(columns[roles.second], from, to, numbers, rows.seconds, rows.secondCodes);
  };
  return {
    entityColumn: roles.entity,
    used: [...used.filter((c) => c >= 0), ...channels.map(({ index }) => index)],
    add(columns, from, to, numbers) {
      // Column by column, as far as no more than one of them can have a wrong cell: it is the first one that is told.
      for (let r = from, end = from; r < to; r = end) {
        end = aside ? r : to;
        if (roles.time >= 0) end = readTime.soundUntil(columns[roles.time], r, end);
        if (roles.amount >= 0) end = amounts.soundUntil(columns[roles.amount], r, end);
        end = Math.max(end, r + 1);
        addSome(columns, r, end, numbers);
      }
    },
    addChannels(columns, from, to, numbers) {
      for (const { index, column } of channels) column.add(columns[index], from, to, numbers);
    },
    count: () => rows.owners.length,
    entities: () => rows.entities.size,
    has: (entity) => rows.entities.has(entity),
    take() {
      const taken = rows;
      rows = { ...rows, entities: new Map(), labels: new Map(), seconds: new Map() };
      for (const codes of [owners, labels, seconds]) codes.forget();
      readTime.check();
      checkEntities(path, options.entity, taken.entities);
      const { set, order, ...rest } = inSequences(taken, channels, options, roles.amountName, tally);
      return {
        ...rest,
        set: { ...set, ...statics.take(set.ids.length) },
        carried: options.window === undefined ? carried.takeEntities(order, set.offsets, set.ids) : carried.take(order),
        calendarTimes: readTime.calendar() ?? false,
      };
    },
    notes: () =>
      [
        isAbsentLabel(header, options) && absentLabelNote(path, options.label!),
        ...absentIdNotes(path, header, options),
        ...(known ? [] : undecidedNotes(path, header, used, roles.channels, options)),
        ...orderNotes(tally),
        ...readTime.notes(),
        ...channels.flatMap(({ column }) => column.notes()),
        !known && tally.label !== undefined && labelNote(path, tally.label),
        ...statics.notes(),
        ...amounts.notes(),
      ].filter((note) => note !== false),
  };
}

interface Tally {
  late: number;
  equal: number;
  /** A channel that may be one. */
  label?: string;
}

function orderNotes({ late, equal }: { late: number; equal: number }): string[] {
  const notes: string[] = [];
  if (late > 0) notes.push(`${late} rows were earlier than one before them of the same entity; sorted by time.`);
  if (equal > 0)
    notes.push(`${equal} events have the same time as the one before them of their entity; kept in file order.`);
  return notes;
}

/** Reads amounts; a missing one is 0. */
function createAmounts(path: string, name: string | undefined) {
  const money = createMoneyTally(path, `column "${name}"`);
  let missing = 0;
  function next(cells: Column, r: number, row: number): number {
    const amount =
      valueIn(cells, r) ??
      money.value(shownIn(cells, r), row, cells.notation) ??
      notANumber(shownIn(cells, r), path, row, `column "${name}" (the amount)`);
    if (!Number.isNaN(amount) && !isNoData(amount)) return amount;
    missing++;
    return 0;
  }
  return {
    /** The first row from r on, at most `to`, that may have no amount. */
    soundUntil(cells: Column, r: number, to: number): number {
      const known = cells.kind === "cells" ? cells.numbers : cells.kind === "texts" ? undefined : cells.values;
      while (known && r < to && Math.abs(known[r]) < NO_DATA) r++;
      return r;
    },
    add(cells: Column, from: number, to: number, rows: ArrayLike<number>, into: Growing<Float64Array<ArrayBuffer>>) {
      for (let r = from; r < to; r++) into.push(next(cells, r, rows[r]));
    },
    notes: () => (missing > 0 ? [`${missing} events have no ${name}; aggregates count it as 0.`] : []),
  };
}

function noEntity(path: string, name: string, entity: string, row: number): never {
  throw new DataError(
    `${path}, row ${row}, column "${name}": got "${entity}", expected the entity the event belongs to. Without it the event is in no sequence; remove the row.`,
  );
}

/** @throws {DataError} for a mark of a missing number among entities that are numbers: it is none of them */
export function checkEntities(path: string, name: string, entities: ReadonlyMap<string, number>): void {
  const names = [...entities.keys()];
  const mark = names.find(looksMissing);
  if (mark === undefined || !names.every((each) => looksMissing(each) || Number.isFinite(decimalOf(each)))) return;
  throw new DataError(
    `${path}, column "${name}": got "${mark}" among numbers, expected the entity an event belongs to. Events without one are in no sequence; remove these rows, or write a name that is no mark for missing.`,
  );
}

/** What is collected of the rows, one entry per row in file order; empty where the table has no such column. */
function noRows() {
  return {
    entities: new Map<string, number>(),
    owners: growing(Int32Array),
    times: growing(Float64Array), // seconds
    labels: new Map<string, number>(),
    labelCodes: growing(Int32Array), // -1: missing
    amounts: growing(Float64Array),
    seconds: new Map<string, number>(),
    secondCodes: growing(Int32Array),
  };
}

function inSequences(
  rows: ReturnType<typeof noRows>,
  channels: readonly { column: LongColumn }[],
  options: DataOptions & { entity: string },
  amountName: string | undefined,
  tally: Tally,
): Omit<LongTable, "calendarTimes" | "carried"> & { order: Int32Array } {
  const ids = [...rows.entities.keys()];
  const owners = rows.owners.take();
  const amounts = rows.amounts.take();
  const secondCodes = rows.secondCodes.take();
  const labelCodes = rows.labelCodes.take();
  const { order, offsets } = groupByEntity(owners, ids.length);
  const times = rows.times.length > 0 ? sortByTime(order, offsets, rows.times.take(), tally) : undefined;
  const taken = channels.map(({ column }) => column.take());
  const { values, complete } = interleaved(
    taken.map(({ values }) => values),
    order,
  );
  const set: SequenceSet = {
    channels: taken.map(({ channel }) => channel),
    ...(complete ? { values } : takeMissing(values)),
    offsets,
    times,
    ids,
    entities: ids,
  };
  const wanted = options.window === undefined ? undefined : times;
  const details = wanted && {
    times: wanted,
    entities: Array.from(order, (row) => ids[owners[row]]),
    entityName: options.entity,
    ...(amounts.length > 0 && { amounts: Float64Array.from(order, (row) => amounts[row]), amountName }),
    ...(secondCodes.length > 0 && {
      secondEntities: Int32Array.from(order, (row) => secondCodes[row]),
      secondName: options.secondEntity,
    }),
  };
  const names = [...rows.labels.keys()];
  const stepLabels =
    labelCodes.length > 0 ? Array.from(order, (row) => names[labelCodes[row]] as string | undefined) : undefined;
  tally.label = labelAmong(taken, owners, ids.length, options);
  return { set, order, details, stepLabels };
}
