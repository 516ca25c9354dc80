import { columnFromArray, float64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { dump } from "npyjs";
import type { LayoutName } from "../../src/read/source/format.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { zipOf } from "./zip.js";

/** Undefined: missing. A text where a number is due: what no reader may take for one. */
export type Cell = number | string | undefined;
export interface Series {
  label: number | undefined;
  values: readonly Cell[];
}

/** Three series of one channel, or of two that take turns, so that `values` of both are the same row of numbers. */
export const STEPS = 16;
export const series = (n: number): Series => ({
  label: [7, 3, 7][n],
  values: Array.from({ length: STEPS }, (_, t) => (n === 1 && t === 5 ? undefined : 100 * n + t + 0.5)),
});
export const GOOD = [0, 1, 2].map(series);
export const BAD = "oops";

/** What a format or a layout makes of the series. */
export interface Sample {
  file: string;
  content: string | Uint8Array;
  options?: DataOptions;
  /** Row and column where value t of series n stands, as a message names them. */
  place(n: number, t: number): string;
}

/** How each format writes: series where it says itself what is a sequence, else the cells of a table. */
export const WRITERS: Record<string, { fixed(all: readonly Series[]): Sample } | { table: TableWriter }> = {
  ts: {
    fixed: (all) => ({
      file: "a.ts",
      content: text([
        "@problemName a",
        "@timeStamps false",
        "@univariate true",
        "@classLabel true 3 7",
        "@data",
        ...all.map(({ label, values }) => `${joined(values, ",", "?")}:${label ?? "?"}`),
      ]),
      place: (n, t) => `row ${6 + n}, channel 1, value ${t + 1}`,
    }),
  },
  arff: {
    fixed: (all) => ({
      file: "a.arff",
      content: text([
        "@relation a",
        ...Array.from({ length: STEPS }, (_, t) => `@attribute t${t} numeric`),
        "@attribute target {3,7}",
        "@data",
        ...all.map(({ label, values }) => `${joined(values, ",", "?")},${label ?? "?"}`),
      ]),
      place: (n, t) => `row ${STEPS + 4 + n}, channel 1, value ${t + 1}`,
    }),
  },
  tsv: {
    fixed: (all) => ({
      file: "a.tsv",
      content: text(all.map(({ label, values }) => joined([label, ...values], "\t", "NaN"))),
      place: (n, t) => `row ${1 + n}, column ${t + 2}`,
    }),
  },
  npy: {
    fixed: (all) => {
      const cells = all.flatMap(({ label, values }) => [label ?? Number.NaN, ...values]);
      const numbers = cells.map((cell) => (typeof cell === "string" ? Infinity : (cell ?? Number.NaN)));
      return {
        file: "a.npy",
        content: new Uint8Array(dump(Float32Array.from(numbers), [all.length, STEPS + 1])),
        place: (n, t) => `row ${1 + n}, column ${t + 2}`,
      };
    },
  },
  npz: {
    fixed: (all) => {
      const numbers = (cells: readonly (Cell | undefined)[], shape: number[]) =>
        new Uint8Array(
          dump(
            Float32Array.from(cells, (cell) => (typeof cell === "string" ? Infinity : (cell ?? Number.NaN))),
            shape,
          ),
        );
      return {
        file: "a.npz",
        content: zipOf({
          "X.npy": numbers(
            all.flatMap(({ values }) => values),
            [all.length, STEPS],
          ),
          "y.npy": numbers(
            all.map(({ label }) => label),
            [all.length],
          ),
        }),
        place: (n, t) => `row ${1 + n}, column ${t + 1}`,
      };
    },
  },
  csv: {
    table: (names, rows) => ({
      file: "a.csv",
      content: text([names.join(","), ...rows.map((row) => joined(row, ",", ""))]),
      firstRow: 2,
    }),
  },
  jsonl: {
    table: (names, rows) => ({
      file: "a.jsonl",
      content: text(
        rows.map((row, r) => {
          const cells = names.map((name, c) => [name, r % 2 ? row[c] : (row[c] ?? null)] as const);
          return JSON.stringify(Object.fromEntries(r % 2 ? cells.reverse() : cells)); // null or no key, in any order
        }),
      ),
      firstRow: 1,
    }),
  },
  arrow: {
    table: (names, rows) => {
      const columns = names.map((name, c) => {
        const cells = rows.map((row) => row[c]);
        const texts = cells.some((cell) => typeof cell === "string");
        const data = cells.map((cell) => (cell === undefined ? null : texts ? String(cell) : cell));
        return [name, columnFromArray(data, texts ? utf8() : float64(), { maxBatchRows: 7 })] as const;
      });
      const content = tableToIPC(tableFromColumns(Object.fromEntries(columns)), { format: "file" })!;
      return { file: "a.arrow", content, firstRow: 1 };
    },
  },
  parquet: {
    table: (names, rows) => {
      const columnData = names.map((name, c) => {
        const cells = rows.map((row) => row[c]);
        const texts = cells.some((cell) => typeof cell === "string");
        const data = cells.map((cell) => (cell === undefined ? null : texts ? String(cell) : cell));
        return { name, data, type: texts ? ("STRING" as const) : ("DOUBLE" as const), nullable: true };
      });
      return {
        file: "a.parquet",
        content: new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 7 })),
        firstRow: 1,
      };
    },
  },
  "pen-digits": {
    fixed: (all) => ({
      file: "pendigits.tra",
      content: text(["0,1", ...all.map(({ label, values }) => joined([...values, label], ",", "?"))]),
      place: (n, t) => `row ${2 + n}, column ${t + 1}`,
    }),
  },
};

export type TableWriter = (
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
) => { file: string; content: string | Uint8Array; firstRow: number };

/** How each layout lays out the series; what has rows of events has rows of measurements, too. */
export const LAID_OUT: Record<LayoutName | "narrow", (write: TableWriter, all: readonly Series[]) => Sample> = {
  wide: (write, all) => {
    const names = ["class", ...Array.from({ length: STEPS }, (_, t) => `t${t}`)];
    const { firstRow, ...sample } = write(
      names,
      all.map(({ label, values }) => [label, ...values]),
    );
    return { ...sample, place: (n, t) => `row ${firstRow + n}, column "t${t}"` };
  },
  long: (write, all) => {
    const rows = all.flatMap(({ label, values }, n) => values.map((value, t) => [`e${n + 1}`, t, value, label]));
    const { firstRow, ...sample } = write(["who", "when", "x", "class"], rows);
    return {
      ...sample,
      options: { entity: "who", time: "when", label: "class" },
      place: (n, t) => `row ${firstRow + STEPS * n + t}, column "x"`,
    };
  },
  narrow: (write, all) => {
    const rows = all.flatMap(({ label, values }, n) => values.map((value, t) => [`e${n + 1}`, t, "x", value, label]));
    const { firstRow, ...sample } = write(["who", "when", "what", "value", "class"], rows);
    return {
      ...sample,
      options: { entity: "who", time: "when", variable: "what", label: "class" },
      place: (n, t) => `row ${firstRow + STEPS * n + t}, variable "x"`,
    };
  },
};

export const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
export const joined = (cells: readonly Cell[], separator: string, missing: string) =>
  cells.map((cell) => cell ?? missing).join(separator);
