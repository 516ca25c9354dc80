import { DataError, OptionError, unknownName } from "../../errors.js";
import type { Channel } from "../../sequences/set/sequence-set.js";
import { TIME_CHANNELS } from "../../sequences/transform/time-channels.js";
import { addsTimeChannels, type DataOptions } from "../source/options.js";
import { expectChannels } from "../source/part.js";

/** Options of long tables alone, beside `entity`. */
export const LONG_ONLY = ["time", "channels", "window", "timeChannels", "amount", "secondEntity"] as const;

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
  const places = new Map<string, number>();
  const twice = header.find((name, c) => places.size === places.set(name, c).size);
  if (twice !== undefined)
    throw new DataError(
      `${path}, row 1: got the column "${twice}" twice, expected distinct names. Columns are chosen by name; rename one of them.`,
    );
  const find = (what: string, name: string | undefined) => {
    if (name === undefined) return -1;
    return places.get(name) ?? unknownName(path, what, name, header);
  };
  const windows = options.window !== undefined && options.time !== undefined;
  const amountName = options.amount ?? (windows && places.has("amount") ? "amount" : undefined);
  const roles = {
    entity: find("entity column", options.entity),
    time: find("time column", options.time),
    label: find("label column", options.label),
    second: find("second entity column", options.secondEntity),
    amount: find("amount column", amountName),
    amountName,
  };
  const names = channelNames(path, header, options);
  expectChannels(path, names.length);
  const channels = known
    ? knownAmong(path, names, known, options).map((channel) => ({ name: channel.name, known: channel }))
    : names.map((name) => ({ name }));
  return { ...roles, channels: channels.map((channel) => ({ ...channel, index: places.get(channel.name)! })) };
}

function channelNames(path: string, header: readonly string[], options: DataOptions): readonly string[] {
  const taken = new Set([options.entity, options.time, options.label, options.secondEntity, ...(options.drop ?? [])]);
  const columns = new Set(header);
  for (const name of [...(options.channels ?? []), ...(options.drop ?? [])])
    if (!columns.has(name)) unknownName(path, "column", name, header);
  const clash = options.channels?.find((name) => taken.has(name));
  if (clash !== undefined)
    throw new OptionError(
      `${path}: got "${clash}" as a channel and in another role, expected one role per column. A label or a dropped column is never a model's input; take it out of one of the two.`,
    );
  const kept = options.channels ?? header.filter((name) => !taken.has(name));
  if (kept.length === 0)
    throw new DataError(
      `${path}: no column is left as a channel, expected at least one beside entity, time and label. Columns of the file: ${header.slice(0, 20).join(", ")}.`,
    );
  return kept;
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
  const made: readonly string[] = addsTimeChannels(options) ? TIME_CHANNELS : [];
  const missing = known.find(({ name }) => !present.has(name) && !made.includes(name));
  if (missing) unknownName(`${path}: got other channels than the model's`, "channel", missing.name, names);
  return found;
}
