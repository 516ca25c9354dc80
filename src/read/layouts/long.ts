import { DataError, OptionError, ScatteredError } from "../../errors.js";
import { countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import { addStaticChannels } from "../../sequences/transform/static-channels.js";
import { addTimeChannels } from "../../sequences/transform/time-channels.js";
import { numericLabel } from "../source/cells/cells.js";
import type { Layout } from "../source/format.js";
import { type EventChoice, nothingAfter } from "../source/history.js";
import { addsTimeChannels, type DataOptions } from "../source/options.js";
import type { Piece } from "../source/piece.js";
import { emptyFile, noSequences } from "../source/source-file.js";
import { type Column, idIn, namesOf, shownIn, type TableChunk, whileId } from "../source/table.js";
import { collectLongRows, type LongRows, type LongTable } from "./long/collect-long.js";
import { windowsOf } from "./long/event-windows.js";
import { heldBytes, holdingAdvice, sortBy } from "./long/scattered.js";
import { collectNarrowRows, narrowTime } from "./narrow/collect-narrow.js";
import { groupRows, numericColumns } from "./sorted/group-rows.js";

/**
 * A file in order of time can look as if the rows of each entity stood together, as long as no entity comes again. So
 * it is taken to be grouped once that share of the rows followed one of their own entity, or after that many events.
 */
const FOLLOWERS = 0.1;
const SURE = 200_000;

/**
 * One event per row, or with `variable` one measurement: `entity` names whose, `time` when (without it the file's order counts), `label` its class.
 * Events are sorted by time inside an entity; equal times keep the file's order. An entity is a case, with `window`
 * each event is one.
 *
 * A piece ends with the entity in which there are `mostSteps` steps, where the rows of each entity stand together:
 * memory holds one piece and the names of the entities. From the first row on whose entity others stand between,
 * nothing is handed on until the end.
 * @throws {DataError} that names row and column, a {ScatteredError} for an entity whose events were handed on
 * @throws {OptionError} for an unknown column (the nearest name is suggested)
 */
export const readLong: Layout<Sequences> = async (given, options, size, take) => {
  const { channels, mostSteps, sort, promised = Number.POSITIVE_INFINITY, ...choice } = size;
  const { path } = given;
  checkLongOptions(path, options, choice);
  let roles = { ...options, entity: options.entity! };
  const collect = (header: readonly string[]) => {
    if (options.variable !== undefined) roles = { ...roles, time: narrowTime(path, header, options) };
    return (options.variable === undefined ? collectLongRows : collectNarrowRows)(path, header, roles, channels);
  };
  const needed = (names: readonly string[]) => ({
    ...collect(names),
    numeric: numericColumns(names, roles, channels),
  });
  const table = sort ? await groupRows(given, needed, sort) : given;
  const mostEvents = mostSteps / (options.window ?? 1);
  let rows: LongRows | undefined;
  let entity: string | undefined; // of the row before
  let id = -1; // of that text
  const handedOn = new Set<string>();
  let scattered: { entity: string; row: number } | undefined;
  let [last, held] = [0, 0]; // events and bytes of the piece before
  let cases = 0;
  let latest = Number.NEGATIVE_INFINITY; // of all times
  const handOn = async () => {
    last = rows!.count();
    const long = rows!.take();
    for (const id of long.set.ids) handedOn.add(id);
    const piece = casesOf(path, long, roles, choice);
    if (choice.after) latest = Math.max(latest, latestOf(long.set));
    held = heldBytes(piece.set);
    cases += countOf(piece.set);
    if (countOf(piece.set) > 0) await take(piece);
  };
  for await (const chunk of table.chunks) {
    let r = 0;
    if (!rows) {
      rows = collect(namesOf(table, chunk));
      if (!table.names) r = 1;
    }
    const columns = usedColumns(chunk, rows);
    const entities = columns[rows.entityColumn];
    const R = chunk.rows.length;
    let [seen, added] = [r, r]; // rows that were added, and those whose channels were
    for (r = whileId(entities, r, R, id); r < R; r = whileId(entities, r + 1, R, id)) {
      if (scattered && handedOn.size === 0) break; // nothing is handed on but all at the end
      const before = { entity, id };
      id = idIn(entities, r);
      entity = shownIn(entities, r);
      if ((id < 0 || before.id < 0) && entity === before.entity) continue;
      rows.add(columns, seen, r, chunk.rows);
      seen = r;
      if (handedOn.size > 0 && handedOn.has(entity))
        throw new ScatteredError(
          `${path}, row ${chunk.rows[r]}, column "${roles.entity}": got "${entity}" again, expected all its rows together. The file is read in pieces and its earlier rows were handed on: its history would be torn apart.`,
          sortBy(roles.entity, rows.entityColumn, table.separator),
        );
      if (!scattered && rows.has(entity)) scattered = { entity, row: chunk.rows[r] };
      else if (!scattered && rows.count() >= mostEvents && (handedOn.size > 0 || looksGrouped(rows))) {
        rows.addChannels(columns, added, r, chunk.rows);
        added = r;
        await handOn();
      }
    }
    rows.add(columns, seen, R, chunk.rows);
    rows.addChannels(columns, added, R, chunk.rows);
  }
  if (!rows && !table.names) throw emptyFile(path);
  if (!rows || rows.count() === 0) throw noSequences(path);
  const earlier = handedOn.size > 0;
  await handOn();
  if (cases === 0) throw nothingAfter(path, choice.after!, latest);
  const notes = [...rows.notes()];
  if (scattered && last > mostEvents)
    notes.push(
      `${path}, row ${scattered.row}: "${scattered.entity}" again, after rows of others, so the file was read whole${earlier ? " from there on" : ""}.${holdingAdvice(held, sortBy(roles.entity, rows.entityColumn, table.separator), last * (options.window ?? 1) > promised)}`,
    );
  return notes;
};

/** @throws {OptionError} for options of a long table that need others */
function checkLongOptions(path: string, options: DataOptions, { history, after }: EventChoice): void {
  const { window, time } = options;
  if ((history || after) && window === undefined)
    throw new OptionError(
      `${path}: got \`${history ? "history" : "after"}\` without \`window\`, expected both. Without a window an entity is one case with all its events; encode both files together as data.`,
    );
  if (after && time === undefined)
    throw new OptionError(
      `${path}: got \`after\` and no time column, expected one. Name the column of the time with \`time\`.`,
    );
  if (options.staticChannels && options.static === undefined)
    throw new OptionError(
      `${path}: got \`staticChannels\` and no static columns, expected their names (\`static\`). The channels are made from them.`,
    );
  if (options.value !== undefined && options.variable === undefined)
    throw new OptionError(
      `${path}: got \`value\` without \`variable\`, expected both. They make a table narrow; in any other table each column is a channel.`,
    );
  if (addsTimeChannels(options) && time === undefined && options.variable === undefined)
    throw new OptionError(
      `${path}: got \`timeChannels\` and no time column, expected one. The channels are made from it; name it with \`time\`.`,
    );
  for (const name of ["amount", "secondEntity"] as const)
    if (options[name] !== undefined && (window === undefined || time === undefined))
      throw new OptionError(
        `${path}: got \`${name}\` without \`window\` and \`time\`, expected both. It is for aggregates of what happened before an event, so each event must be a case and have a time.`,
      );
}

function looksGrouped(rows: LongRows): boolean {
  return rows.count() - rows.entities() >= FOLLOWERS * rows.count() || rows.count() >= SURE;
}

function usedColumns(chunk: TableChunk, { used }: LongRows): readonly Column[] {
  const columns: Column[] = [];
  for (const c of used) columns[c] ??= chunk.column(c);
  return columns;
}

/**
 * The cases of a long table: its sequences with time channels, or with a window each of its events.
 * @throws {DataError} if the label changes inside a sequence
 */
function casesOf(path: string, long: LongTable, options: DataOptions, choice: EventChoice): Piece<Sequences> {
  const { stepLabels, carried } = long;
  const finish = (made: SequenceSet) => {
    const timed = addsTimeChannels(options) ? addTimeChannels(made, { calendar: long.calendarTimes }) : made;
    return options.staticChannels ? addStaticChannels(timed) : timed;
  };
  if (options.window !== undefined)
    return windowsOf(path, long, { ...options, window: options.window }, choice, finish);
  const read = finish(long.set);
  const set = { ...read, ids: carried?.ids ?? read.ids };
  const kept = carried?.kept;
  if (long.entityLabels) return { set, labelTexts: long.entityLabels, kept, notes: [] };
  const labelTexts = stepLabels && set.ids.map((_, n) => stepLabels[set.offsets[n]]);
  for (let n = 0; labelTexts && n < countOf(set); n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++)
      if (!isSameLabel(stepLabels[s], labelTexts[n]))
        throw new DataError(
          `${path}, column "${options.label}": the label changes inside an entity (column "${options.entity}"), expected one label per sequence. It belongs to single events, so each event must become a case with its history: give a window, for example of 20 events (\`window: 20\`).`,
        );
  return { set, labelTexts, kept, notes: [] };
}

function latestOf({ offsets, times }: SequenceSet): number {
  return offsets.subarray(1).reduce((latest, end) => Math.max(latest, times![end - 1]), Number.NEGATIVE_INFINITY);
}

/** The same text, or the same number in another form: 0 and 0.0. */
function isSameLabel(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && numericLabel(a) === numericLabel(b));
}
