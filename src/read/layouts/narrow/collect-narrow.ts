import { DataError, OptionError, unknownName } from "../../../errors.js";
import type { Channel, SequenceSet } from "../../../sequences/set/sequence-set.js";
import { notANumber, numericLabel } from "../../source/cells/cells.js";
import { createNoDataTally, isNoData } from "../../source/cells/no-data.js";
import { createMarkTally } from "../../source/marks.js";
import { shownColumns } from "../../source/names.js";
import { type DataOptions, rejectOptions } from "../../source/options.js";
import { takeMissing } from "../../source/piece.js";
import { type Column, missingIn, shownIn, valueIn } from "../../source/table.js";
import { codeOf } from "../columns/codes.js";
import { checkEntities, type LongRows, type LongTable } from "../long/collect-long.js";
import { absentLabelNote, isAbsentLabel, placesOf, staticNames } from "../long/header.js";
import { groupByEntity, sortByTime } from "../long/row-order.js";
import { collectStatics } from "../long/static-rows.js";
import { createTimeReader } from "../long/times.js";
import { createVariables } from "./variables.js";

/**
 * Collects the rows of a narrow table: one measurement each, of a variable at a time. The steps of an entity are its
 * distinct times; what was not measured at one is missing there. Of two values of one variable at one time the later
 * row counts.
 * @param known the channels to read, in this order; without, every variable is one, in order of first appearance
 * @throws {OptionError} for an unknown column, or options that do not fit
 */
export function collectNarrowRows(
  path: string,
  header: readonly string[],
  options: DataOptions & { entity: string },
  known?: readonly Channel[],
): LongRows {
  const columns = readNarrowHeader(path, header, options, known);
  const variables = createVariables(path, header, options, known);
  const statics = collectStatics(path, columns.statics, options, known);
  const readTime = createTimeReader(path, options);
  const tally = { late: 0, equal: 0, twice: 0 };
  const noData = createNoDataTally(path);
  const marks = createMarkTally(path);
  let rows = noRows();
  let added = 0;
  const addRow = (cells: readonly Column[], r: number, row: number) => {
    added++;
    const entity = expectName(path, cells[columns.entity], r, row, options.entity);
    const owner = codeOf(rows.entities, entity);
    statics.add(owner, cells, r, row);
    const name = expectName(path, cells[columns.variable], r, row, options.variable!);
    const value = cells[columns.value];
    const time = readTime.one(cells[columns.time], r, row);
    const held = statics.hold(name, owner, value, r, { row, time, entity });
    if (held) variables.see(name);
    if (held === "again") tally.twice++;
    const code = held ? undefined : variables.code(name);
    if (columns.label >= 0 && !missingIn(cells[columns.label], r)) {
      const at = code === undefined ? -1 : rows.owners.length;
      rows.labels.push({ at, owner, text: shownIn(cells[columns.label], r), row });
    }
    if (code === undefined) return;
    const number = valueIn(value, r) ?? notANumber(shownIn(value, r), path, row, `variable "${name}"`, NUMBERS);
    if (Number.isNaN(number)) marks.see(value, r, row);
    variables.compare(code, number, Number(entity));
    rows.owners.push(owner);
    rows.codes.push(code);
    rows.times.push(time);
    rows.values.push(isNoData(number) ? noData.count(row, `variable "${name}"`) : number);
  };
  return {
    entityColumn: columns.entity,
    used: [columns.entity, columns.time, columns.variable, columns.value, ...statics.used].concat(
      columns.label >= 0 ? [columns.label] : [],
    ),
    add(cells, from, to, numbers) {
      for (let r = from; r < to; r++) addRow(cells, r, numbers[r]);
    },
    addChannels() {}, // a row is a value of one channel, which was added with it
    count: () => added,
    entities: () => rows.entities.size,
    has: (entity) => rows.entities.has(entity),
    take() {
      const taken = rows;
      const codes = rows.entities.size > 1 ? variables.leaveOutNames() : undefined;
      if (codes) recode(taken, codes);
      rows = noRows();
      added = 0;
      readTime.check();
      checkEntities(path, options.entity, taken.entities);
      const { set, ...rest } = inSteps(path, taken, variables.channels(), columns.label >= 0, options, tally);
      return {
        ...rest,
        set: { ...set, ...statics.take(taken.entities.size) },
        calendarTimes: readTime.calendar() ?? false,
      };
    },
    notes: () => [
      ...columns.absent,
      ...columns.notes,
      ...variables.notes(),
      ...orderNotes(tally),
      ...readTime.notes(),
      ...marks.notes(),
      ...noData.notes(),
      ...statics.notes(),
    ],
  };
}

