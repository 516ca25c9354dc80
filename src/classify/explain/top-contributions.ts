import { OptionError, ShapeError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import type { Explanation } from "./explanation.js";

/** One column's part of a score. */
export interface Contribution {
  name: string;
  /** Its place in the table. */
  column: number;
  /** In the unit of the explanation; above 0 where it raised the score. */
  contribution: number;
}

const where = "topContributions";

/**
 * The columns that moved the score of each row most, by absolute contribution; of equal ones the first.
 *
 * @param k most columns per row, at least 1; a table of fewer columns gives all of them
 * @param options.classes [rows], the class whose score is asked about, such as what `predict` returned. Only for an
 *   explanation of several classes, and needed there
 * @returns [rows][k]
 * @throws {OptionError} when k is not a whole number from 1 up, or classes are absent, not explained, or not asked for
 * @throws {ShapeError} when classes do not have one entry per row
 */
export function topContributions(
  explanation: Explanation,
  k: number,
  options: { classes?: Int32Array } = {},
): Contribution[][] {
  if (!(Number.isInteger(k) && k >= 1))
    throw new OptionError(`${where}: k is ${k}, expected a whole number from 1 up.`);
  expectOptions(where, options, ["classes"]);
  const { names, rows, contributions } = explanation;
  const columns = names.length;
  const stride = explanation.classes.length * columns;
  const placeOf = places(explanation, options.classes);
  return Array.from({ length: rows }, (_, row) => {
    const from = row * stride + placeOf(row) * columns;
    const own = contributions.subarray(from, from + columns);
    return largest(own, k).map((column) => ({ name: names[column], column, contribution: own[column] }));
  });
}

/** Which of the explained classes each row asks about. */
function places({ classes, rows }: Explanation, asked: Int32Array | undefined): (row: number) => number {
  const all = classes.join(", ");
  if (classes.length === 1) {
    if (asked)
      throw new OptionError(
        `${where}, option classes: the explanation is of class ${all} alone, as always with two classes; leave the option out. ` +
          "Contributions to the score of the other class are the same numbers with the opposite sign.",
      );
    return () => 0;
  }
  if (!asked)
    throw new OptionError(
      `${where}: the explanation is of the classes ${all}. Give one per row as the option classes, such as what predict returned.`,
    );
  if (asked.length !== rows)
    throw new ShapeError(`${where}: got ${asked.length} classes for ${rows} rows, expected one for each row.`);
  const found = asked.map((c) => classes.indexOf(c));
  const unknown = found.indexOf(-1);
  if (unknown >= 0)
    throw new OptionError(`${where}: the class of row ${unknown} is ${asked[unknown]}, expected one of ${all}.`);
  return (row) => found[row];
}

/** Places of the k largest magnitudes, largest first; of equal ones the first. */
function largest(values: Float64Array, k: number): number[] {
  const best: number[] = [];
  for (let j = 0; j < values.length; j++) {
    const size = Math.abs(values[j]);
    if (best.length === k && size <= Math.abs(values[best[k - 1]])) continue;
    let at = best.length;
    while (at > 0 && Math.abs(values[best[at - 1]]) < size) at--;
    best.splice(at, 0, j);
    if (best.length > k) best.pop();
  }
  return best;
}
