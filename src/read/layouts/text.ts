import { DataError, OptionError } from "../../errors.js";
import { createLabelCheck } from "../source/cells/label-check.js";
import { createTokenizer, TOKEN_CHANNEL } from "../source/cells/tokens.js";
import type { Layout } from "../source/format.js";
import { columnOf } from "../source/names.js";
import { type DataOptions, rejectOptions } from "../source/options.js";
import { createPieceBuilder, type PieceBuilder } from "../source/piece.js";
import { emptyFile, noSequences } from "../source/source-file.js";
import { type Column, missingIn, namesOf, shownIn, type Table } from "../source/table.js";
import { absentIdNotes, type Carried, collectCarried, findCarried } from "./columns/carried.js";
import { columnNumber, findLabel } from "./columns/roles.js";
import { absentLabelNote, isAbsentLabel, LONG_ONLY } from "./long/header.js";

/** Options of texts alone. */
export const TEXT_ONLY = ["text", "tokens", "vocabulary", "maxTokens"] as const;

/** @throws {OptionError} for options of texts where there are none */
export function rejectTextOptions(where: string, options: DataOptions): void {
  for (const name of TEXT_ONLY)
    if (options[name] !== undefined)
      throw new OptionError(
        `${where}: got \`${name}\`, expected it with a table of one text per row (\`text\` names its column) or with files of one text each (\`tokens\`). Here it would have no effect; leave it out.`,
      );
}

/**
 * One text per row: each token is a step, and the only channel is a category.
 * @throws {DataError} for a column of numbers
 * @throws {OptionError} if there is no column `text` or `label`
 */
export const readText: Layout = async (table, options, { idPrefix, mostSteps, channels }, take) => {
  const { path } = table;
  rejectOptions(path, "a table with one text per row, whose other columns are not read", options, [
    ...LONG_ONLY,
    ...(["entity", "drop", "wide", "decimalComma", "thousands"] as const),
  ]);
  const tokenizer = createTokenizer(path, options, channels?.[0]);
  let plan: ReturnType<typeof planText> | undefined;
  let builder: PieceBuilder | undefined;
  let carried: Carried | undefined;
  let handedOn = 0;
  let pending = 0; // steps in the builder
  let lines = 0; // texts with a line end
  const handOn = async () => {
    const { set, ...piece } = builder!.finish();
    const { ids = set.ids, kept } = carried!.take();
    handedOn += builder!.count();
    builder = undefined;
    pending = 0;
    await take({ ...piece, set: { ...set, ids, channels: [tokenizer.channel()] }, kept });
  };
  for await (const chunk of table.chunks) {
    let r = 0;
    if (!plan) {
      plan = planText(table, namesOf(table, chunk), options);
      if (plan.headed) r = 1;
      carried = collectCarried(path, plan.carried, options, true);
    }
    const { label, text, check } = plan;
    const labels = label < 0 ? undefined : chunk.column(label);
    const texts = expectTexts(path, plan.textName, chunk.column(text), chunk.rows);
    const beside: Column[] = [];
    for (const c of carried!.used) beside[c] = chunk.column(c);
    for (; r < chunk.rows.length; r++) {
      const cell = missingIn(texts, r) ? "" : shownIn(texts, r);
      if (/[\r\n]/.test(cell)) lines++;
      const codes = tokenizer.read(cell);
      if (builder && pending + codes.length > mostSteps) await handOn();
      builder ??= createPieceBuilder({ names: [TOKEN_CHANNEL], idPrefix, labelled: label >= 0, first: handedOn + 1 });
      const labelText = !labels || missingIn(labels, r) ? undefined : shownIn(labels, r);
      check.see(labelText);
      builder.add([codes], labelText);
      carried!.add(beside, r, chunk.rows[r]);
      pending += codes.length;
    }
  }
  if (!plan && !table.names) throw emptyFile(path);
  if (builder) await handOn();
  if (handedOn === 0) throw noSequences(path);
  const notes = [...plan!.notes, ...tokenizer.notes("texts"), ...plan!.check.notes()];
  if (lines > 0 && table.separator !== undefined)
    notes.push(
      `${path}: ${lines} texts have several lines. If each line is a row and quotes are no more than characters, give \`quote: "none"\`.`,
    );
  return notes;
};

/** Which columns are read. @param first names of the columns, or cells of the first row */
function planText(table: Table, first: readonly string[], options: DataOptions) {
  const { path } = table;
  const named = table.names !== undefined;
  const given = options.text!;
  const number = named && first.includes(given) ? -1 : columnNumber(first, given);
  const text = number < 0 ? columnOf(path, first, "column", given) : number;
  const labelled = options.label !== undefined && first.includes(options.label);
  const carried = findCarried(path, first, options);
  const carries = [carried.id, ...carried.kept.map(({ index }) => index)];
  const headed = !named && (number < 0 || labelled || Math.max(...carries) >= 0); // by numbers alone the first row is a text like others
  const absent = (named || headed) && isAbsentLabel(first, options);
  const found = absent
    ? { column: -1, notes: [absentLabelNote(path, options.label!)] }
    : findLabel(path, first, named || headed, options);
  const label = found.column === text && options.label === undefined ? -1 : found.column;
  if (label === text)
    throw new OptionError(
      `${path}: got column "${given}" as text and as label, expected two columns. Name another (\`label\`).`,
    );
  const notes = [...found.notes, ...absentIdNotes(path, first, options)];
  if (!named && !headed)
    notes.push(`${path}: columns are chosen by number, so the first row was read as a text, not as names.`);
  const others = first.filter((_, c) => c !== text && c !== label && !carries.includes(c));
  if (others.length > 0)
    notes.push(
      `${path}: only the text and the label are read; other columns are left out${named || headed ? `: ${others.slice(0, 5).join(", ")}${others.length > 5 ? ", ..." : ""}` : ""}.`,
    );
  const nameOf = (c: number) => (named || headed ? `column "${first[c]}"` : `column ${c + 1}`);
  return { text, label, headed, carried, textName: nameOf(text), notes, check: createLabelCheck(path, nameOf(label)) };
}

/** Whole numbers are texts as in a file that has no types. */
function expectTexts(path: string, name: string, column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === "cells" || column.kind === "texts") return column;
  const other =
    column.kind === "dates" ? 0 : column.values.findIndex((v) => !Number.isNaN(v) && !Number.isSafeInteger(v));
  if (other < 0) return column;
  throw new DataError(
    `${path}, row ${rows[other]}, ${name}: got ${shownIn(column, other)} in a column of ${column.kind}, expected texts, or whole numbers. Name the column of the texts (\`text\`); a table of numbers is read without it.`,
  );
}
