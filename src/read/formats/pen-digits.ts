import { DataError } from "../../errors.js";
import { isMissing, numberIn } from "../source/cells/cells.js";
import { createNoDataTally } from "../source/cells/no-data.js";
import type { Format } from "../source/format.js";
import { createPieceBuilder, type Piece } from "../source/piece.js";
import { noSequences, type SourceFile } from "../source/source-file.js";
import { linesOf } from "../source/text.js";

export const penDigits: Format = {
  name: "pen-digits",
  extensions: ["pendigits.tra", "pendigits.tes"],
  layouts: "fixed",
  reads: ["encoding"],
  open: readPenDigits,
};

const STEPS = 8;

/**
 * Reads the UCI Pen Digits files (`pendigits.tra`, `.tes`): a header line to skip, then x1,y1, ..., x8,y8,digit.
 * @throws {DataError} that names row and column
 */
async function readPenDigits(file: SourceFile, idPrefix: string): Promise<Piece> {
  const builder = createPieceBuilder({ names: ["x", "y"], idPrefix, labelled: true });
  const noData = createNoDataTally(file.path);
  (await linesOf(file)).forEach((line, i) => {
    if (i === 0 || line.trim() === "") return;
    const cells = line.split(",");
    if (cells.length !== 2 * STEPS + 1)
      throw new DataError(
        `${file.path}, row ${i + 1}: got ${cells.length} cells, expected ${2 * STEPS + 1} (x and y of ${STEPS} points, then the digit). The row may be cut off.`,
      );
    const points = Float64Array.from(cells.slice(0, -1), (cell, c) =>
      numberIn(cell, file.path, i + 1, `column ${c + 1}`),
    );
    noData.clear(points, i + 1, (c) => `column ${c + 1}`);
    const axis = (f: number) => Float64Array.from({ length: STEPS }, (_, t) => points[2 * t + f]);
    const digit = cells[2 * STEPS].trim();
    builder.add([axis(0), axis(1)], isMissing(digit) ? undefined : digit);
  });
  if (builder.count() === 0) throw noSequences(file.path);
  return builder.finish(noData.notes());
}
