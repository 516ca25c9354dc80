import { DataError } from "../../errors.js";
import type { Channel, EventDetails, SequenceSet } from "../../sequences/set/sequence-set.js";
import { notANumber } from "../source/cells.js";
import { createMoneyTally } from "../source/marks.js";
import { isNoData } from "../source/no-data.js";
import type { DataOptions } from "../source/options.js";
import { takeMissing } from "../source/part.js";
import { type Column, idIn, missingIn, shownIn, valueIn } from "../source/table.js";
import { absentIdNotes, type CarriedCases, collectCarried } from "./carried.js";
import { looksMissing } from "./column-kind.js";
import { kindOf } from "./kind-of.js";
import { codeOf, createKnownColumn, createLongColumn, type LongColumn } from "./long-column.js";
import { absentLabelNote, indexNotes, isAbsentLabel, readLongHeader } from "./long-header.js";
import { createTimeReader } from "./long-times.js";
import { collectStatics } from "./static-rows.js";

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
   * All of a row but its channels.
   * @param columns by their place in the table
   * @throws {DataError} that names row and column
   */
  add(columns: readonly Column[], r: number, row: number): void;
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
  const tally = { late: 0, equal: 0 };
  const amounts = createAmounts(path, roles.amountName);
  const readTime = createTimeReader(path, options);
  let rows = noRows();
  const owner = createOwners(path, options.entity);
  return {
    entityColumn: roles.entity,
    used: [...used.filter((c) => c >= 0), ...channels.map(({ index }) => index)],
    add(columns, r, row) {
      const code = owner.of(columns[roles.entity], r, row, rows.entities);
      rows.owners.push(code);
      statics.add(code, columns, r, row);
      carried.add(columns, r, row);
      if (roles.time >= 0) rows.times.push(readTime.next(columns[roles.time], r, row));
      if (roles.label >= 0) {
        const label = columns[roles.label];
        rows.labelCodes.push(missingIn(label, r) ? -1 : codeOf(rows.labels, shownIn(label, r)));
      }
      if (roles.amount >= 0) rows.amounts.push(amounts.next(columns[roles.amount], r, row));
      if (roles.second >= 0) rows.secondCodes.push(codeOf(rows.seconds, shownIn(columns[roles.second], r)));
    },
    addChannels(columns, from, to, rows) {
      for (const { index, column } of channels) {
        const cells = columns[index];
        for (let r = from; r < to; r++) column.add(cells, r, rows[r]);
      }
    },
    count: () => rows.owners.length,
    entities: () => rows.entities.size,
    has: (entity) => rows.entities.has(entity),
    take() {
      const taken = rows;
      rows = noRows();
      owner.forget();
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
    notes() {
      const { late, equal } = tally;
      return [
        isAbsentLabel(header, options) && absentLabelNote(path, options.label!),
        ...absentIdNotes(path, header, options),
        ...(known ? [] : indexNotes(path, header, [...used, ...channels.map(({ index }) => index)])),
        late > 0 && `${late} rows were earlier than one before them of the same entity; sorted by time.`,
        equal > 0 && `${equal} events have the same time as the one before them of their entity; kept in file order.`,
        ...readTime.notes(),
        ...channels.flatMap(({ column }) => column.notes()),
        ...statics.notes(),
        ...amounts.notes(),
      ].filter((note) => note !== false);
    },
  };
}

/** Reads amounts; a missing one is 0. */
function createAmounts(path: string, name: string | undefined) {
  const money = createMoneyTally(path, `column "${name}"`);
  let missing = 0;
  return {
    next(cells: Column, r: number, row: number): number {
      const amount =
        valueIn(cells, r) ??
        money.value(shownIn(cells, r), row, cells.notation) ??
        notANumber(shownIn(cells, r), path, row, `column "${name}" (the amount)`);
      if (!Number.isNaN(amount) && !isNoData(amount)) return amount;
      missing++;
      return 0;
    },
    notes: () => (missing > 0 ? [`${missing} events have no ${name}; aggregates count it as 0.`] : []),
  };
}

