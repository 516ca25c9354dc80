import type { ReadOut } from "../../features/read-outs/read-outs.js";
import { countOf, type SequenceSet, selectSequences } from "../../sequences/set/sequence-set.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { type Answer, encodedAnswer, npyAnswer, type ServedFile } from "./answers.js";
import type { Prepared } from "./groups.js";
import { allRows, type CaseLimits, expectWithin, sliceEnds } from "./limits.js";
import { joinSets, kindOfSet, wantedSet } from "./merge.js";
import { type Asked, NPY_TYPE } from "./requests.js";
import type { Served } from "./served.js";

/** What is asked, and the type of the answer. */
type Wish = Asked & { accept: string };

/** @throws {DataError} for more than the server takes, {OptionError} for a read-out that the model does not have */
export function prepareEncode(
  served: Served,
  wish: Wish,
  limits: CaseLimits,
): Omit<Prepared<never, SequenceSet>, "request"> {
  const { cases, readOut } = wish;
  const columns = served.columns!(readOut);
  expectWithin(cases.set, cases.rows, columns, limits);
  const set = wantedSet(cases, served.channels);
  return { value: set, key: `${readOut} ${kindOfSet(set)}`, size: countOf(set) * columns };
}

/** The features of several requests of one kind. */
export async function encodeRequests(
  served: Served,
  file: ServedFile & CaseLimits,
  group: readonly Prepared<Wish, SequenceSet>[],
): Promise<Answer[]> {
  const [{ request }] = group;
  const { readOut } = request;
  const joined = joinSets(group.map(({ value }) => value));
  const { values, names } = await encodeInSlices(served, joined, readOut, file.maxSteps);
  let from = 0;
  return group.map(({ value: { ids }, request: { accept, cases } }) => {
    const own = values.subarray(from, from + ids.length * names.length);
    from += own.length;
    if (accept === NPY_TYPE) return npyAnswer(own, ids.length);
    return encodedAnswer({ ...file, ids, notes: cases.notes }, readOut, { values: own, names, rows: ids.length });
  });
}

async function encodeInSlices(
  served: Served,
  set: SequenceSet,
  readOut: ReadOut,
  mostSteps: number,
): Promise<FeatureTable> {
  const rows = allRows(set);
  const ends = sliceEnds(set, rows, mostSteps);
  if (ends.length === 1) return served.encode!(set, readOut);
  const values = new Float32Array(rows.length * served.columns!(readOut));
  let names: readonly string[] = [];
  let [from, at] = [0, 0];
  for (const end of ends) {
    const table = await served.encode!(selectSequences(set, rows.subarray(from, end)), readOut);
    values.set(table.values, at);
    at += table.values.length;
    ({ names } = table);
    from = end;
  }
  return { values, names, rows: rows.length };
}
