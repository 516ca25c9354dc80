import { DataError, nearestName } from "../../errors.js";
import { parseTime } from "../../read/source/cells/times.js";
import { takeMissing } from "../../read/source/piece.js";
import { NO_DATA } from "../../sequences/set/check.js";
import type { Channel, SequenceSet } from "../../sequences/set/sequence-set.js";
import { addStaticChannels } from "../../sequences/transform/static-channels.js";
import { addTimeChannels } from "../../sequences/transform/time-channels.js";
import { type CaseReading, type Cases, casesOfSet, looksAtTimes, splitChannels, staticColumns } from "./cases.js";

/** Cells of a channel as numbers. */
interface Column {
  name: string;
  codes?: ReadonlyMap<string, number>;
  rest: number;
  /** Cells with a category that training did not see. */
  unseen: number;
}

/** Sequences that are put together. */
interface Building {
  columns: readonly Column[];
  places: ReadonlyMap<string, number>;
  /** [steps, F] and room for more, NaN = missing */
  values: Float32Array;
  /** Steps so far. */
  end: number;
}

const KEYS = ["id", "steps", "times", "static"];

/**
 * Sequences as a person writes them in JSON. A sequence of a model of events is the history of one entity, and its last
 * event is the case; of any other model the sequence is.
 * @throws {DataError} that names sequence, step and channel
 */
export function casesOfSequences(sequences: readonly unknown[], model: CaseReading): Cases {
  if (sequences.length === 0) fail("sequences", "got an empty list, expected at least one sequence.");
  const { given, derived } = splitChannels(model);
  const building = openBuilding(given);
  const N = sequences.length;
  const offsets = new Int32Array(N + 1);
  const ids: string[] = [];
  const times: number[] = [];
  const timed = looksAtTimes(model);
  const statics = staticColumns(model);
  const constants = statics.length > 0 ? new Float32Array(N * statics.length).fill(Number.NaN) : undefined;
  const named = statics.map(columnOf);
  sequences.forEach((sequence, n) => {
    const whole = sequenceIn(sequence, n);
    ids.push(whole.id);
    addSteps(building, whole.steps, whole.where, whole.times === undefined);
    offsets[n + 1] = building.end;
    const count = building.end - offsets[n];
    if (whole.times !== undefined || derived.length > 0) {
      if (!timed) fail(whole.where, 'got "times", expected none: the model does not look at times. Leave them out.');
      addTimes(whole, count, derived, times);
    }
    if (whole.constants !== undefined || constants)
      addConstants(whole, named, constants?.subarray(n * statics.length, (n + 1) * statics.length));
  });
  const set: SequenceSet = {
    channels: given,
    ...takeMissing(building.values.slice(0, building.end * building.columns.length)),
    offsets,
    ids,
  };
  if (times.length > 0) {
    if (times.length !== building.end)
      fail("sequences", 'got "times" in some of them, expected them in all or in none.');
    set.times = Float64Array.from(times);
  }
  const vocabularies = statics.map(({ vocabulary }) => vocabulary);
  if (constants) set.statics = { names: statics.map(({ name }) => name), values: constants, vocabularies };
  return casesOfSet(made(set, model, derived), model, notesOn([...building.columns, ...named]));
}

/** With the channels that are made of times and of static columns. */
function made(set: SequenceSet, { reading }: CaseReading, derived: readonly Channel[]): SequenceSet {
  const timed = derived.length > 0 ? addTimeChannels(set, { calendar: derived.length > 1 }) : set;
  return reading.staticChannels && timed.statics ? addStaticChannels(timed) : timed;
}

interface Whole {
  where: string;
  id: string;
  steps: readonly unknown[];
  times?: readonly unknown[];
  constants?: Readonly<Record<string, unknown>>;
}

function sequenceIn(sequence: unknown, n: number): Whole {
  const where = `sequence ${n}`;
  if (Array.isArray(sequence)) return { where, id: `${n + 1}`, steps: sequence };
  if (!isObject(sequence))
    fail(where, `got ${shown(sequence)}, expected an array of steps, or an object with "steps".`);
  for (const key of Object.keys(sequence)) if (!KEYS.includes(key)) unknownKey(where, "key", key, KEYS);
  const { id = n + 1, steps, times, static: constants } = sequence;
  if (typeof id !== "string" && typeof id !== "number") fail(`${where}, id`, `got ${shown(id)}, expected a text.`);
  if (!Array.isArray(steps)) fail(`${where}, steps`, `got ${shown(steps)}, expected an array with one entry per step.`);
  if (times !== undefined && !Array.isArray(times))
    fail(`${where}, times`, `got ${shown(times)}, expected an array with the time of each step.`);
  if (constants !== undefined && !isObject(constants))
    fail(`${where}, static`, `got ${shown(constants)}, expected an object with values by static column.`);
  return { where, id: String(id), steps, times, constants };
}

function openBuilding(channels: readonly Channel[]): Building {
  const columns = channels.map(columnOf);
  const places = new Map(columns.map(({ name }, f) => [name, f]));
  return { columns, places, values: new Float32Array(64 * columns.length), end: 0 };
}

function columnOf({ name, kind, vocabulary, rest = Number.NaN }: Channel): Column {
  const codes = kind === "categorical" ? new Map((vocabulary ?? []).map((word, code) => [word, code])) : undefined;
  return { name, codes, rest, unseen: 0 };
}

