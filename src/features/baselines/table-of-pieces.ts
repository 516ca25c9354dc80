import { countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { isWindowed, piecesOf, type Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** The features of every sequence, where those of a sequence do not depend on others; windows are cut piece by piece. */
export function tableOfPieces(set: Sequences, of: (piece: SequenceSet) => FeatureTable): FeatureTable {
  if (!isWindowed(set)) return of(set);
  const whole = openWhole(countOf(set));
  for (const piece of piecesOf(set)) whole.add(of(piece));
  return whole.table();
}

/** The same where they come later. @param of gets a piece, and how many sequences stand before it */
export async function awaitTableOfPieces(
  set: Sequences,
  of: (piece: SequenceSet, before: number) => Promise<FeatureTable>,
): Promise<FeatureTable> {
  if (!isWindowed(set)) return of(set, 0);
  const whole = openWhole(countOf(set));
  for (const piece of piecesOf(set)) whole.add(await of(piece, whole.rows()));
  return whole.table();
}

/** A table that is put together of pieces, which have the same columns. */
function openWhole(rows: number) {
  let names: readonly string[] = [];
  let values = new Float32Array();
  let done = 0;
  return {
    rows: () => done,
    add(piece: FeatureTable) {
      if (done === 0) values = new Float32Array(rows * piece.names.length);
      names = piece.names;
      values.set(piece.values, done * names.length);
      done += piece.rows;
    },
    table: (): FeatureTable => ({ names, rows, values }),
  };
}
