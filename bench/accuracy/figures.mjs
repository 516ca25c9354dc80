// @ts-check
// Figures of data sets: means over seeds, then over sets.

/** @typedef {import("./lines.mjs").Line} Line */
/** @typedef {ReturnType<typeof figuresOf>} Figures */

const RAW = ["raw", "raw logistic", "raw knn", "raw forest", "raw svm"];

/** @param {Line[]} lines @param {"accuracy" | "averagePrecision"} measure */
export function figuresOf(lines, measure = "accuracy") {
  const sets = [...new Set(lines.map(({ set }) => set))].sort();
  const rows = [...new Set(lines.flatMap((line) => Object.keys(line[measure] ?? {})))];
  const table = new Map(
    sets.map((set) => {
      const own = lines.filter((line) => line.set === set);
      const figures = rows.map((row) => {
        const found = own.flatMap((line) => line[measure]?.[row] ?? []);
        return /** @type {const} */ ([row, found.length > 0 ? mean(found) : undefined]);
      });
      return [set, new Map(figures)];
    }),
  );
  /** Mean over seeds. @param {string} set @param {string} row */
  const of = (set, row) => table.get(set)?.get(row);
  /** @param {string} row */
  const meanOf = (row) => mean(sets.flatMap((set) => of(set, row) ?? []));
  /** @param {string} set */
  const sizeOf = (set) => lines.find((line) => line.set === set && line.train)?.train ?? 0;
  const complete = rows.filter((row) => sets.every((set) => of(set, row) !== undefined));
  return {
    sets,
    rows,
    of,
    meanOf,
    sizeOf,
    /** The sets with most training series, largest first. @param {number} count */
    largest: (count) => [...sets].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, count),
    /**
     * The raw row with the best mean, chosen after the fact: in doubt the baseline wins.
     * @param {"" | " copies"} [kind] of the rows fitted on the series as they are, or on noisy copies
     */
    bestRaw: (kind = "") =>
      RAW.map((row) => row + kind)
        .filter((row) => rows.includes(row))
        .reduce((a, b) => (meanOf(b) > meanOf(a) ? b : a), `raw${kind}`),
    /** The best raw row of each set, chosen after the fact for each. @param {string} set */
    bestRawOf: (set) => Math.max(...RAW.flatMap((row) => of(set, row) ?? [])),
    /** The rows that every set has. */
    complete,
    /** Mean rank among some of the rows that every set has; equal figures share. @param {string} row @param {string[]} among */
    rankOf(row, among = complete) {
      if (!complete.includes(row)) return undefined;
      return mean(
        sets.map((set) => {
          const own = Number(of(set, row));
          const others = among.map((other) => Number(of(set, other)));
          return others.filter((x) => x > own).length + (others.filter((x) => x === own).length + 1) / 2;
        }),
      );
    },
    /** Seconds for features of a row: its first word names them, with " copies" if the row has it. @param {string} row */
    secondsOf(row) {
      const name = row.split(" ")[0] + (row.endsWith(" copies") ? " copies" : "");
      const times = lines.flatMap(({ seconds }) => seconds?.[name] ?? []);
      return row.startsWith("average") || times.length === 0 ? undefined : mean(times);
    },
  };
}

/** @param {number[]} values */
export function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
