import { DataError } from "../../errors.js";
import { createLabelCheck } from "../source/cells/label-check.js";
import { createNoDataTally } from "../source/cells/no-data.js";
import type { Format } from "../source/format.js";
import { createPieceBuilder, type Piece, trimPadding } from "../source/piece.js";
import type { SourceFile } from "../source/source-file.js";
import { type NumpyArray, parseNumpy } from "./numpy/numpy-array.js";

export const npy: Format = {
  name: "npy",
  extensions: [".npy"],
  layouts: "fixed",
  async open(file, idPrefix, y) {
    const array = await arrayIn(file);
    if (y) return seriesWith(array, await arrayIn(y), idPrefix);
    return array.shape.length === 3 || isX(file.path)
      ? seriesWith(array, undefined, idPrefix)
      : labelFirst(array, idPrefix);
  },
};

async function arrayIn(file: SourceFile): Promise<NumpyArray> {
  return parseNumpy(file.path, await file.whole());
}

/** Whether a name without extension, or the file of a path, says that its array has values alone: X, X_train, x_test. */
export function isX(path: string): boolean {
  return /(^|[/\\])x(?:[_-][^/\\]*)?(?:\.npy)?(?:\.gz)?$/i.test(path);
}

/** The array of labels that belongs to one of values: y_train to X_train. */
export function isYOf(x: string, name: string): boolean {
  const rest = (text: string) => text.slice(1).replace(/\.gz$/i, "");
  return /^y/i.test(name) && rest(name).toLowerCase() === rest(x).toLowerCase();
}

/**
 * Univariate series [N, 1 + T]: column 0 the label, then the values; NaN as in UCR text.
 * @throws {DataError} if it has another shape, or texts
 */
function labelFirst(array: NumpyArray, idPrefix: string): Piece {
  const { where, shape } = array;
  expectNumbers(array);
  if (shape.length !== 2 || shape[0] < 1 || shape[1] < 2)
    throw new DataError(
      `${where}: got shape [${shape}], expected [series, 1 + steps] with the label in column 0, or [cases, steps, channels]. Labels of the latter are another array: call the two X.npy and y.npy.`,
    );
  const [N, columns] = shape;
  const builder = createPieceBuilder({ idPrefix, labelled: true });
  const noData = createNoDataTally(where);
  const labels = createLabelCheck(where, "column 1");
  for (let n = 0; n < N; n++) {
    const first = n * columns;
    const placeOf = (t: number) => `row ${n + 1}, column ${t + 2}`;
    const values = valuesOf(array, placeOf, columns - 1, (t) => first + t + 1);
    noData.clear(values, n + 1, (t) => `column ${t + 2}`);
    const cell = array.cell(first);
    if (typeof cell === "bigint" && !Number.isSafeInteger(Number(cell)))
      throw new DataError(
        `${where}, row ${n + 1}, column 1: got the label ${cell}, expected a whole number of at most 2^53. Beyond it different labels would become one; number the classes from 0.`,
      );
    const text = Number.isNaN(Number(cell)) ? undefined : String(cell);
    labels.see(text);
    builder.add(trimPadding([values]), text);
  }
  return builder.finish([...labels.notes(), ...noData.notes()]);
}

/**
 * Series [cases, steps, channels], or [cases, steps] of one channel, and a label for each. NaN is missing; steps at the
 * end where all channels are NaN are padding.
 * @throws {DataError} if the shapes do not fit, or values are texts
 */
export function seriesWith(x: NumpyArray, y: NumpyArray | undefined, idPrefix: string): Piece {
  const { where, shape } = x;
  expectNumbers(x);
  const [N, T, C = 1] = shape;
  if ((shape.length !== 2 && shape.length !== 3) || shape.some((length) => length < 1))
    throw new DataError(
      `${where}: got shape [${shape}], expected [cases, steps, channels], or [cases, steps] of one channel. Reshape it with numpy.reshape.`,
    );
  const given = y && labelsOf(y, N, where);
  const builder = createPieceBuilder({ idPrefix, labelled: y !== undefined });
  const noData = createNoDataTally(where);
  const labels = createLabelCheck(y?.where ?? where, "its labels");
  for (let n = 0; n < N; n++) {
    const columns = Array.from({ length: C }, (_, c) => {
      const placeIn = (t: number) => (shape.length === 3 ? `step ${t + 1}, channel ${c + 1}` : `column ${t + 1}`);
      const values = valuesOf(
        x,
        (t) => `row ${n + 1}, ${placeIn(t)}`,
        T,
        (t) => (n * T + t) * C + c,
      );
      noData.clear(values, n + 1, placeIn);
      return values;
    });
    labels.see(given?.[n]);
    builder.add(trimPadding(columns), given?.[n]);
  }
  const notes = [...labels.notes(), ...noData.notes()];
  if (!y) notes.unshift(`${where}: no array of labels (y) belongs to it; the sequences are unlabelled.`);
  if (C > T)
    notes.push(
      `${where}: got ${N} cases of ${T} steps and ${C} channels, more channels than steps. If its axes are [cases, channels, steps], save numpy.transpose(X, (0, 2, 1)).`,
    );
  return builder.finish(notes);
}

function valuesOf(
  { where, cell }: NumpyArray,
  placeOf: (t: number) => string,
  length: number,
  at: (t: number) => number,
): Float64Array {
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const value = Number(cell(at(t)));
    if (!Number.isNaN(value) && !Number.isFinite(Math.fround(value)))
      throw new DataError(
        `${where}, ${placeOf(t)}: got ${value}, expected a number within the range of 32-bit floats, or NaN for a missing one. Correct it where the file was written.`,
      );
    values[t] = value;
  }
  return values;
}

function labelsOf(y: NumpyArray, N: number, x: string): (string | undefined)[] {
  const [length, width = 1] = y.shape;
  if (y.shape.length < 1 || y.shape.length > 2 || width !== 1 || length !== N)
    throw new DataError(
      `${y.where}: got labels of shape [${y.shape}] for the ${N} cases of ${x}, expected [${N}]: one label per case. ${width > 1 && length === N ? "Of a column per class save numpy.argmax(y, axis=1)." : "Save both arrays of the same cases."}`,
    );
  return Array.from({ length }, (_, n) => {
    const cell = y.cell(n);
    return cell === "" || Number.isNaN(cell) ? undefined : String(cell);
  });
}

function expectNumbers({ where, type }: NumpyArray): void {
  if (/^.[US]/.test(type))
    throw new DataError(
      `${where}: got texts (type ${type}), expected numbers. Only labels may be texts: an array called y beside X.`,
    );
}
