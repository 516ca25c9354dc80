import { DataError } from "../../../errors.js";
import { type Channel, countOf, isObserved, type SequenceSet } from "../../../sequences/set/sequence-set.js";
import type { Layout } from "../../source/format.js";
import type { EntityHistory, History } from "../../source/history.js";
import type { DataOptions } from "../../source/options.js";
import { takeMissing } from "../../source/piece.js";
import { emptyFile, noSequences } from "../../source/source-file.js";
import { namesOf, type Table } from "../../source/table.js";
import { collectLongRows, type LongTable } from "./collect-long.js";

/**
 * Reads a long table for the last events of each entity, in any order of its rows. Memory holds these, and a batch of
 * rows.
 * @param history gets them
 * @param batch rows that are collected before only the last ones of each entity stay
 * @returns notes
 * @throws as readLong
 */
export async function readEntityHistories(
  table: Table,
  options: DataOptions,
  channels: readonly Channel[],
  history: History,
  batch: number,
): ReturnType<Layout> {
  const roles = { ...options, entity: options.entity! };
  let rows: ReturnType<typeof collectLongRows> | undefined;
  const handOn = () => {
    const long = rows!.take();
    history.calendar ??= long.calendarTimes;
    for (let n = 0; n < countOf(long.set); n++) addEvents(history, long, n, options.window!);
  };
  for await (const chunk of table.chunks) {
    let from = 0;
    if (!rows) {
      const header = namesOf(table, chunk);
      const id = options.id !== undefined && header.includes(options.id) ? options.id : undefined;
      const carried = { id: undefined, keep: id === undefined ? undefined : [id] }; // its ids need not be unique in all
      rows = collectLongRows(table.path, header, { ...roles, ...carried }, channels);
      if (!table.names) from = 1;
    }
    const columns = Object.assign([], Object.fromEntries(rows.used.map((c) => [c, chunk.column(c)]))) as ReturnType<
      typeof chunk.column
    >[];
    while (from < chunk.rows.length) {
      const to = Math.min(chunk.rows.length, from + batch - rows.count());
      rows.add(columns, from, to, chunk.rows);
      rows.addChannels(columns, from, to, chunk.rows);
      from = to;
      if (rows.count() >= batch) handOn();
    }
  }
  if (!rows && !table.names) throw emptyFile(table.path);
  if (!rows || (rows.count() === 0 && history.entities.size === 0)) throw noSequences(table.path);
  if (rows.count() > 0) handOn();
  return rows.notes();
}

