import { DataError, OptionError, unknownName } from "../errors.js";
import { countOf, type EventDetails, type SequenceSet } from "../sequences/sequence-set.js";
import { isMissing, notANumber, parseCell } from "./cell.js";
import { readCsvRows } from "./csv-rows.js";
import { encodeLabels, sortClassNames } from "./labels.js";
import { codeOf, createLongColumn, expectDistinct, type LongColumn } from "./long-column.js";
import type { DataOptions } from "./options.js";
import { takeMissing } from "./part.js";
import { emptyFile, noSequences } from "./source-file.js";
import { parseTime } from "./time.js";

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
  notes: readonly string[];
  sha256: string;
}

/**
 * Reads a CSV of events: `entity` says whose, `time` when (without it the file's order counts), `label` of which
 * class. Events are sorted by time inside an entity; equal times keep the file's order.
 * @throws {DataError} that names row and column
 * @throws {OptionError} for a column there is not (the nearest name is suggested)
 */
export async function readLongCsv(
  path: string,
  options: DataOptions & { entity: string },
): Promise<LongTable> {
  const entities = new Map<string, number>();
  const owners: number[] = [];
  const times: number[] = [];
  const labels: (string | undefined)[] = [];
  const columns: { index: number; column: LongColumn }[] = [];
  let calendarTimes: boolean | undefined;
  const amounts: number[] = [];
  const seconds = new Map<string, number>();
  const secondCodes: number[] = [];
  let roles: ReturnType<typeof findRoles> | undefined;
  const sha256 = await readCsvRows(path, (cells, row) => {
    if (!roles) {
      expectDistinct(path, cells);
      roles = findRoles(path, cells, options);
      for (const index of channelColumns(path, cells, options))
        columns.push({ index, column: createLongColumn(path, cells[index]) });
      return;
    }
    if (isMissing(cells[roles.entity]))
      throw new DataError(
        `${path}, row ${row}, column "${options.entity}": got "${cells[roles.entity]}", expected the entity the event belongs to. Without it the event is in no sequence; remove the row.`,
      );
    owners.push(codeOf(entities, cells[roles.entity]));
    if (roles.time >= 0) {
      const time = parseTime(cells[roles.time]);
      calendarTimes ??= time?.calendar;
      if (time === undefined || time.calendar !== calendarTimes)
        throw new DataError(
          `${path}, row ${row}, column "${options.time}": got "${cells[roles.time]}", expected ${calendarTimes === undefined ? "an ISO date (2018-04-01T00:07:56) or a number of seconds" : calendarTimes ? "an ISO date as above it" : "a number of seconds as above it"}. Events are sorted by time; correct the cell or remove the row.`,
        );
      times.push(time.seconds);
    }
    if (roles.label >= 0) labels.push(isMissing(cells[roles.label]) ? undefined : cells[roles.label]);
    if (roles.amount >= 0) {
      const amount = parseCell(cells[roles.amount]);
      if (amount === undefined)
        notANumber(cells[roles.amount], path, row, `column "${roles.amountName}" (the amount)`);
      amounts.push(amount);
    }
    if (roles.second >= 0) secondCodes.push(codeOf(seconds, cells[roles.second]));
    for (const { index, column } of columns) column.add(cells[index], row);
  });
  if (!roles) throw emptyFile(path);
  if (owners.length === 0) throw noSequences(path);

  const notes: string[] = [];
  const { order, offsets } = groupByEntity(owners, entities.size);
  const sortedTimes = options.time === undefined ? undefined : sortByTime(order, offsets, times, notes);
  const finished = columns.map(({ column }) => column.finish());
  const F = finished.length;
  const values = new Float32Array(order.length * F);
  finished.forEach((column, f) => {
    for (let s = 0; s < order.length; s++) values[s * F + f] = column.values[order[s]];
    notes.push(...column.notes);
  });
  const ids = [...entities.keys()];
  const set: SequenceSet = {
    channels: finished.map(({ channel }) => channel),
    ...takeMissing(values),
    offsets,
    times: sortedTimes,
    ids,
    entities: ids,
  };
  const noAmount = amounts.filter(Number.isNaN).length;
  if (noAmount > 0) notes.push(`${noAmount} events have no ${roles.amountName}; aggregates count it as 0.`);
  const details = sortedTimes && {
    times: sortedTimes,
    entities: Array.from(order, (row) => ids[owners[row]]),
    entityName: options.entity,
    ...(roles.amount >= 0 && {
      amounts: Float64Array.from(order, (row) => (Number.isNaN(amounts[row]) ? 0 : amounts[row])),
      amountName: roles.amountName,
    }),
    ...(roles.second >= 0 && {
      secondEntities: Int32Array.from(order, (row) => secondCodes[row]),
      secondName: options.secondEntity,
    }),
  };
  const common = { set, details, calendarTimes: calendarTimes ?? false, notes, sha256 };
  if (options.label === undefined) return common;
  const classNames = sortClassNames(labels.filter((label) => label !== undefined));
  const fileLabels = encodeLabels(labels, classNames);
  const stepLabels = Int32Array.from(order, (row) => fileLabels[row]);
  const whole = labelsOfSequences(set, stepLabels);
  if (whole) Object.assign(set, { labels: whole, classNames });
  return { ...common, stepLabels, classNames };
}

