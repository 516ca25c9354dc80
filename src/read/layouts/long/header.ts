import { DataError, OptionError, unknownName } from "../../../errors.js";
import type { Channel } from "../../../sequences/set/sequence-set.js";
import { TIME_CHANNELS } from "../../../sequences/transform/time-channels.js";
import { expectDistinct, shownColumns } from "../../source/names.js";
import { addsTimeChannels, type DataOptions, mayLack } from "../../source/options.js";
import { expectChannels } from "../../source/piece.js";
import { type CarriedColumns, findCarried } from "../columns/carried.js";
import { indexColumns, indexNote, timeNotes } from "../columns/roles.js";

/** Options of long tables alone, beside `entity`. */
export const LONG_ONLY = [
  "time",
  "timeUnit",
  "timeFormat",
  "channels",
  "category",
  "numeric",
  "window",
  "timeChannels",
  "amount",
  "secondEntity",
  "variable",
  "value",
  "static",
  "staticChannels",
] as const;

/** Where in a row of a long table what stands; -1: the table has no such column. */
export interface LongHeader {
  entity: number;
  time: number;
  label: number;
  second: number;
  amount: number;
  amountName?: string;
  /** In the order of the set that is made; `known`: what is known of it before a row is read. */
  channels: readonly { index: number; name: string; known?: Channel }[];
  statics: readonly { index: number; name: string }[];
  carried: CarriedColumns;
}

/**
 * Finds the columns of a long table.
 * @param known the channels to read, where they are known: other columns are left out
 * @throws {DataError} for a name that appears twice, or if no channel is left
 * @throws {OptionError} for an unknown column (the nearest name is suggested), or in two roles
 */
export function readLongHeader(
  path: string,
  header: readonly string[],
  options: DataOptions,
  known?: readonly Channel[],
): LongHeader {
  const places = placesOf(path, header);
  const find = (what: string, name: string | undefined) => {
    if (name === undefined) return -1;
    return places.get(name) ?? unknownName(path, what, name, header);
  };
  const windows = options.window !== undefined && options.time !== undefined;
  const amountName = options.amount ?? (windows && places.has("amount") ? "amount" : undefined);
  const roles = {
    entity: find("entity column", options.entity),
    time: find("time column", options.time),
    label: isAbsentLabel(header, options) ? -1 : find("label column", options.label),
    second: find("second entity column", options.secondEntity),
    amount: find("amount column", amountName),
    amountName,
  };
  const statics = staticNames(options, known).map((name) => ({ name, index: find("static column", name) }));
  const carried = findCarried(path, header, options);
  const names = channelNames(path, header, options);
  if (known?.some(({ name }) => name === options.id))
    throw new OptionError(
      `${path}: got the id "${options.id}", which is a channel of the model, expected a column that it does not read. Carry the column along with \`keep: ["${options.id}"]\`, or train again with this \`id\`.`,
    );
  expectChannels(path, names.length);
  const channels = known
    ? knownAmong(path, names, known, options).map((channel) => ({ name: channel.name, known: channel }))
    : names.map((name) => ({ name }));
  return {
    ...roles,
    statics,
    carried,
    channels: channels.map((channel) => ({ ...channel, index: places.get(channel.name)! })),
  };
}

/** @throws {DataError} for a name that appears twice */
export function placesOf(path: string, header: readonly string[]): Map<string, number> {
  expectDistinct(path, header);
  return new Map(header.map((name, c) => [name, c]));
}

/** The static columns to read: where channels are known, those that stand among them. */
export function staticNames(options: DataOptions, known: readonly Channel[] | undefined): readonly string[] {
  const { static: statics = [] } = options;
  return known ? statics.filter((name) => known.some((channel) => channel.name === name)) : statics;
}

function channelNames(path: string, header: readonly string[], options: DataOptions): readonly string[] {
  const roles = [options.entity, options.time, options.label, options.secondEntity, options.id];
  const taken = new Set([...roles, ...(options.static ?? []), ...(options.drop ?? [])]);
  const columns = new Set(header);
  const { channels = [], category = [], numeric = [], drop = [], newData } = options;
  for (const name of [...channels, ...(newData ? [] : [...drop, ...category, ...numeric])])
    if (!columns.has(name)) unknownName(path, "column", name, header);
  const both = category.find((name) => numeric.includes(name));
  if (both !== undefined)
    throw new OptionError(
      `${path}: got "${both}" in \`category\` and in \`numeric\`, expected one of them. A column has one kind.`,
    );
  const typed = [...category, ...numeric].find((name) => taken.has(name) && !options.static?.includes(name));
  if (typed !== undefined)
    throw new OptionError(
      `${path}: got "${typed}" in \`category\` or \`numeric\` and in another role, expected a channel or a static column. Other columns are read by their role.`,
    );
  const clash = options.channels?.find((name) => taken.has(name));
  if (clash !== undefined)
    throw new OptionError(
      `${path}: got "${clash}" as a channel and in another role, expected one role per column. A label or a dropped column is never a model's input; take it out of one of the two.`,
    );
  const index = new Set(indexColumns(header).map((c) => header[c]));
  for (const name of [...category, ...numeric, options.amount]) if (name !== undefined) index.delete(name);
  const kept = options.channels ?? header.filter((name) => !taken.has(name) && !index.has(name));
  if (kept.length === 0)
    throw new DataError(
      `${path}: no column is left as a channel, expected at least one beside entity, time and label. Columns of the file: ${shownColumns(header)}.`,
    );
  return kept;
}

/** What became of columns without a role: of an index, and of a time. @param used columns by their place, beside channels */
export function undecidedNotes(
  path: string,
  header: readonly string[],
  used: readonly number[],
  channels: LongHeader["channels"],
  options: DataOptions,
): string[] {
  const read = new Set([...used, ...channels.map(({ index }) => index)]);
  const index = options.channels ? [] : indexColumns(header).filter((c) => !read.has(c));
  const names = options.time === undefined ? channels.map(({ name }) => name) : [];
  return [...index.map((c) => indexNote(path, c, "channel")), ...timeNotes(path, names, "channel", options)];
}

/** Whether new data lack the label of training. */
export function isAbsentLabel(header: readonly string[], options: DataOptions): boolean {
  return mayLack(options, "label") && options.label !== undefined && !header.includes(options.label);
}

/** What a user reads then. */
export function absentLabelNote(path: string, label: string): string {
  return `${path}: no column "${label}", the label in training; read without labels.`;
}

/** The channels that are known, in their order, without those that are made from times. */
function knownAmong(
  path: string,
  names: readonly string[],
  known: readonly Channel[],
  options: DataOptions,
): readonly Channel[] {
  const present = new Set(names);
  const found = known.filter(({ name }) => present.has(name));
  const made = channelsMade(options);
  const missing = known.find(({ name }) => !present.has(name) && !made.includes(name));
  for (const [kind, list] of [
    ["categorical", options.category],
    ["numeric", options.numeric],
  ] as const) {
    const other = found.find(({ name, kind: trained }) => list?.includes(name) && trained !== kind);
    if (other)
      throw new OptionError(
        `${path}: got "${other.name}" as ${kind}, expected ${other.kind} as in the model. What a column is was decided in training; leave the option out, or train again.`,
      );
  }
  if (missing) unknownName(`${path}: got other channels than the model's`, "channel", missing.name, names);
  return found;
}

/** Names of channels that are not read but made: of times, and of static columns. */
export function channelsMade(options: DataOptions): readonly string[] {
  return [...(addsTimeChannels(options) ? TIME_CHANNELS : []), ...(options.static ?? [])];
}
