import { DataError } from "../../errors.js";
import { isMissing, numberIn, numericLabel, parseCell } from "../source/cells/cells.js";
import { createLabelCheck } from "../source/cells/label-check.js";
import { createNoDataTally } from "../source/cells/no-data.js";
import type { Format } from "../source/format.js";
import { createPieceBuilder, type Piece, trimPadding } from "../source/piece.js";
import { emptyFile, type SourceFile } from "../source/source-file.js";
import { linesOf, textPieces } from "../source/text.js";

export const tsv: Format = { name: "tsv", extensions: [".tsv"], layouts: "fixed", reads: ["encoding"], open: readTsv };

/**
 * Whether a .tsv is a table with a header and not series: most cells of its first row are texts.
 * @throws as SourceFile.pieces
 */
export async function hasHeader(file: SourceFile): Promise<boolean> {
  let begin = "";
  for await (const bytes of textPieces(file)) {
    begin += bytes.toString();
    if (/[\r\n]/.test(begin.trimStart()) || begin.length > LONGEST_HEADER) break;
  }
  const [line] = begin.trimStart().split(/[\r\n]/, 1);
  const cells = cellsOf(line);
  return 2 * cells.filter((cell) => parseCell(cell) === undefined).length > cells.length;
}

const LONGEST_HEADER = 1 << 22; // characters

function cellsOf(line: string): string[] {
  return line.includes("\t") ? line.split("\t") : line.trim().split(line.includes(",") ? "," : /\s+/);
}

/**
 * Reads a UCR text file: one series per line, the label first, then the values, separated by tabs, commas or spaces.
 * NaN inside is missing, NaN at the end the padding of a shorter series.
 * @throws {DataError} that names row and column
 */
async function readTsv(file: SourceFile, idPrefix: string): Promise<Piece> {
  const builder = createPieceBuilder({ idPrefix, labelled: true });
  const noData = createNoDataTally(file.path);
  const labels = createLabelCheck(file.path, "column 1");
  const steps = createStepCheck();
  let width = 0;
  (await linesOf(file)).forEach((line, i) => {
    if (line.trim() === "") return;
    const cells = cellsOf(line);
    width ||= cells.length;
    if (cells.length !== width || width < 2)
      throw new DataError(
        `${file.path}, row ${i + 1}: got ${cells.length} cells, expected ${width < 2 ? "a label and at least one value" : `${width} as in the first row`}. Shorter series are padded with NaN at their end; the row may be cut off.`,
      );
    const values = new Float64Array(width - 1);
    for (let t = 1; t < width; t++) values[t - 1] = numberIn(cells[t], file.path, i + 1, `column ${t + 1}`);
    noData.clear(values, i + 1, (t) => `column ${t + 2}`);
    const label = isMissing(cells[0].trim()) ? undefined : numericLabel(cells[0]);
    labels.see(label);
    steps.see(cells[0], values[0]);
    builder.add(trimPadding([values]), label);
  });
  if (builder.count() === 0) throw emptyFile(file.path);
  if (steps.found())
    throw new DataError(
      `${file.path}: got counted rows (1, 2, 3, ... in column 2) for each run of one value in column 1, expected one series per row, its label first. Each row looks like one step. Read it with \`entity: "c1"\` \`time: "c2"\`. If each row is a series all the same, say so: \`wide\`.`,
    );
  return builder.finish([...labels.notes(), ...noData.notes()]);
}

/** Notices rows that are steps: the second column counts within each run of the first, and begins anew with the next. */
function createStepCheck() {
  let [run, last, begin, rows, same] = ["", 0, 0, 0, 0] as [string, ...number[]];
  let counts = true;
  return {
    see(entity: string, step: number) {
      const first = rows === 0 || entity !== run;
      if (rows++ === 0) begin = step;
      if (!first) same++;
      counts &&= step === (first ? begin : last + 1);
      run = entity;
      last = step;
    },
    found: () => counts && rows >= ENOUGH && (begin === 0 || begin === 1) && 2 * same > rows,
  };
}

/** Rows from which on steps can be told from series. */
const ENOUGH = 8;
