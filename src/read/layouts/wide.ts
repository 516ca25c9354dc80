import { DataError } from "../../errors.js";
import { notANumber } from "../source/cells/cells.js";
import { createLabelCheck } from "../source/cells/label-check.js";
import { createNoDataTally } from "../source/cells/no-data.js";
import type { Layout } from "../source/format.js";
import { createMarkTally } from "../source/marks.js";
import { columnOf } from "../source/names.js";
import { type DataOptions, rejectOptions } from "../source/options.js";
import { createPieceBuilder, type PieceBuilder, trimPadding } from "../source/piece.js";
import { emptyFile, noSequences } from "../source/source-file.js";
import { type Column, missingIn, namesOf, shownIn, type Table, type TableChunk, valueIn } from "../source/table.js";
import { absentIdNotes, type Carried, collectCarried, findCarried } from "./columns/carried.js";
import { hintFor } from "./columns/column-kind.js";
import {
  columnNumber,
  findLabel,
  identifierAmong,
  indexColumns,
  indexNote,
  looksLikeHeader,
  timeNotes,
} from "./columns/roles.js";
import { absentLabelNote, isAbsentLabel, LONG_ONLY } from "./long/header.js";
import { refuseSteps, strangeSteps } from "./steps-table.js";

const LONG_HINT = "If each row is one event of a long table, name its entity column.";

/**
 * One univariate sequence per row; the columns are the steps. Empty cells at the end of a row are the padding of a
 * shorter sequence.
 * @throws {DataError} that names row and column
 * @throws {OptionError} if there is no column `label` or one to drop
 */
export const readWide: Layout = async (table, options, { idPrefix, mostSteps }, take) => {
  const { path } = table;
  rejectOptions(path, "a table with one sequence per row", options, [...LONG_ONLY]);
  let plan: ReturnType<typeof planWide> | undefined;
  let strange: ReturnType<typeof strangeSteps>;
  let builder: PieceBuilder | undefined;
  let carried: Carried | undefined;
  let handedOn = 0;
  let pending = 0; // steps in the builder
  const noData = createNoDataTally(path);
  const marks = createMarkTally(path);
  const handOn = async () => {
    const { set, ...piece } = builder!.finish();
    const { ids = set.ids, kept } = carried!.take();
    handedOn += builder!.count();
    builder = undefined;
    pending = 0;
    await take({ ...piece, set: { ...set, ids }, kept });
  };
  for await (const chunk of table.chunks) {
    let r = 0;
    if (!plan) {
      plan = planWide(table, namesOf(table, chunk), chunk, options);
      if (plan.names && !table.names) r = 1;
      carried = collectCarried(path, plan.carried, options, true);
      strange = options.wide ? undefined : strangeSteps(plan.names, plan.steps, chunk, r);
    }
    const { names, label, steps } = plan;
    const labels = label < 0 ? undefined : chunk.column(label);
    const columns = steps.map((c) => chunk.column(c));
    const beside: Column[] = [];
    for (const c of carried!.used) beside[c] = chunk.column(c);
    const nameOf = (t: number) => (names ? `column "${names[steps[t]]}"` : `column ${steps[t] + 1}`);
    const fail = (t: number): never => {
      const text = shownIn(columns[t], r);
      const hint = names && holdsNames(columns[t], r, chunk.rows.length) ? namesHint(names[steps[t]]) : LONG_HINT;
      return notANumber(text, path, chunk.rows[r], nameOf(t), hintFor(text) || strange?.advice || hint);
    };
    if (strange) {
      for (; r < chunk.rows.length; r++) for (let t = 0; t < steps.length; t++) valueIn(columns[t], r) ?? fail(t);
      refuseSteps(path, strange);
    }
    const values = new Float64Array(steps.length); // of one row; the builder copies them
    for (; r < chunk.rows.length; r++) {
      for (let t = 0; t < values.length; t++) {
        values[t] = valueIn(columns[t], r) ?? fail(t);
        if (Number.isNaN(values[t])) marks.see(columns[t], r, chunk.rows[r]);
      }
      noData.clear(values, chunk.rows[r], nameOf);
      const [series] = trimPadding([values]);
      if (builder && pending + series.length > mostSteps) await handOn();
      builder ??= createPieceBuilder({ idPrefix, labelled: label >= 0, first: handedOn + 1 });
      const text = !labels || missingIn(labels, r) ? undefined : shownIn(labels, r);
      plan.check.see(text);
      builder.add([series], text);
      carried!.add(beside, r, chunk.rows[r]);
      pending += series.length;
    }
  }
  if (!plan && !table.names) throw emptyFile(path);
  if (builder) await handOn();
  if (handedOn === 0) throw noSequences(path);
  return [...plan!.notes, ...plan!.check.notes(), ...marks.notes(), ...noData.notes()];
};