/** @param padded whether steps at the end without any value are padding */
function addSteps(building: Building, steps: readonly unknown[], where: string, padded: boolean): void {
  const { columns, places } = building;
  const F = columns.length;
  const size = (building.end + steps.length) * F;
  if (size > building.values.length) {
    const wider = new Float32Array(Math.max(2 * building.values.length, size));
    wider.set(building.values.subarray(0, building.end * F));
    building.values = wider;
  }
  const { values } = building;
  let k = building.end * F;
  let seen = k; // behind the last step with a value
  for (let t = 0; t < steps.length; t++, k += F) {
    const step = steps[t];
    if (Array.isArray(step)) {
      if (step.length !== F)
        fail(
          `${where}, step ${t}`,
          `got ${step.length} values, expected ${F}, one per channel: ${names(columns)}. Write null for a missing one.`,
        );
      for (let f = 0; f < F; f++) values[k + f] = cellOf(columns[f], step[f], where, t);
    } else if (typeof step === "object" && step !== null) {
      values.fill(Number.NaN, k, k + F);
      for (const [key, value] of Object.entries(step)) {
        const f = places.get(key);
        if (f === undefined) unknownKey(`${where}, step ${t}`, "channel", key, [...places.keys()]);
        values[k + f] = cellOf(columns[f], value, where, t);
      }
    } else {
      if (F !== 1)
        fail(
          `${where}, step ${t}`,
          `got ${shown(step)}, expected ${F} values, one per channel: ${names(columns)}. A plain value is a step of a model of one channel.`,
        );
      values[k] = cellOf(columns[0], step, where, t);
    }
    for (let f = 0; f < F; f++)
      if (!Number.isNaN(values[k + f])) {
        seen = k + F;
        break;
      }
  }
  building.end = (padded ? seen : k) / F;
}

/** The number of a cell; NaN: missing. */
function cellOf(column: Column, cell: unknown, where: string, t?: number): number {
  const { codes } = column;
  if (cell === null) return Number.NaN;
  if (codes) {
    if (typeof cell !== "string" && typeof cell !== "number") refuseCell(column, cell, where, t, "a text");
    if (cell === "") return Number.NaN;
    const code = codes.get(String(cell));
    if (code !== undefined) return code;
    column.unseen++;
    return column.rest;
  }
  if (typeof cell !== "number") refuseCell(column, cell, where, t, "a number");
  if (!(Math.abs(cell) < NO_DATA))
    refuseCell(
      column,
      cell,
      where,
      t,
      "a number within the range of 32-bit floats, whose largest is a mark for missing data",
    );
  return cell;
}

function addTimes({ where, times }: Whole, count: number, derived: readonly Channel[], all: number[]): void {
  if (times === undefined)
    fail(
      where,
      `got no "times", expected one per step: the model makes ${derived.map(({ name }) => name).join(", ")} of them.`,
    );
  if (times.length !== count) fail(where, `got ${times.length} times for ${count} steps, expected one per step.`);
  let before = Number.NEGATIVE_INFINITY;
  times.forEach((time, t) => {
    const seconds = typeof time === "number" ? time : typeof time === "string" ? parseTime(time)?.seconds : undefined;
    if (seconds === undefined || !(Math.abs(seconds) <= Number.MAX_SAFE_INTEGER))
      fail(`${where}, time ${t}`, `got ${shown(time)}, expected seconds or an ISO date.`);
    if (seconds < before)
      fail(`${where}, time ${t}`, `got ${shown(time)} after a later one, expected ascending times. Sort the steps.`);
    before = seconds;
    all.push(seconds);
  });
}

function addConstants(
  { where, constants = {} }: Whole,
  columns: readonly Column[],
  out: Float32Array | undefined,
): void {
  for (const [key, value] of Object.entries(constants)) {
    const c = columns.findIndex(({ name }) => name === key);
    if (c < 0 || !out)
      unknownKey(
        `${where}, static`,
        "static column",
        key,
        columns.map(({ name }) => name),
      );
    out[c] = cellOf(columns[c], value, `${where}, static`);
  }
}

function notesOn(columns: readonly Column[]): string[] {
  return columns.flatMap(({ name, unseen, rest }) =>
    unseen === 0
      ? []
      : [
          `channel "${name}": ${unseen} ${unseen === 1 ? "cell has a category" : "cells have categories"} that training did not see; ${Number.isNaN(rest) ? "they are missing values" : "they count as the rest"}.`,
        ],
  );
}

function refuseCell({ name }: Column, cell: unknown, where: string, t: number | undefined, expected: string): never {
  const step = t === undefined ? "" : `, step ${t}`;
  return fail(
    `${where}${step}, channel "${name}"`,
    `got ${shown(cell)}, expected ${expected}. null is a missing value.`,
  );
}

function unknownKey(where: string, what: string, key: string, known: readonly string[]): never {
  const near = nearestName(key, known);
  return fail(
    where,
    `there is no ${what} ${shown(key)}.${near ? ` Did you mean "${near}"?` : ""} There are: ${known.slice(0, 20).join(", ") || "none"}.`,
  );
}

const names = (columns: readonly Column[]) =>
  columns
    .slice(0, 20)
    .map(({ name }) => name)
    .join(", ");

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function fail(where: string, message: string): never {
  throw new DataError(`${where}: ${message}`);
}
