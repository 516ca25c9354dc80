import { decimalOf } from "../../decimal.js";
import { DataError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { expectNames, NO_DATA } from "./check.js";
import { type Channel, createBitmap, type SequenceSet, setBit } from "./sequence-set.js";

/** A value of one channel at one step. NaN, null, undefined and "" are missing; a text is a category. */
export type Cell = number | string | null | undefined;

export interface SequencesFromOptions {
  /**
   * names, or channels as in another set (so that categories keep their numbers); default: "value" for one channel,
   * else "channel_1", "channel_2", ...
   */
  channels?: readonly (string | Channel)[];
  /** [N], the class of each sequence; null, undefined and NaN: it has none */
  labels?: ArrayLike<string | number | boolean | null | undefined>;
  /** names of the classes, as in another set; default: those of `labels`, sorted */
  classNames?: readonly string[];
  /** [N], names of the sequences; default: "1", "2", ... */
  ids?: ArrayLike<string | number>;
  /** [N], whom a sequence belongs to; a split does not part sequences of one entity */
  entities?: ArrayLike<string | number>;
  /** [N][steps], seconds, ascending inside a sequence */
  times?: ArrayLike<ArrayLike<number>>;
  /** [N], weight of each sequence in training */
  weights?: ArrayLike<number>;
}

const OPTIONS = ["channels", "labels", "classNames", "ids", "entities", "times", "weights"] as const;
type Step = ArrayLike<Cell>;
const isMissing = (cell: unknown) => cell === null || cell === undefined || cell === "" || Number.isNaN(cell);

/** "value" for one channel, else "channel_1", "channel_2", ... */
export function defaultChannelNames(F: number): string[] {
  return F === 1 ? ["value"] : Array.from({ length: F }, (_, f) => `channel_${f + 1}`);
}

/**
 * Sequences from plain or typed arrays: [N][steps] of one channel, or [N][steps][F]. Sequences may differ in length. A
 * channel with a text in it is categorical. Without `times`, steps at the end without any value are padding and are cut,
 * as in files.
 * @throws {DataError} that names sequence, step and channel
 */
export function sequencesFrom(
  arrays: ArrayLike<ArrayLike<Cell> | ArrayLike<Step>>,
  options: SequencesFromOptions = {},
): SequenceSet {
  expectOptions("sequencesFrom", options, OPTIONS);
  if (arrays?.length === undefined) fail(`got ${arrays}, expected an array with one array per sequence.`);
  const N = arrays.length;
  const cases = Array.from(arrays, stepsOf);
  const F = cases.find((steps) => steps.length > 0)?.[0].length ?? options.channels?.length ?? 1;
  cases.forEach((steps, n) => {
    steps.forEach((step, t) => {
      if (step.length !== F)
        fail(
          `sequence ${n}, step ${t}: got ${step.length} values, expected ${F} as in the first step. A step has one value per channel. Write NaN for a missing one.`,
        );
    });
  });
  const named = options.channels ?? defaultChannelNames(F);
  if (F === 0 || named.length !== F)
    fail(`got ${named.length} channels for steps of ${F} values, expected one name per value and at least one value.`);
  expectNames(
    named.map((channel) => (typeof channel === "string" ? channel : channel.name)),
    fail,
  );
  if (!options.times)
    for (const steps of cases) while (steps.length > 0 && Array.from(steps.at(-1)!).every(isMissing)) steps.pop();

  const offsets = new Int32Array(N + 1);
  cases.forEach((steps, n) => {
    offsets[n + 1] = offsets[n] + steps.length;
  });
  const values = new Float32Array(offsets[N] * F);
  const missing: number[] = [];
  const channels = named.map((name, f) => fillChannel(values, missing, cases, f, name));
  const observed = missing.length > 0 ? createBitmap(values.length, true) : undefined;
  for (const k of missing) setBit(observed!, k, false);
  const { ids, entities, labels, weights } = options;
  for (const [name, part] of Object.entries({ ids, entities, labels, weights, times: options.times }))
    if (part && part.length !== N) fail(`got ${part.length} ${name} for ${N} sequences, expected one per sequence.`);
  const bad = Array.from(weights ?? []).findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (bad >= 0) fail(`weight ${bad}: got ${weights![bad]}, expected a number from 0 up.`);
  return {
    channels,
    values,
    offsets,
    observed,
    times: options.times && timesOf(options.times, offsets),
    ids: ids ? Array.from(ids, String) : cases.map((_, n) => `${n + 1}`),
    entities: entities && Array.from(entities, String),
    ...(labels && labelsOf(labels, options.classNames)),
    weights: weights && Float32Array.from(weights),
  };
}

/** The steps of a sequence, each an array of F values. */
function stepsOf(sequence: ArrayLike<Cell> | ArrayLike<Step>, n: number): Step[] {
  if (typeof sequence !== "object" || sequence === null)
    fail(`sequence ${n}: got ${show(sequence)}, expected an array of steps. One sequence alone is [[1, 2, 3]].`);
  const steps = Array.from(sequence as ArrayLike<Cell | Step>);
  const nested = typeof steps[0] === "object" && steps[0] !== null;
  return steps.map((step, t) => {
    if (nested !== (typeof step === "object" && step !== null))
      fail(
        `sequence ${n}, step ${t}: got ${show(step)}, expected ${nested ? "an array of values" : "one value"} as in step 0.`,
      );
    return nested ? (step as Step) : [step as Cell];
  });
}

/** Writes the values of channel f, or the numbers of its categories, and collects where one is missing. */
function fillChannel(
  values: Float32Array,
  missing: number[],
  cases: readonly Step[][],
  f: number,
  given: string | Channel,
): Channel {
  const known = typeof given === "string" ? undefined : given;
  const name = known?.name ?? (given as string);
  const texts = cases.some((steps) => steps.some((step) => typeof step[f] === "string" && step[f] !== ""));
  const kind = known?.kind ?? (texts ? "categorical" : "numeric");
  const codes = new Map(known?.vocabulary?.map((word, code) => [word, code]));
  let k = f;
  cases.forEach((steps, n) => {
    steps.forEach((step, t) => {
      const cell = step[f];
      let value = Number.NaN;
      if (!isMissing(cell)) {
        if (kind === "numeric" ? typeof cell !== "number" : typeof cell !== "string")
          fail(
            `sequence ${n}, step ${t}, channel "${name}": got ${show(cell)}, expected ${kind === "numeric" ? "a number" : "a text: the channel is categorical"}. NaN or null is a missing value.`,
          );
        if (typeof cell === "string") {
          if (!known?.vocabulary && !codes.has(cell)) codes.set(cell, codes.size);
          value = codes.get(cell) ?? Number.NaN; // a category that the given vocabulary does not have is missing
        } else value = cell!;
        if (Math.abs(value) >= NO_DATA)
          fail(
            `sequence ${n}, step ${t}, channel "${name}": got ${cell}, expected a number within the range of 32-bit floats, whose largest is a mark for missing data. Write NaN for a missing value.`,
          );
      }
      if (Number.isNaN(value)) missing.push(k);
      else values[k] = value;
      k += step.length;
    });
  });
  return kind === "numeric" ? { name, kind } : { name, kind, vocabulary: [...codes.keys()] };
}

function timesOf(times: ArrayLike<ArrayLike<number>>, offsets: Int32Array): Float64Array {
  const all = new Float64Array(offsets.at(-1)!);
  Array.from(times).forEach((own, n) => {
    const length = offsets[n + 1] - offsets[n];
    if (own.length !== length)
      fail(`sequence ${n}: got ${own.length} times for ${length} steps, expected one per step.`);
    for (let t = 0; t < length; t++) {
      if (!Number.isFinite(own[t]) || own[t] < own[t - 1])
        fail(
          `sequence ${n}, step ${t}: got the time ${own[t]}${t > 0 ? ` after ${own[t - 1]}` : ""}, expected seconds in ascending order. Sort the steps of each sequence by time.`,
        );
      all[offsets[n] + t] = own[t];
    }
  });
  return all;
}

function labelsOf(labels: NonNullable<SequencesFromOptions["labels"]>, given?: readonly string[]) {
  const texts = Array.from(labels, (label) => (isMissing(label) ? undefined : String(label)));
  const classNames = given ?? sortClassNames(texts.filter((text) => text !== undefined));
  const unknown = texts.findIndex((text) => text !== undefined && !classNames.includes(text));
  if (unknown >= 0) fail(`label ${unknown}: got "${texts[unknown]}", expected one of ${classNames.join(", ")}.`);
  return { labels: encodeLabels(texts, classNames), classNames };
}

/**
 * Class names in the order of their indices: numerically when all look like numbers, else alphabetically (by code
 * point, so that the order does not depend on the machine's language).
 */
export function sortClassNames(names: Iterable<string>): string[] {
  const unique = [...new Set(names)];
  const numeric = unique.every((name) => Number.isFinite(decimalOf(name)));
  return numeric
    ? unique.sort((a, b) => decimalOf(a) - decimalOf(b))
    : unique.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The index of each label in `classNames`, -1 where there is none. */
export function encodeLabels(texts: readonly (string | undefined)[], classNames: readonly string[]): Int32Array {
  const index = new Map(classNames.map((name, c) => [name, c]));
  return Int32Array.from(texts, (text) => (text === undefined ? -1 : (index.get(text) ?? -1)));
}

const show = (value: unknown) => (typeof value === "string" ? `"${value}"` : String(value));

function fail(message: string): never {
  throw new DataError(`sequencesFrom: ${message}`);
}