/** Whether no cell of a column is a number, and all differ: of at most 100 from row r on. */
function holdsNames(column: Column, r: number, to: number): boolean {
  const seen = new Set<string>();
  const end = Math.min(to, r + 100);
  for (let k = r; k < end; k++) {
    if (valueIn(column, k) !== undefined) return false;
    seen.add(shownIn(column, k));
  }
  return end - r > 1 && seen.size === end - r;
}

function namesHint(name: string): string {
  return `Each cell of it is another text: if it names the rows, say so: \`id: "${name}"\`; else leave it out: \`drop: ["${name}"]\`.`;
}

/**
 * What the columns of a wide table are.
 * @param first names of the columns, or cells of the first row
 * @returns `names`: undefined without a header; `label`: its column, -1 for none; `steps`: the columns of values
 */
function planWide(table: Table, first: readonly string[], chunk: TableChunk, options: DataOptions) {
  const { path } = table;
  const byName = options.label !== undefined && columnNumber(first, options.label) < 0;
  const absent = byName && isAbsentLabel(first, options);
  const drop = (options.drop ?? []).filter((name) => !options.newData || first.includes(name));
  const carried = findCarried(path, first, options);
  const carries = [...(carried.id < 0 ? [] : [carried.id]), ...carried.kept.map(({ index }) => index)];
  const chosen = (byName && !absent) || drop.length > 0 || carries.length > 0;
  const named = table.names !== undefined || chosen || looksLikeHeader(first);
  const dropped = new Set(drop.map((name) => columnOf(path, first, "column", name)));
  const { column: label, notes } = absent
    ? { column: -1, notes: [absentLabelNote(path, options.label!)] }
    : findLabel(path, first, named, options);
  for (const index of named ? indexColumns(first) : []) {
    if (index === label || dropped.has(index) || carries.includes(index)) continue;
    dropped.add(index);
    notes.push(indexNote(path, index, "step"));
  }
  const besides = carried.kept.filter(({ index }) => index !== label && index !== carried.id && !dropped.has(index));
  if (besides.length > 0)
    notes.push(
      `${path}: ${besides.map(({ name }) => `"${name}"`).join(", ")} ${besides.length === 1 ? "is" : "are"} kept beside the features and no step of the sequences.`,
    );
  notes.push(...absentIdNotes(path, first, options));
  for (const c of carries) dropped.add(c);
  const steps = [...first.keys()].filter((c) => c !== label && !dropped.has(c));
  const identifier = named ? identifierAmong(first, steps, chunk, table.names ? 0 : 1) : -1;
  if (identifier >= 0)
    notes.push(
      `${path}: column "${first[identifier]}" has another whole number in each row, as an identifier has, and is read as a step of the sequences. If it names the rows, say so: \`id: "${first[identifier]}"\`.`,
    );
  if (named)
    notes.push(
      ...timeNotes(
        path,
        steps.map((c) => first[c]),
        "step",
        options,
      ),
    );
  if (steps.length === 0)
    throw new DataError(
      `${path}, row ${chunk.rows[0]}: got no value columns, expected at least one step. If each row is a step of one sequence, say so: \`oneEntity\`.`,
    );
  const check = createLabelCheck(path, named && label >= 0 ? `column "${first[label]}"` : `column ${label + 1}`);
  return { names: named ? first : undefined, label, steps, carried, notes, check };
}
