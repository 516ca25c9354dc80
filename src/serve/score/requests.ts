import { DataError, OptionError } from "../../errors.js";
import type { ReadOut } from "../../features/read-outs/read-outs.js";
import { parseOptions } from "../../options.js";
import { colonsIn, mayBeInexact, parseExactly } from "../../read/formats/jsonl.js";
import { RequestError } from "../problems.js";
import { envelopes, type Operation } from "../schemas.js";
import type { CaseReading, Cases } from "./cases.js";
import { casesOfSequences } from "./sequences-body.js";
import { casesOfArrow, casesOfEvents, casesOfNumpy, type Score } from "./table-body.js";

/** A body, and what its headers say. */
export interface Body {
  bytes: Uint8Array;
  /** Without parameters, in lower case. */
  type: string;
  /** What stands behind the ? of the address. */
  query: Readonly<Record<string, string>>;
}

/** What is asked. */
export interface Asked {
  cases: Cases;
  readOut: ReadOut;
  /** Columns per case. */
  top: number;
}

export const JSON_TYPE = "application/json";
export const ARROW_TYPES: readonly string[] = [
  "application/vnd.apache.arrow.stream",
  "application/vnd.apache.arrow.file",
];
export const NPY_TYPE = "application/x-npy";
export const bodyTypes: readonly string[] = [JSON_TYPE, ...ARROW_TYPES, NPY_TYPE];

/**
 * Reads a body for a model.
 * @throws {RequestError} for what is no JSON, {OptionError} for a key that is wrong, {DataError} for cases that do not fit
 */
export async function readRequest(operation: Operation, body: Body, model: CaseReading): Promise<Asked> {
  const { bytes, type, query } = body;
  if (type === JSON_TYPE) return readJson(operation, bytes, query, model);
  const options = optionsOf(operation, optionsIn(query));
  const score = scoreOf(options.score);
  const cases = type === NPY_TYPE ? casesOfNumpy(bytes, model, score) : await casesOfArrow(bytes, model, score);
  return { ...options, cases };
}

async function readJson(
  operation: Operation,
  bytes: Uint8Array,
  query: Body["query"],
  model: CaseReading,
): Promise<Asked> {
  const text = textOf(bytes);
  const value = parsed(text, JSON.parse);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new OptionError(
      `body: got ${Array.isArray(value) ? "a list" : (JSON.stringify(value) ?? "nothing").slice(0, 40)}, expected an object such as {"sequences": [[1, 2, 3]]}.`,
    );
  if (colonsIn(text) !== keysOf(value))
    throw new DataError(
      "body: got a key twice in one object, expected different keys. The last one would count, and the others be lost.",
    );
  const twice = Object.keys(query).find((key) => Object.hasOwn(value, key));
  if (twice !== undefined)
    throw new OptionError(`${twice}: got it in the address and in the body, expected one of the two.`);
  const options = optionsOf(operation, { ...value, ...optionsIn(query) });
  const { sequences, events } = options;
  const score = scoreOf(options.score);
  if ((sequences === undefined) === (events === undefined))
    throw new OptionError(
      `body: got ${sequences ? 'both "sequences" and "events"' : 'neither "sequences" nor "events"'}, expected one of them.`,
    );
  if (sequences && score !== undefined)
    throw new OptionError('score: got it with "sequences", expected it with "events". Every sequence is scored.');
  if (sequences) return { ...options, cases: casesOfSequences(sequences, model) };
  const exact = mayBeInexact(text) ? (parsed(text, parseExactly) as { events: unknown[] }).events : events!;
  return { ...options, cases: await casesOfEvents(exact, model, score) };
}

function optionsOf(operation: Operation, value: object) {
  const parsed = parseOptions(envelopes[operation], value, "body") as {
    sequences?: unknown[];
    events?: unknown[];
    score?: "last" | "all" | (string | number)[];
    readOut?: ReadOut;
    top?: number;
  };
  return { ...parsed, readOut: parsed.readOut ?? "last", top: parsed.top ?? 0 };
}

/** Options of an address, as a body would have them. */
function optionsIn({ top, score, ...others }: Body["query"]): object {
  return {
    ...others,
    ...(top !== undefined && { top: Number(top) }),
    ...(score !== undefined && { score: score === "last" || score === "all" ? score : score.split(",") }),
  };
}

function scoreOf(score: "last" | "all" | readonly (string | number)[] | undefined): Score | undefined {
  return Array.isArray(score) ? score.map(String) : (score as Score | undefined);
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws {RequestError} for bytes that are no UTF-8 */
function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new RequestError(
      "not-json",
      "body: got bytes that are no UTF-8, expected text in UTF-8, which JSON is written in.",
      {},
      { cause },
    );
  }
}

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new RequestError(
      "not-json",
      `body: no JSON (${cause.message.slice(0, 120).replaceAll("\n", " ")}), expected an object such as {"sequences": [[1, 2, 3]]}. The body may be cut off.`,
      {},
      { cause },
    );
  }
}

/** Keys of all objects in a value. */
function keysOf(value: object): number {
  let count = 0;
  const open: object[] = [value];
  for (let at = open.pop(); at; at = open.pop()) {
    const inner: unknown[] = Array.isArray(at) ? at : Object.values(at);
    if (at !== inner) count += inner.length;
    for (const each of inner) if (typeof each === "object" && each !== null) open.push(each);
  }
  return count;
}
