import { DataError, nearestName, OptionError } from "../../errors.js";
import { arrow } from "../../read/formats/arrow.js";
import { tableOfObjects } from "../../read/formats/jsonl.js";
import { seriesWith } from "../../read/formats/npy.js";
import { parseNumpy } from "../../read/formats/numpy/numpy-array.js";
import { readRows } from "../../read/read-rows.js";
import { readWideFile } from "../../read/read-series.js";
import { bytesFile } from "../../read/source/bytes-file.js";
import type { TableFormat } from "../../read/source/format.js";
import { type DataOptions, FILE_OPTIONS } from "../../read/source/options.js";
import type { Piece } from "../../read/source/piece.js";
import type { SourceFile } from "../../read/source/source-file.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { encodeLabels } from "../../sequences/set/sequences-from.js";
import { isWindowed, type Sequences } from "../../sequences/set/windowed-set.js";
import { type CaseReading, type Cases, casesOfSet, splitChannels } from "./cases.js";

/** Which cases of a table are wanted: the last event of each entity, all, or those ids. */
export type Score = "last" | "all" | readonly string[];

/**
 * Rows as in the file that the model was trained on, read with its options.
 * @throws as readSource, with rows counted from 1
 */
export function casesOfEvents(
  events: readonly unknown[],
  model: CaseReading,
  score: Score | undefined,
): Promise<Cases> {
  if (!readsRows(model.reading))
    throw new OptionError(
      'events: the model reads whole sequences, expected "sequences". It was trained without an entity column, so rows have no place in it.',
    );
  const rows = model.reading.decimalComma ? events.map(withCommas) : events;
  const format: TableFormat = {
    name: "jsonl",
    extensions: [".jsonl"],
    layouts: ["long"],
    open: async () => tableOfObjects("events", rows),
  };
  return casesOfTable(bytesFile("events", new Uint8Array()), format, model, score);
}

/** An Arrow stream or file with the columns of the file that the model was trained on. */
export function casesOfArrow(bytes: Uint8Array, model: CaseReading, score: Score | undefined): Promise<Cases> {
  return casesOfTable(bytesFile("body", bytes), arrow, model, score);
}

/**
 * An array [cases, steps, channels], or [cases, steps] of one channel; NaN is missing.
 * @throws {DataError} for another shape
 */
export function casesOfNumpy(bytes: Uint8Array, model: CaseReading, score: Score | undefined): Cases {
  if (score !== undefined && score !== "all")
    throw new OptionError("score: got it for an array, expected none. Every case of an array is scored.");
  const { given, derived } = splitChannels(model);
  const texts = given.find(({ kind }) => kind === "categorical");
  if (texts || derived.length > 0)
    throw new OptionError(
      `body: the model ${texts ? `has categories (channel "${texts.name}")` : `makes ${derived[0].name} of times`}, which an array of numbers cannot hold. Send JSON or Arrow.`,
    );
  const { set, notes } = seriesWith(parseNumpy("body", bytes), undefined, "");
  if (set.channels.length !== given.length)
    throw new DataError(
      `body: got ${set.channels.length} channels, expected ${given.length}: ${given.map(({ name }) => name).join(", ")}. The array is [cases, steps, channels].`,
    );
  return casesOfSet({ ...set, channels: given }, model, notes.slice(1)); // the first says that there are no labels
}

/** Whether rows of a table are events, or measurements, and not whole sequences. */
export function readsRows({ entity, variable, oneEntity }: DataOptions): boolean {
  return entity !== undefined || variable !== undefined || oneEntity === true;
}

async function casesOfTable(
  file: SourceFile,
  format: TableFormat,
  model: CaseReading,
  score: Score | undefined,
): Promise<Cases> {
  const channels = [...model.channels, ...(model.statics ?? [])];
  const reading: DataOptions = { ...model.reading, newData: ["label", "id"] };
  for (const name of FILE_OPTIONS) delete reading[name]; // they told of the text of a file
  const size = { mostSteps: Number.POSITIVE_INFINITY, channels };
  let piece: Piece<Sequences> | undefined;
  const take = async (whole: Piece<Sequences>) => {
    piece = whole;
  };
  let notes: readonly string[];
  if (readsRows(reading)) {
    const { path } = file;
    const files = [{ path, format, source: file, id: path, cells: [] }];
    const found = { where: path, name: path, files, split: false, labelled: false, statics: [], notes: [] };
    ({ notes } = await readRows(found, reading, { ...size, hashed: false }, take));
  } else notes = await readWideFile(file, format, reading, { ...size, idPrefix: "" }, take);
  const { set, labelTexts, events } = piece!;
  const labels = labelTexts && model.classNames && encodeLabels(labelTexts, model.classNames);
  return {
    set: labels ? { ...set, labels, classNames: model.classNames } : set,
    rows: wanted(set, score),
    events,
    notes: notes.filter((note) => !note.includes("read without labels")),
  };
}

/** @throws {OptionError} for a choice of events where each entity is a case */
function wanted(set: Sequences, score: Score | undefined): Int32Array {
  const all = Int32Array.from({ length: countOf(set) }, (_, n) => n);
  if (Array.isArray(score)) return rowsOf(set, score);
  if (score === "last" && !isWindowed(set))
    throw new OptionError(
      'score: got "last", expected "all" or a list of ids: the model was trained without a window, so a case is an entity with all its events.',
    );
  if (score === "all" || !isWindowed(set)) return all;
  return all.filter((n) => set.owners[n] !== set.owners[n + 1]);
}

function rowsOf(set: Sequences, ids: readonly string[]): Int32Array {
  if (ids.length === 0) throw new OptionError('score: got an empty list, expected ids, "last" or "all".');
  const places = new Map(set.ids.map((id, n) => [id, n]));
  return Int32Array.from(ids, (id) => {
    const n = places.get(id);
    if (n !== undefined) return n;
    const near = nearestName(id, set.ids.slice(0, 1000));
    throw new OptionError(
      `score: there is no case "${id}" among the events.${near ? ` Did you mean "${near}"?` : ""} Its first is "${set.ids[0]}".`,
    );
  });
}

/** Numbers as the texts of the file have them. */
function withCommas(row: unknown): unknown {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
  return Object.fromEntries(
    Object.entries(row).map(([key, cell]) => [key, typeof cell === "number" ? String(cell).replace(".", ",") : cell]),
  );
}
