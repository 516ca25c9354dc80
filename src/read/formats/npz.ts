import { DataError } from "../../errors.js";
import type { Format } from "../source/format.js";
import type { Piece } from "../source/piece.js";
import { expectUnpackable, type SourceFile } from "../source/source-file.js";
import { isX, isYOf, seriesWith } from "./npy.js";
import { type NumpyArray, parseNumpy } from "./numpy/numpy-array.js";
import { readZip, type ZipEntry } from "./numpy/zip.js";

export const npz: Format = {
  name: "npz",
  extensions: [".npz"],
  layouts: "fixed",
  async open(file, idPrefix) {
    const entries = await entriesOf(file);
    const xs = Object.keys(entries).filter(isX);
    if (xs.length > 1)
      throw new DataError(
        `${file.path}: got the arrays ${xs.join(", ")}, expected one X, or X_train and X_test in a file that can be read twice. Save each pair in a file of its own.`,
      );
    return pieceOf(file, entries, xs[0], idPrefix);
  },
};

/** The two parts of an archive with the arrays X_train and X_test as formats of their own; undefined: it has one part. */
export async function npzParts(file: SourceFile): Promise<{ train: Format; test: Format } | undefined> {
  const names = Object.keys(await entriesOf(file));
  const [train, test] = ["x_train", "x_test"].map((part) => names.find((name) => name.toLowerCase() === part));
  if (train === undefined || test === undefined) return undefined;
  const only = (x: string): Format => ({
    ...npz,
    layouts: "fixed",
    open: async (again, idPrefix) => pieceOf(again, await entriesOf(again), x, idPrefix),
  });
  return { train: only(train), test: only(test) };
}

type Entries = Readonly<Record<string, ZipEntry>>;

async function entriesOf(file: SourceFile): Promise<Entries> {
  const bytes = await file.whole();
  const entries = readZip(file.path, bytes).filter(({ name }) => name.endsWith(".npy"));
  expectUnpackable(
    file,
    entries.reduce((sum, { size }) => sum + size, 0),
    bytes.length,
  );
  return Object.fromEntries(entries.map((entry) => [entry.name.slice(0, -".npy".length), entry]));
}

function pieceOf(file: SourceFile, entries: Entries, x: string | undefined, idPrefix: string): Piece {
  const names = Object.keys(entries);
  if (x === undefined)
    throw new DataError(
      `${file.path}: got the arrays ${names.join(", ") || "(none)"}, expected X and, if there are labels, y (or X_train, y_train, X_test, y_test). Save it with numpy.savez(file, X=..., y=...).`,
    );
  const arrayOf = (name: string): NumpyArray => parseNumpy(`${file.path}, array ${name}`, entries[name].unpack());
  const y = names.find((name) => isYOf(x, name));
  const piece = seriesWith(arrayOf(x), y === undefined ? undefined : arrayOf(y), idPrefix);
  const others = names.filter(
    (name) => name !== y && !isX(name) && !names.some((other) => isX(other) && isYOf(other, name)),
  );
  if (others.length === 0) return piece;
  const note = `${file.path}: the ${others.length === 1 ? "array" : "arrays"} ${others.join(", ")} ${others.length === 1 ? "is" : "are"} not read; values are called X, labels y.`;
  return { ...piece, notes: [...piece.notes, note] };
}