function findRoles(path: string, header: readonly string[], options: DataOptions) {
  const find = (what: string, name: string | undefined) => {
    if (name === undefined) return -1;
    const column = header.indexOf(name);
    return column >= 0 ? column : unknownName(path, what, name, header);
  };
  const windows = options.window !== undefined && options.time !== undefined;
  const amountName = options.amount ?? (windows && header.includes("amount") ? "amount" : undefined);
  return {
    entity: find("entity column", options.entity),
    time: find("time column", options.time),
    label: find("label column", options.label),
    second: find("second entity column", options.secondEntity),
    amount: find("amount column", amountName),
    amountName,
  };
}

function channelColumns(path: string, header: readonly string[], options: DataOptions): number[] {
  const taken = [options.entity, options.time, options.label, options.secondEntity];
  for (const name of [...(options.channels ?? []), ...(options.drop ?? [])])
    if (!header.includes(name)) unknownName(path, "column", name, header);
  const clash = options.channels?.find((name) => taken.includes(name) || options.drop?.includes(name));
  if (clash !== undefined)
    throw new OptionError(
      `${path}: got "${clash}" as a channel and in another role, expected one role per column. A label or a dropped column is never a model's input; take it out of one of the two.`,
    );
  const kept =
    options.channels ?? header.filter((name) => !taken.includes(name) && !options.drop?.includes(name));
  if (kept.length === 0)
    throw new DataError(
      `${path}: no column is left as a channel, expected at least one beside entity, time and label. There are: ${header.join(", ")}.`,
    );
  return kept.map((name) => header.indexOf(name));
}

/** Rows in file order inside each entity (a counting sort), and where each entity begins. */
function groupByEntity(owners: readonly number[], count: number) {
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

/** Sorts `order` by time inside each entity, in place, and notes what was out of order or at equal times. */
function sortByTime(
  order: Int32Array,
  offsets: Int32Array,
  times: readonly number[],
  notes: string[],
): Float64Array {
  let late = 0;
  let equal = 0;
  for (let e = 0; e + 1 < offsets.length; e++) {
    const rows = order.subarray(offsets[e], offsets[e + 1]);
    let latest = -Infinity;
    let unsorted = false;
    for (const row of rows) {
      if (times[row] < latest) {
        late++;
        unsorted = true;
      } else latest = times[row];
    }
    if (unsorted) rows.sort((a, b) => times[a] - times[b] || a - b);
    for (let i = 1; i < rows.length; i++) if (times[rows[i]] === times[rows[i - 1]]) equal++;
  }
  if (late > 0)
    notes.push(`${late} rows were earlier than one before them of the same entity; sorted by time.`);
  if (equal > 0)
    notes.push(
      `${equal} events have the same time as the one before them of their entity; kept in file order.`,
    );
  return Float64Array.from(order, (row) => times[row]);
}

/** The label of each sequence, or undefined if one has events of different labels. */
function labelsOfSequences(set: SequenceSet, stepLabels: Int32Array): Int32Array | undefined {
  const labels = Int32Array.from({ length: countOf(set) }, (_, n) => stepLabels[set.offsets[n]]);
  for (let n = 0; n < labels.length; n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++)
      if (stepLabels[s] !== labels[n]) return undefined;
  return labels;
}
