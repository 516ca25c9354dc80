import { DataError } from "../../errors.js";
import { addsTimeChannels, type DataOptions } from "../../read/source/options.js";
import { type Channel, type EventDetails, lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import { TIME_CHANNELS } from "../../sequences/transform/time-channels.js";
import { windowsEnding } from "../../sequences/transform/window.js";

/** How the data of a model are read: as in its training. */
export interface CaseReading {
  /** Those of the model, in its order. */
  channels: readonly Channel[];
  reading: DataOptions;
  /** Static columns that the model reads beside its channels, each with its categories. */
  statics?: readonly Channel[];
  /** Whether the model resamples to a grid. */
  resampled?: boolean;
  /** Of a predictor: labels of past events are indices of these. */
  classNames?: readonly string[];
}

/** What a request asks about. */
export interface Cases {
  set: Sequences;
  /** Which sequences are wanted, in the order of the answer; the others are their past. */
  rows: Int32Array;
  /** What is known of each sequence's own event, of models of events. */
  events?: EventDetails;
  /** What was noticed, in plain sentences. */
  notes: readonly string[];
}

/** Channels that are made of times, and those that a request gives. */
export function splitChannels({ channels, reading }: CaseReading): { given: Channel[]; derived: Channel[] } {
  const names: readonly string[] = addsTimeChannels(reading) ? TIME_CHANNELS : [];
  const constant = reading.staticChannels ? (reading.static ?? []) : [];
  const isMade = ({ name }: Channel) => names.includes(name) || constant.includes(name);
  return {
    given: channels.filter((channel) => !isMade(channel)),
    derived: channels.filter(({ name }) => names.includes(name)),
  };
}

/** Static columns that the model looks at: as channels, or beside them. */
export function staticColumns({ channels, statics = [], reading }: CaseReading): Channel[] {
  const constant = reading.staticChannels ? channels.filter(({ name }) => reading.static?.includes(name)) : [];
  return [...constant, ...statics.filter((column) => !constant.some(({ name }) => name === column.name))];
}

/** Whether times of steps mean something to a model. */
export function looksAtTimes({ reading, resampled = false }: CaseReading): boolean {
  return resampled || reading.time !== undefined;
}

/**
 * Every sequence is a case; of a model of events it is the history of one entity, and its last event is the case.
 * @throws {DataError} for an empty history
 */
export function casesOfSet(set: SequenceSet, { reading: { window } }: CaseReading, notes: readonly string[]): Cases {
  const rows = Int32Array.from({ length: set.ids.length }, (_, n) => n);
  if (window === undefined) return { set, rows, notes };
  const empty = rows.find((n) => set.offsets[n] === set.offsets[n + 1]);
  if (empty !== undefined)
    throw new DataError(`sequence ${empty}: got no step, expected at least one event: the last one is the case.`);
  if (rows.every((n) => lengthOf(set, n) <= window)) return { set: { ...set, windows: true }, rows, notes };
  const cut = windowsEnding(set, { length: window, owners: rows, ends: set.offsets.subarray(1) });
  return { set: { ...cut, ids: set.ids }, rows, notes };
}
