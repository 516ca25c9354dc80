import { DataError } from "../../errors.js";
import { randomStream, STREAMS } from "../../random.js";

/**
 * Holds rows out, the same share of each class to the nearest row; at least one row of each class is kept.
 * @param rows ascending; both parts are too
 * @param target [all rows], class of each
 * @throws {DataError} when there are too few rows for even one to be held out
 */
export function holdOut(
  where: string,
  rows: Int32Array,
  target: Int32Array,
  fraction: number,
  seed: number,
): { kept: Int32Array; held: Int32Array } {
  const random = randomStream(seed, STREAMS.boostingHoldOut);
  const byClass: number[][] = [];
  for (const row of rows) (byClass[target[row]] ??= []).push(row);
  const isHeld = new Uint8Array(target.length);
  byClass.forEach((members) => {
    const count = Math.min(members.length - 1, Math.round(fraction * members.length));
    random.shuffle(members);
    for (let i = 0; i < count; i++) isHeld[members[i]] = 1;
  });
  const held = rows.filter((row) => isHeld[row] === 1);
  if (held.length === 0)
    throw new DataError(
      `${where}: early stopping found no rows to hold out: ${fraction} of ${rows.length} rows is less than one row of every class. ` +
        "Set earlyStopping to false, or hold out a larger share.",
    );
  return { kept: rows.filter((row) => isHeld[row] === 0), held };
}