const NUMBERS = "The values of a narrow table are numbers; leave a variable of texts out (`drop`).";

function orderNotes({ late, twice }: { late: number; twice: number }): string[] {
  const notes: string[] = [];
  if (late > 0) notes.push(`${late} rows were earlier than one before them of the same entity; sorted by time.`);
  if (twice > 0)
    notes.push(`${twice} rows have the entity, time and variable of an earlier one; the later row counts.`);
  return notes;
}

function noRows() {
  return {
    entities: new Map<string, number>(),
    owners: [] as number[],
    codes: [] as number[], // of the variables
    times: [] as number[], // seconds
    values: [] as number[], // NaN = missing
    /** `at`: of which measurement; -1: of a row that is none. */
    labels: [] as { at: number; owner: number; text: string; row: number }[],
  };
}

/** Gives the measurements other codes, and leaves out those of -1; their labels stay those of their entity. */
function recode(rows: ReturnType<typeof noRows>, codes: Int32Array): void {
  const places = new Int32Array(rows.codes.length).fill(-1);
  let kept = 0;
  for (let k = 0; k < places.length; k++) {
    const code = codes[rows.codes[k]];
    if (code < 0) continue;
    rows.owners[kept] = rows.owners[k];
    rows.codes[kept] = code;
    rows.times[kept] = rows.times[k];
    rows.values[kept] = rows.values[k];
    places[k] = kept++;
  }
  for (const list of [rows.owners, rows.codes, rows.times, rows.values]) list.length = kept;
  for (const label of rows.labels) if (label.at >= 0) label.at = places[label.at];
}

function expectName(path: string, column: Column, r: number, row: number, name: string): string {
  const text = shownIn(column, r);
  if (!missingIn(column, r)) return text; // "Na" is sodium
  throw new DataError(
    `${path}, row ${row}, column "${name}": got "${text}", expected a name. Without it the measurement belongs nowhere; remove the row.`,
  );
}

/** The column of the times: the one that is named, else one called so. @throws {OptionError} if there is none */
export function narrowTime(path: string, header: readonly string[], { time }: DataOptions): string {
  const found = time ?? header.find((name) => /^(date)?time(_?stamp)?$/i.test(name));
  if (found !== undefined) return found;
  throw new OptionError(
    `${path}: got a narrow table (\`variable\`) without a time, expected its column (\`time\`). What is measured at one time makes a step. Columns of the file: ${shownColumns(header)}.`,
  );
}

/** Finds the columns of a narrow table; other ones are not read, which a note says. */
function readNarrowHeader(
  path: string,
  header: readonly string[],
  options: DataOptions,
  known: readonly Channel[] | undefined,
) {
  rejectOptions(path, "a narrow table", options, ["amount", "secondEntity", "category", "numeric", "id", "keep"]);
  const places = placesOf(path, header);
  const find = (what: string, name: string) => places.get(name) ?? unknownName(path, what, name, header);
  const usual = header.find((name) => name.toLowerCase() === "value");
  if (options.value === undefined && usual === undefined)
    throw new OptionError(
      `${path}: got a narrow table (\`variable\`) without the column of its values, expected \`value\`. Columns of the file: ${shownColumns(header)}.`,
    );
  const value = options.value ?? usual!;
  const statics = staticNames(options, known).map((name) => ({ name, index: places.get(name) ?? -1 }));
  const roles = [options.entity!, options.time!, options.variable!, value, options.label, ...(options.static ?? [])];
  const twice = roles.find((name, k) => name !== undefined && roles.indexOf(name) < k);
  if (twice !== undefined)
    throw new OptionError(`${path}: got the column "${twice}" in two roles, expected one role per column.`);
  const unread = header.filter((name) => !roles.includes(name) && !options.drop?.includes(name));
  return {
    entity: find("entity column", options.entity!),
    time: find("time column", options.time!),
    variable: find("column of the variables", options.variable!),
    value: find("column of the values", value),
    label: options.label === undefined || isAbsentLabel(header, options) ? -1 : find("label column", options.label),
    statics,
    absent: isAbsentLabel(header, options) ? [absentLabelNote(path, options.label!)] : [],
    notes:
      unread.length === 0
        ? []
        : [
            `${path}: ${unread.length === 1 ? "column" : "columns"} ${unread.slice(0, 10).join(", ")} ${unread.length === 1 ? "is" : "are"} not read; a narrow table has one column of values.`,
          ],
  };
}

