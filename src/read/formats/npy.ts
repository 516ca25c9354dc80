import { parse } from "npyjs";
import { DataError } from "../../errors.js";
import type { Format } from "../source/format.js";
import { createLabelCheck } from "../source/label-check.js";
import { createNoDataTally } from "../source/no-data.js";
import { createPartBuilder, type Part, trimPadding } from "../source/part.js";
import type { SourceFile } from "../source/source-file.js";

export const npy: Format = { name: "npy", extensions: [".npy"], layouts: "fixed", open: readNpy };

/**
 * Reads a NumPy array [N, 1 + T] of univariate series: column 0 the label, then the values; NaN as in UCR text.
 * @throws {DataError} if it is truncated, not two-dimensional or not real numbers
 */
async function readNpy(file: SourceFile, idPrefix: string): Promise<Part> {
  const { data, shape, fortranOrder } = parseArray(file.path, await file.whole());
  const [N, columns] = shape;
  const cell = (n: number, c: number) => Number(data[fortranOrder ? c * N + n : n * columns + c]);
  const builder = createPartBuilder({ idPrefix, labelled: true });
  const noData = createNoDataTally(file.path);
  const labels = createLabelCheck(file.path, "column 1");
  for (let n = 0; n < N; n++) {
    const values = Float64Array.from({ length: columns - 1 }, (_, t) => cell(n, t + 1));
    const infinite = values.findIndex((value) => !Number.isNaN(value) && !Number.isFinite(Math.fround(value)));
    if (infinite >= 0)
      throw new DataError(
        `${file.path}, row ${n + 1}, column ${infinite + 2}: got ${values[infinite]}, expected a number within the range of 32-bit floats, or NaN for a missing one. Correct it where the file was written.`,
      );
    noData.clear(values, n + 1, (t) => `column ${t + 2}`);
    const label = cell(n, 0);
    if (typeof data[fortranOrder ? n : n * columns] === "bigint" && !Number.isSafeInteger(label))
      throw new DataError(
        `${file.path}, row ${n + 1}, column 1: got the label ${data[fortranOrder ? n : n * columns]}, expected a whole number of at most 2^53. Beyond it different labels would become one; number the classes from 0.`,
      );
    const text = Number.isNaN(label) ? undefined : String(label);
    labels.see(text);
    builder.add(trimPadding([values]), text);
  }
  return builder.finish([...labels.notes(), ...noData.notes()]);
}

function parseArray(path: string, bytes: Uint8Array) {
  const copy = new Uint8Array(bytes); // npyjs wants a buffer of its own
  let array: ReturnType<typeof parse>;
  try {
    array = parse(copy.buffer);
  } catch (cause) {
    const [, bigEndian] = /Unsupported dtype: >([iuf]\d)/.exec((cause as Error).message) ?? [];
    if (bigEndian)
      throw new DataError(
        `${path}: got type >${bigEndian} (big-endian), expected little-endian numbers. Save array.astype("<${bigEndian}") with numpy.save.`,
        { cause },
      );
    throw new DataError(
      `${path}: not a readable NumPy file (${(cause as Error).message}), expected .npy version 1 to 3, little-endian. It may be truncated; write it again with numpy.save.`,
      { cause },
    );
  }
  const { data, shape, dtype, fortranOrder } = array;
  if (!/^[iuf]\d$/.test(dtype))
    throw new DataError(`${path}: got type ${dtype}, expected integers or floats. Save it as float32.`);
  if (shape.length !== 2 || shape[0] < 1 || shape[1] < 2)
    throw new DataError(
      `${path}: got shape [${shape}], expected [series, 1 + steps] with the label in column 0. Save multivariate series as .ts.`,
    );
  const numbers = data as unknown as ArrayLike<number | bigint>;
  if (numbers.length !== shape[0] * shape[1])
    throw new DataError(
      `${path}: got ${numbers.length} numbers, expected ${shape[0]} x ${shape[1]}. The file is truncated, or its header is damaged; write it again.`,
    );
  return { data: numbers, shape, fortranOrder };
}
