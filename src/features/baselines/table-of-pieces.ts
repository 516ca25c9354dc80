import { countOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { isWindowed, piecesOf, type Sequences } from "../../sequences/set/windowed-set.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** The features of every sequence, where those of a sequence do not depend on others; windows are cut piece by piece. */
export function tableOfPieces(set: Sequences, of: (piece: SequenceSet) => FeatureTable): FeatureTable {
  if (!isWindowed(set)) return of(set);
  const rows = countOf(set);
  let names: readonly string[] = [];
  let values = new Float32Array();
  let at = 0;
  for (const piece of piecesOf(set)) {
    const table = of(piece);
    if (at === 0) values = new Float32Array(rows * table.names.length);
    names = table.names;
    values.set(table.values, at);
    at += table.values.length;
  }
  return { names, rows, values };
}