/** Sorts measurements by entity and time and makes a step of each distinct time. */
function inSteps(
  path: string,
  rows: ReturnType<typeof noRows>,
  channels: readonly Channel[],
  labelled: boolean,
  options: DataOptions & { entity: string },
  tally: { late: number; equal: number; twice: number },
): Omit<LongTable, "calendarTimes"> {
  const ids = [...rows.entities.keys()];
  const F = channels.length;
  const { order, offsets: starts } = groupByEntity(rows.owners, ids.length);
  const sorted = sortByTime(order, starts, rows.times, tally);
  const stepOf = new Int32Array(order.length);
  const offsets = new Int32Array(ids.length + 1);
  let steps = 0;
  for (let e = 0; e < ids.length; e++) {
    for (let k = starts[e]; k < starts[e + 1]; k++) {
      if (k === starts[e] || sorted[k] !== sorted[k - 1]) steps++;
      stepOf[k] = steps - 1;
    }
    offsets[e + 1] = steps;
  }
  const values = new Float32Array(steps * F).fill(Number.NaN);
  const times = new Float64Array(steps);
  const filled = new Uint8Array(steps * F);
  for (let k = 0; k < order.length; k++) {
    const at = stepOf[k] * F + rows.codes[order[k]];
    times[stepOf[k]] = sorted[k];
    if (filled[at]) tally.twice++;
    filled[at] = 1;
    values[at] = rows.values[order[k]];
  }
  const set: SequenceSet = { channels, ...takeMissing(values), offsets, times, ids, entities: ids };
  const owners = ids.flatMap((id, e) => new Array<string>(offsets[e + 1] - offsets[e]).fill(id));
  return {
    set,
    ...(options.window !== undefined && { details: { times, entities: owners, entityName: options.entity } }),
    ...(labelled && labelsOf(path, rows, order, stepOf, steps, options)),
  };
}

/** The label of each step, and without a window of each entity: that of its rows, which must agree. */
function labelsOf(
  path: string,
  rows: ReturnType<typeof noRows>,
  order: Int32Array,
  stepOf: Int32Array,
  steps: number,
  options: DataOptions,
): Pick<LongTable, "stepLabels" | "entityLabels"> {
  const single = options.window === undefined;
  const labels = new Array<string | undefined>(single ? rows.entities.size : steps).fill(undefined);
  const stepOfRow = new Int32Array(order.length);
  order.forEach((row, k) => {
    stepOfRow[row] = stepOf[k];
  });
  for (const { at, owner, text, row } of rows.labels) {
    if (!single && at < 0) continue;
    const place = single ? owner : stepOfRow[at];
    if (labels[place] !== undefined && numericLabel(labels[place]) !== numericLabel(text))
      throw new DataError(
        `${path}, row ${row}, column "${options.label}": got "${text}" after "${labels[place]}" of the same ${single ? "entity" : "entity and time"}, expected one label. ${single ? "If it belongs to single events, give a window, for example of 20 events (`window: 20`)." : "Correct one of them."}`,
      );
    labels[place] ??= text;
  }
  return single ? { entityLabels: labels } : { stepLabels: labels };
}
