import { DataError, unknownName } from "../../errors.js";
import { readCsvRows } from "../formats/csv-rows.js";
import { isMissing, notANumber, parseCell } from "../source/cell.js";
import type { DataOptions } from "../source/options.js";
import { createPartBuilder, type Part, type PartBuilder, trimPadding } from "../source/part.js";
import { emptyFile, noSequences } from "../source/source-file.js";

const LABEL_NAMES = ["label", "class", "target", "y"];
const LONG_HINT = "If each row is one event of a long table, name its entity column.";

/**
 * Reads a CSV of one univariate sequence per row; the columns are the steps. The label column is `label`, else a
 * first column called label, class, target or y, else (without a header) the first column. Empty cells at the end
 * of a row are the padding of a shorter sequence.
 * @throws {DataError} that names row and column
 * @throws {OptionError} if there is no column `label` or one to drop
 */
export async function readWideCsv(
  path: string,
  options: DataOptions,
  idPrefix: string,
): Promise<Part & { sha256: string }> {
  let whole: Part | undefined;
  const { notes, sha256 } = await readWideCsvInPieces(path, options, { idPrefix }, async (part) => {
    whole = part;
  });
  return { ...whole!, notes, sha256 };
}

/**
 * The same, handed on piece by piece: memory holds one piece, not the file.
 * @param size.mostSteps of a piece, unless one sequence is longer; default: all in one piece
 * @param take gets each piece, without notes; the file is read on when it is done
 */
export async function readWideCsvInPieces(
  path: string,
  options: DataOptions,
  { idPrefix, mostSteps = Number.POSITIVE_INFINITY }: { idPrefix: string; mostSteps?: number },
  take: (part: Part) => Promise<void>,
): Promise<{ notes: readonly string[]; sha256: string }> {
  const notes: string[] = [];
  let header: readonly string[] | undefined;
  let labelColumn = -1;
  let steps: number[] | undefined;
  let builder: PartBuilder | undefined;
  let handedOn = 0;
  let pending = 0; // steps in the builder
  const handOn = async () => {
    const part = builder!.finish();
    handedOn += builder!.count();
    builder = undefined;
    pending = 0;
    await take(part);
  };
  const fail = (text: string, row: number, c: number): never =>
    notANumber(text, path, row, header ? `column "${header[c]}"` : `column ${c + 1}`, LONG_HINT);
  const sha256 = await readCsvRows(path, (cells, row) => {
    if (!steps) {
      const named = options.label !== undefined || (options.drop?.length ?? 0) > 0;
      if (named || looksLikeHeader(cells)) header = cells;
      labelColumn = findLabel(path, cells, header !== undefined, options, notes);
      const dropped = (options.drop ?? []).map((name) => columnOf(path, cells, name));
      steps = cells.flatMap((_, c) => (c === labelColumn || dropped.includes(c) ? [] : [c]));
      if (steps.length === 0)
        throw new DataError(`${path}, row ${row}: got no value columns, expected at least one step.`);
      if (header) return;
    }
    const values = Float64Array.from(steps, (c) => parseCell(cells[c]) ?? fail(cells[c], row, c));
    const label = labelColumn < 0 || isMissing(cells[labelColumn]) ? undefined : cells[labelColumn];
    const [series] = trimPadding([values]);
    const full = builder && pending + series.length > mostSteps ? handOn() : undefined;
    const add = () => {
      builder ??= createPartBuilder(["value"], { idPrefix, labelled: labelColumn >= 0, first: handedOn + 1 });
      builder.add([series], label);
      pending += series.length;
    };
    if (full) return full.then(add);
    add();
  });
  if (!steps) throw emptyFile(path);
  if (builder) await handOn();
  if (handedOn === 0) throw noSequences(path);
  return { notes, sha256 };
}

/** A header has a name beyond the first cell, a label's name in it, or steps counted 0, 1, 2 or 1, 2, 3. */
function looksLikeHeader(cells: readonly string[]): boolean {
  if (LABEL_NAMES.includes(cells[0].toLowerCase())) return true;
  const rest = cells.slice(1).map(parseCell);
  if (rest.includes(undefined)) return true;
  return rest.length > 2 && (rest[0] === 0 || rest[0] === 1) && rest.every((v, i) => v === rest[0]! + i);
}

function findLabel(
  path: string,
  cells: readonly string[],
  hasHeader: boolean,
  options: DataOptions,
  notes: string[],
): number {
  if (options.label !== undefined) return columnOf(path, cells, options.label);
  if (!hasHeader) {
    notes.push(`${path}: no header and no label column named; the first column was taken as the label.`);
    return 0;
  }
  if (LABEL_NAMES.includes(cells[0].toLowerCase())) return 0;
  notes.push(`${path}: no label column named; the sequences are unlabelled.`);
  return -1;
}

function columnOf(path: string, header: readonly string[], name: string): number {
  const column = header.indexOf(name);
  return column >= 0 ? column : unknownName(path, "column", name, header);
}
