import { DataError } from "../../errors.js";
import {
  type Channel,
  countOf,
  type EventDetails,
  type SequenceSet,
} from "../../sequences/set/sequence-set.js";
import { isMissing, notANumber, parseCell } from "../source/cell.js";
import { encodeLabels, sortClassNames } from "../source/labels.js";
import type { DataOptions } from "../source/options.js";
import { takeMissing } from "../source/part.js";
import { parseTime } from "../source/time.js";
import { codeOf, createKnownColumn, createLongColumn } from "./long-column.js";
import { readLongHeader } from "./long-header.js";
import { groupByEntity, sortByTime, timeNotes } from "./long-order.js";

/** A table with one event per row, as one sequence per entity. */
export interface LongTable {
  /** Ids and entities are the entities' names; `labels` only where an entity's events all have the same one. */
  set: SequenceSet;
  /** [total steps], class index of each event in the order of `set`, -1 where the cell was missing. */
  stepLabels?: Int32Array;
  classNames?: readonly string[];
  /** [total steps] each, in the order of `set`; with times. */
  details?: EventDetails;
  /** Whether the times are dates (seconds since 1970, UTC) and not plain numbers. */
  calendarTimes: boolean;
}

/** Collects the rows of a long table. */
export interface LongRows {
  /** Where in a row the entity stands. */
  entityColumn: number;
  /** @throws {DataError} that names row and column */
  add(cells: readonly string[], row: number): void;
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
  const columns = roles.channels.map((channel) => ({
    index: channel.index,
    column: channel.known ? createKnownColumn(path, channel.known) : createLongColumn(path, channel.name),
  }));
  const tally = { late: 0, equal: 0, noAmount: 0 };
  let calendarTimes: boolean | undefined;
  let rows = noRows();
  return {
    entityColumn: roles.entity,
    add(cells, row) {
      if (isMissing(cells[roles.entity]))
        throw new DataError(
          `${path}, row ${row}, column "${options.entity}": got "${cells[roles.entity]}", expected the entity the event belongs to. Without it the event is in no sequence; remove the row.`,
        );
      rows.owners.push(codeOf(rows.entities, cells[roles.entity]));
      if (roles.time >= 0) {
        const time = parseTime(cells[roles.time]);
        calendarTimes ??= time?.calendar;
        if (time === undefined || time.calendar !== calendarTimes)
          throw new DataError(
            `${path}, row ${row}, column "${options.time}": got "${cells[roles.time]}", expected ${calendarTimes === undefined ? "an ISO date (2018-04-01T00:07:56) or a number of seconds" : calendarTimes ? "an ISO date as above it" : "a number of seconds as above it"}. Events are sorted by time; correct the cell or remove the row.`,
          );
        rows.times.push(time.seconds);
      }
      if (roles.label >= 0) rows.labels.push(isMissing(cells[roles.label]) ? undefined : cells[roles.label]);
      if (roles.amount >= 0) {
        const amount = parseCell(cells[roles.amount]);
        if (amount === undefined)
          notANumber(cells[roles.amount], path, row, `column "${roles.amountName}" (the amount)`);
        if (Number.isNaN(amount)) tally.noAmount++;
        rows.amounts.push(Number.isNaN(amount) ? 0 : amount);
      }
      if (roles.second >= 0) rows.secondCodes.push(codeOf(rows.seconds, cells[roles.second]));
      for (const { index, column } of columns) column.add(cells[index], row);
    },
    count: () => rows.owners.length,
    entities: () => rows.entities.size,
    has: (entity) => rows.entities.has(entity),
    take() {
      const { entities, owners, times, labels, amounts, secondCodes } = rows;
      rows = noRows();
      const ids = [...entities.keys()];
      const { order, offsets } = groupByEntity(owners, ids.length);
      const sortedTimes = roles.time < 0 ? undefined : sortByTime(order, offsets, times, tally);
      const taken = columns.map(({ column }) => column.take());
      const F = taken.length;
      const values = new Float32Array(order.length * F);
      taken.forEach((column, f) => {
        for (let s = 0; s < order.length; s++) values[s * F + f] = column.values[order[s]];
      });
      const set: SequenceSet = {
        channels: taken.map(({ channel }) => channel),
        ...takeMissing(values),
        offsets,
        times: sortedTimes,
        ids,
        entities: ids,
      };
      const details = sortedTimes && {
        times: sortedTimes,
        entities: Array.from(order, (row) => ids[owners[row]]),
        entityName: options.entity,
        ...(roles.amount >= 0 && {
          amounts: Float64Array.from(order, (row) => amounts[row]),
          amountName: roles.amountName,
        }),
        ...(roles.second >= 0 && {
          secondEntities: Int32Array.from(order, (row) => secondCodes[row]),
          secondName: options.secondEntity,
        }),
      };
      const common = { set, details, calendarTimes: calendarTimes ?? false };
      if (roles.label < 0) return common;
      const classNames = sortClassNames(labels.filter((label) => label !== undefined));
      const fileLabels = encodeLabels(labels, classNames);
      const stepLabels = Int32Array.from(order, (row) => fileLabels[row]);
      const whole = labelsOfSequences(set, stepLabels);
      if (whole) Object.assign(set, { labels: whole, classNames });
      return { ...common, stepLabels, classNames };
    },
    notes() {
      const notes = [...timeNotes(tally), ...columns.flatMap(({ column }) => column.notes())];
      if (tally.noAmount > 0)
        notes.push(`${tally.noAmount} events have no ${roles.amountName}; aggregates count it as 0.`);
      return notes;
    },
  };
}

/** What is collected of the rows, one entry a row in file order. */
function noRows() {
  return {
    entities: new Map<string, number>(),
    owners: [] as number[],
    times: [] as number[], // seconds
    labels: [] as (string | undefined)[],
    amounts: [] as number[],
    seconds: new Map<string, number>(),
    secondCodes: [] as number[],
  };
}

/** The label of each sequence, or undefined if one has events of different labels. */
function labelsOfSequences(set: SequenceSet, stepLabels: Int32Array): Int32Array | undefined {
  const labels = Int32Array.from({ length: countOf(set) }, (_, n) => stepLabels[set.offsets[n]]);
  for (let n = 0; n < labels.length; n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++)
      if (stepLabels[s] !== labels[n]) return undefined;
  return labels;
}
