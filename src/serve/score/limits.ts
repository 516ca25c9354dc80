import { DataError } from "../../errors.js";
import { caseOf } from "../../sequences/set/check.js";
import { countOf, lengthOf, type SequenceSet } from "../../sequences/set/sequence-set.js";

/** What a request may ask for. */
export interface CaseLimits {
  /** Steps of one sequence. */
  maxSteps: number;
  /** Cases of a request. */
  maxCases: number;
}

/** Numbers of an answer in JSON, which is one text. */
const MOST_NUMBERS = 2_000_000;

/**
 * @param columns numbers per case in the answer
 * @throws {DataError} for more than the server takes
 */
export function expectWithin(
  set: Pick<SequenceSet, "offsets" | "ids">,
  rows: ArrayLike<number>,
  columns: number,
  { maxSteps, maxCases }: CaseLimits,
): void {
  if (rows.length > maxCases)
    throw new DataError(
      `cases: got ${rows.length}, expected at most ${maxCases} per request. Send several requests, or have the server started with a larger \`maxCases\`.`,
    );
  if (rows.length * columns > MOST_NUMBERS)
    throw new DataError(
      `cases: got ${rows.length} with ${columns} numbers each in the answer, expected at most ${Math.floor(MOST_NUMBERS / columns)} per request. Send several requests, or choose a narrower \`readOut\`.`,
    );
  for (let k = 0; k < rows.length; k++)
    if (lengthOf(set, rows[k]) > maxSteps)
      throw new DataError(
        `${caseOf(set, rows[k])}: got ${lengthOf(set, rows[k])} steps, expected at most ${maxSteps}. Cut the sequence, or have the server started with a larger \`maxSteps\`.`,
      );
}

/** Sequences of a pass of the engine, at most. */
const PASS = 48;
/** Cases whose features are in memory at a time. */
const MOST_ROWS = 1000;

/**
 * Cuts rows into slices: a pass of the engine takes memory for its sequences times the steps of the longest, at most
 * `mostSteps` of them, or those of one sequence.
 * @returns where each slice ends
 */
export function sliceEnds(set: Pick<SequenceSet, "offsets">, rows: ArrayLike<number>, mostSteps: number): number[] {
  const ends: number[] = [];
  let [from, longest] = [0, 0];
  for (let k = 0; k < rows.length; k++) {
    const length = lengthOf(set, rows[k]);
    const longer = Math.max(longest, length);
    const count = k + 1 - from;
    if (count > 1 && (count > MOST_ROWS || Math.min(PASS, count) * longer > mostSteps)) {
      ends.push(k);
      [from, longest] = [k, length];
    } else longest = longer;
  }
  return [...ends, rows.length];
}

/** All rows of a set. */
export function allRows(set: Pick<SequenceSet, "offsets">): Int32Array {
  return Int32Array.from({ length: countOf(set) }, (_, n) => n);
}
