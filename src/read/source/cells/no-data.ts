import { NO_DATA } from "../../../sequences/set/check.js";

/** Whether a number is the mark of a raster for no data; false for NaN. */
export function isNoData(value: number): boolean {
  return Math.abs(value) >= NO_DATA;
}

/** Counts marks of a file, which become missing values. */
export interface NoDataTally {
  /** Puts NaN for each mark, in place. @param columnOf the name of the column of values[k], for the note */
  clear(values: Float64Array, row: number, columnOf: (k: number) => string): void;
  /** One mark. @returns NaN */
  count(row: number, column: string): number;
  notes(): string[];
}

export function createNoDataTally(path: string): NoDataTally {
  let marks = 0;
  let first = "";
  const count = (row: number, column: string) => {
    if (marks++ === 0) first = `row ${row}, ${column}`;
    return Number.NaN;
  };
  return {
    count,
    clear(values, row, columnOf) {
      for (let k = 0; k < values.length; k++) if (isNoData(values[k])) values[k] = count(row, columnOf(k));
    },
    notes: () =>
      marks === 0
        ? []
        : [
            `${path}: ${marks === 1 ? "1 value is" : `${marks} values are`} the largest 32-bit float (3.4028235e38), which rasters write where they have no data; ${marks === 1 ? "it counts" : "they count"} as missing (first in ${first}).`,
          ],
  };
}
