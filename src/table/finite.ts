import { DataError } from "../errors.js";
import { caseOf } from "../sequences/set/check.js";
import { isObserved, lengthOf } from "../sequences/set/sequence-set.js";
import { heldSteps, type Sequences } from "../sequences/set/windowed-set.js";
import type { FeatureTable } from "./feature-table.js";

/**
 * The table itself, once every feature in it is known to be a number. A feature that is not comes from a value whose
 * square or sum leaves the range of 32-bit floats; the largest of the case is the one to look at.
 * @param set whose cases are the rows; without it rows are named by their number
 * @throws {DataError} that names case and column, and step and channel of that value
 */
export function finiteFeatures(where: string, table: FeatureTable, set?: Sequences): FeatureTable {
  const { values, names } = table;
  for (let k = 0; k < values.length; k++)
    if (!Number.isFinite(values[k])) {
      const row = Math.floor(k / names.length);
      const cause = set && largestOf(set, row);
      throw new DataError(
        `${where}, ${set ? caseOf(set, row) : `row ${row}`}, column "${names[k % names.length]}": the feature is ${values[k]}, expected a finite number. ` +
          (cause ?? "A number behind it, or a sum of them, leaves the range of 32-bit floats; correct or remove it."),
      );
    }
  return table;
}

/** The value of largest size in a case, in a sentence; undefined for a case without one. */
function largestOf(set: Sequences, n: number): string | undefined {
  const F = set.channels.length;
  let at = -1;
  const { held, starts } = heldSteps(set);
  for (let k = starts[n] * F; k < (starts[n] + lengthOf(set, n)) * F; k++)
    if (isObserved(held, k) && (at < 0 || Math.abs(held.values[k]) > Math.abs(held.values[at]))) at = k;
  if (at < 0) return undefined;
  const step = Math.floor(at / F) - starts[n];
  return `The largest value of the case is ${held.values[at]} (step ${step}, channel "${set.channels[at % F].name}"). Squares or sums of it leave the range of 32-bit floats, or the weights of the model do; correct the value, or mark it as missing.`;
}
