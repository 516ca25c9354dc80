import { DataError } from "../../errors.js";
import { caseOf } from "../../sequences/set/check.js";
import { countOf, lengthOf, type SequenceSet, selectSequences } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";

/** Sequences of a pass of the engine, at most. */
const PASS = 48;

/** @throws {DataError} for a sequence of more steps than the server takes */
export function expectSteps(set: Pick<SequenceSet, "offsets" | "ids">, mostSteps: number): void {
  for (let n = 0; n < countOf(set); n++)
    if (lengthOf(set, n) > mostSteps)
      throw new DataError(
        `${caseOf(set, n)}: got ${lengthOf(set, n)} steps, expected at most ${mostSteps}. Cut the sequence, or have the server started with a larger \`maxSteps\`.`,
      );
}

/**
 * The features of a set in as few calls as memory allows: a pass takes memory for its sequences times the steps of the
 * longest, at most `mostSteps` of them, or those of one sequence.
 */
export async function encodeInSlices(
  set: SequenceSet,
  mostSteps: number,
  encode: (set: SequenceSet) => Promise<FeatureTable>,
): Promise<FeatureTable> {
  const ends = sliceEnds(set, mostSteps);
  if (ends.length <= 1) return encode(set);
  const tables: FeatureTable[] = [];
  let from = 0;
  for (const end of ends) {
    const first = from;
    tables.push(
      await encode(
        selectSequences(
          set,
          Int32Array.from({ length: end - first }, (_, k) => first + k),
        ),
      ),
    );
    from = end;
  }
  const [{ names }] = tables;
  const values = new Float32Array(countOf(set) * names.length);
  let at = 0;
  for (const table of tables) {
    values.set(table.values, at);
    at += table.values.length;
  }
  return { names, rows: countOf(set), values };
}

function sliceEnds(set: SequenceSet, mostSteps: number): number[] {
  const ends: number[] = [];
  let [from, longest] = [0, 0];
  for (let n = 0; n < countOf(set); n++) {
    const longer = Math.max(longest, lengthOf(set, n));
    if (n > from && Math.min(PASS, n + 1 - from) * longer > mostSteps) {
      ends.push(n);
      [from, longest] = [n, lengthOf(set, n)];
    } else longest = longer;
  }
  return [...ends, countOf(set)];
}