/** Adds the events of sequence n to those of its entity; of equal times the earlier row comes first. */
function addEvents(history: History, { set, carried }: LongTable, n: number, length: number): void {
  const name = set.ids[n];
  const before = history.entities.get(name);
  const end = set.offsets[n + 1];
  const begin = Math.max(set.offsets[n], end - length); // no earlier one can be among the last
  const F = set.channels.length;
  const kept = before?.values.length ? before.values.length / F : 0;
  const times = [...(before?.times ?? []), ...(set.times?.subarray(begin, end) ?? [])];
  const [ids] = carried?.kept ?? [];
  const names = ids && [
    ...(before?.ids ?? []),
    ...Array.from({ length: end - begin }, (_, k) => `${ids.values[begin + k]}`),
  ];
  const values = joined(before?.values ?? new Float32Array(), withGaps(set, begin, end));
  const order = Array.from({ length: kept + end - begin }, (_, k) => k);
  if (set.times) order.sort((a, b) => times[a] - times[b] || a - b);
  const last = order.slice(-length);
  const held = new Float32Array(last.length * F);
  last.forEach((k, s) => {
    held.set(values.subarray(k * F, (k + 1) * F), s * F);
  });
  history.entities.set(name, {
    count: (before?.count ?? 0) + end - set.offsets[n],
    values: held,
    ...(set.times && { times: Float64Array.from(last, (k) => times[k]) }),
    ...(names && { ids: last.map((k) => names[k]) }),
    ...(set.statics && { statics: mergeStatics(history.where, name, before?.statics, staticsOf(set, n)!) }),
  });
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The values of the steps, NaN = missing. */
function withGaps(set: SequenceSet, begin: number, end: number): Float32Array {
  const F = set.channels.length;
  const values = set.values.slice(begin * F, end * F);
  if (set.observed) for (let k = 0; k < values.length; k++) if (!isObserved(set, begin * F + k)) values[k] = Number.NaN;
  return values;
}

function staticsOf({ statics }: SequenceSet, n: number): Float32Array | undefined {
  const S = statics?.names.length ?? 0;
  return statics?.values.subarray(n * S, (n + 1) * S);
}

/** Static values of one entity in both. @throws {DataError} if they differ */
function mergeStatics(where: string, entity: string, before: Float32Array | undefined, now: Float32Array) {
  return now.map((value, s) => {
    const old = before?.[s] ?? Number.NaN;
    if (Number.isNaN(old) || Number.isNaN(value) || old === value) return Number.isNaN(value) ? old : value;
    throw new DataError(
      `${where}: got other values in a static column for the entity "${entity}" than before, expected the same. A static column has one value per entity; correct one of them.`,
    );
  });
}

/**
 * The sequences of a long table with the history of each entity before its own events.
 * @returns `before`: [N], how many of the steps are of the history; `counts`: [N], events in the whole history
 * @throws {DataError} if an event is earlier than the history of its entity ends, or stands in both
 */
export function withHistory(path: string, long: LongTable, history: History) {
  const { set } = long;
  if (history.calendar !== undefined && set.times && history.calendar !== long.calendarTimes)
    throw new DataError(
      `${history.where}: got times that are ${history.calendar ? "dates" : "numbers"}, expected ${long.calendarTimes ? "dates" : "numbers"} as in ${path}. Write the times of both alike.`,
    );
  const N = countOf(set);
  const F = set.channels.length;
  const histories = set.ids.map((name) => history.entities.get(name));
  for (const [n, earlier] of histories.entries()) {
    if (earlier) history.met.known++;
    else history.met.unknown.push(set.ids[n]);
  }
  const before = Int32Array.from(histories, (earlier) => (earlier ? earlier.values.length / F : 0));
  const offsets = new Int32Array(N + 1);
  for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + before[n] + set.offsets[n + 1] - set.offsets[n];
  const values = new Float32Array(offsets[N] * F);
  const times = set.times && new Float64Array(offsets[N]);
  const statics = set.statics && { ...set.statics, values: set.statics.values.slice() };
  for (let n = 0; n < N; n++) {
    const own = withGaps(set, set.offsets[n], set.offsets[n + 1]);
    const earlier = histories[n];
    const at = offsets[n] + before[n];
    values.set(own, at * F);
    times?.set(set.times!.subarray(set.offsets[n], set.offsets[n + 1]), at);
    if (!earlier) continue;
    expectLater(path, long, n, own, earlier, history);
    values.set(earlier.values, offsets[n] * F);
    if (earlier.times) times?.set(earlier.times, offsets[n]);
    if (statics && earlier.statics)
      statics.values.set(
        mergeStatics(history.where, set.ids[n], earlier.statics, staticsOf(set, n)!),
        n * statics.names.length,
      );
  }
  const whole: SequenceSet = { ...set, ...takeMissing(values), offsets, times, statics };
  if (!whole.observed) delete whole.observed;
  return { set: whole, before, counts: Int32Array.from(histories, (earlier) => earlier?.count ?? 0) };
}

/** @throws {DataError} for an event that is earlier than the history ends, or stands in both */
function expectLater(
  path: string,
  { set, carried, calendarTimes }: LongTable,
  n: number,
  own: Float32Array,
  earlier: EntityHistory,
  history: History,
) {
  const entity = set.ids[n];
  const show = (seconds: number) => (calendarTimes ? new Date(1000 * seconds).toISOString() : `${seconds} s`);
  const F = set.channels.length;
  const [begin, end] = [set.offsets[n], set.offsets[n + 1]];
  const { times, ids } = earlier;
  const last = times?.[times.length - 1];
  if (set.times && last !== undefined && set.times[begin] < last)
    throw new DataError(
      `${path}: got an event of "${entity}" at ${show(set.times[begin])}, expected none before ${show(last)}, where the history of this entity (${history.where}) ends. Its windows would lack what came between; put both files together as data and give \`after\`, or end the history where the data begin.`,
    );
  const known = new Set(ids);
  for (let s = begin; s < end; s++) {
    const id = carried?.ids?.[s];
    const again =
      id !== undefined && ids
        ? known.has(id)
        : set.times !== undefined &&
          set.times[s] === last &&
          holds(earlier, last, own.subarray((s - begin) * F, (s - begin + 1) * F));
    if (again)
      throw new DataError(
        `${path}: got an event of "${entity}"${id !== undefined && ids ? ` with the id "${id}"` : ` at ${show(last!)}`} that also stands in the history (${history.where}), expected each event in one of them. It would be counted twice; remove it from one file${ids ? "" : ", or name an id that tells two events apart (`id`)"}.`,
      );
  }
}

/** Whether an event of that time and these values is among the last ones. */
function holds({ values, times }: EntityHistory, time: number, event: Float32Array): boolean {
  const F = event.length;
  for (let k = times!.length - 1; k >= 0 && times![k] === time; k--)
    if (event.every((value, f) => Object.is(value, values[k * F + f]))) return true;
  return false;
}