/** Finds the code of the entity of a row: by the id of its text, where that has one. */
function createOwners(path: string, name: string) {
  let known = new Int32Array(0); // by id; -1: not yet
  return {
    /** @throws {DataError} for a missing entity */
    of(cells: Column, r: number, row: number, entities: Map<string, number>): number {
      const id = idIn(cells, r);
      if (id >= 0 && id < known.length && known[id] >= 0) return known[id];
      const entity = shownIn(cells, r);
      if (missingIn(cells, r))
        throw new DataError(
          `${path}, row ${row}, column "${name}": got "${entity}", expected the entity the event belongs to. Without it the event is in no sequence; remove the row.`,
        );
      const owner = codeOf(entities, entity);
      if (id >= known.length) {
        const before = known;
        known = new Int32Array(2 * id + 16).fill(-1);
        known.set(before);
      }
      if (id >= 0) known[id] = owner;
      return owner;
    },
    /** The codes begin anew. */
    forget: () => void known.fill(-1),
  };
}

/** @throws {DataError} for a mark of a missing number among entities that are numbers: it is none of them */
export function checkEntities(path: string, name: string, entities: ReadonlyMap<string, number>): void {
  const names = [...entities.keys()];
  const mark = names.find(looksMissing);
  if (mark === undefined || !names.every((each) => looksMissing(each) || Number.isFinite(Number(each)))) return;
  throw new DataError(
    `${path}, column "${name}": got "${mark}" among numbers, expected the entity an event belongs to. Events without one are in no sequence; remove these rows, or write a name that is no mark for missing.`,
  );
}

/** What is collected of the rows, one entry per row in file order; empty where the table has no such column. */
function noRows() {
  return {
    entities: new Map<string, number>(),
    owners: [] as number[],
    times: [] as number[], // seconds
    labels: new Map<string, number>(),
    labelCodes: [] as number[], // -1: missing
    amounts: [] as number[],
    seconds: new Map<string, number>(),
    secondCodes: [] as number[],
  };
}

function inSequences(
  rows: ReturnType<typeof noRows>,
  channels: readonly { column: LongColumn }[],
  options: DataOptions & { entity: string },
  amountName: string | undefined,
  tally: { late: number; equal: number },
): Omit<LongTable, "calendarTimes" | "carried"> & { order: Int32Array } {
  const { owners, amounts, secondCodes, labelCodes } = rows;
  const ids = [...rows.entities.keys()];
  const { order, offsets } = groupByEntity(owners, ids.length);
  const times = rows.times.length > 0 ? sortByTime(order, offsets, rows.times, tally) : undefined;
  const taken = channels.map(({ column }) => column.take());
  const F = taken.length;
  const values = new Float32Array(order.length * F);
  taken.forEach(({ values: from }, f) => {
    for (let s = 0; s < order.length; s++) values[s * F + f] = from[order[s]];
  });
  const set: SequenceSet = {
    channels: taken.map(({ channel }) => channel),
    ...takeMissing(values),
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
  return { set, order, details, stepLabels };
}

/** Rows in file order inside each entity (a counting sort), and where each entity begins. */
export function groupByEntity(owners: readonly number[], count: number) {
  const offsets = new Int32Array(count + 1);
  for (const owner of owners) offsets[owner + 1]++;
  for (let e = 0; e < count; e++) offsets[e + 1] += offsets[e];
  const next = offsets.slice();
  const order = new Int32Array(owners.length);
  owners.forEach((owner, row) => {
    order[next[owner]++] = row;
  });
  return { order, offsets };
}

/**
 * Sorts `order` by time inside each entity, in place; equal times keep the file's order.
 * @param tally the numbers of events that are out of order, or at the time of the one before, are added to it
 * @returns [events] the times in that order
 */
export function sortByTime(
  order: Int32Array,
  offsets: Int32Array,
  times: readonly number[],
  tally: { late: number; equal: number },
): Float64Array {
  for (let e = 0; e + 1 < offsets.length; e++) {
    const rows = order.subarray(offsets[e], offsets[e + 1]);
    let latest = -Infinity;
    let unsorted = false;
    for (const row of rows) {
      if (times[row] < latest) {
        tally.late++;
        unsorted = true;
      } else latest = times[row];
    }
    if (unsorted) rows.sort((a, b) => times[a] - times[b] || a - b);
    for (let i = 1; i < rows.length; i++) if (times[rows[i]] === times[rows[i - 1]]) tally.equal++;
  }
  const sorted = new Float64Array(order.length);
  for (let s = 0; s < order.length; s++) sorted[s] = times[order[s]];
  return sorted;
}
