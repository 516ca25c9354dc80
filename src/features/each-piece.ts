import { selectKept } from "../read/layouts/columns/carried.js";
import { countOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { piecesOf, type Sequences } from "../sequences/set/windowed-set.js";
import type { RowLabels } from "../table/row-labels.js";

/** Windows are cut and appended some at a time, with what is known of them. */
export async function eachPiece(
  set: Sequences,
  { labels, kept }: Omit<RowLabels, "ids">,
  append: (piece: SequenceSet, labels: Omit<RowLabels, "ids">) => Promise<void>,
): Promise<void> {
  let from = 0;
  for (const piece of piecesOf(set)) {
    const rows = Array.from({ length: countOf(piece) }, (_, k) => from + k);
    await append(piece, { labels: labels && rows.map((n) => labels[n]), kept: kept && selectKept(kept, rows) });
    from += rows.length;
  }
}
