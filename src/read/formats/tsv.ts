import { DataError } from "../../errors.js";
import { isMissing, numberIn, numericLabel } from "../source/cells.js";
import type { Format } from "../source/format.js";
import { createNoDataTally } from "../source/no-data.js";
import { createPartBuilder, type Part, trimPadding } from "../source/part.js";
import { emptyFile, type SourceFile } from "../source/source-file.js";
import { linesOf } from "../source/text.js";

export const tsv: Format = { name: "tsv", extensions: [".tsv"], layouts: "fixed", reads: ["encoding"], open: readTsv };

/**
 * Reads a UCR text file: one series per line, the label first, then the values, separated by tabs, commas or spaces.
 * NaN inside is missing, NaN at the end the padding of a shorter series.
 * @throws {DataError} that names row and column
 */
async function readTsv(file: SourceFile, idPrefix: string): Promise<Part> {
  const builder = createPartBuilder({ idPrefix, labelled: true });
  const noData = createNoDataTally(file.path);
  let width = 0;
  (await linesOf(file)).forEach((line, i) => {
    if (line.trim() === "") return;
    const cells = line.includes("\t") ? line.split("\t") : line.trim().split(line.includes(",") ? "," : /\s+/);
    width ||= cells.length;
    if (cells.length !== width || width < 2)
      throw new DataError(
        `${file.path}, row ${i + 1}: got ${cells.length} cells, expected ${width < 2 ? "a label and at least one value" : `${width} as in the first row`}. Shorter series are padded with NaN at their end; the row may be cut off.`,
      );
    const values = new Float64Array(width - 1);
    for (let t = 1; t < width; t++) values[t - 1] = numberIn(cells[t], file.path, i + 1, `column ${t + 1}`);
    noData.clear(values, i + 1, (t) => `column ${t + 2}`);
    builder.add(trimPadding([values]), isMissing(cells[0].trim()) ? undefined : numericLabel(cells[0]));
  });
  if (builder.count() === 0) throw emptyFile(file.path);
  return builder.finish(noData.notes());
}
