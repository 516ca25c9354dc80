import { gzipSync } from "node:zlib";
import { columnFromArray, float64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { parquetWriteBuffer } from "hyparquet-writer";
import { dump } from "npyjs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.js";
import { FORMATS } from "../../src/read/formats/formats.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { LayoutName } from "../../src/read/source/format.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { concatSequences } from "../../src/sequences/set/concat.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import { fileOf, folderOf } from "./temporary.js";
import { zipOf } from "./zip.js";

/** Undefined: missing. A text where a number is due: what no reader may take for one. */
type Cell = number | string | undefined;
interface Series {
  label: number | undefined;
  values: readonly Cell[];
}

/** Three series of one channel, or of two that take turns, so that `values` of both are the same row of numbers. */
const STEPS = 16;
const series = (n: number): Series => ({
  label: [7, 3, 7][n],
  values: Array.from({ length: STEPS }, (_, t) => (n === 1 && t === 5 ? undefined : 100 * n + t + 0.5)),
});
const GOOD = [0, 1, 2].map(series);
const BAD = "oops";

/** What a format or a layout makes of the series. */
interface Sample {
  file: string;
  content: string | Uint8Array;
  options?: DataOptions;
  /** Row and column where value t of series n stands, as a message names them. */
  place(n: number, t: number): string;
}

/** How each format writes: series where it says itself what is a sequence, else the cells of a table. */
const WRITERS: Record<string, { fixed(all: readonly Series[]): Sample } | { table: TableWriter }> = {
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

type TableWriter = (
  names: readonly string[],
  rows: readonly (readonly Cell[])[],
) => { file: string; content: string | Uint8Array; firstRow: number };

/** How each layout lays out the series; what has rows of events has rows of measurements, too. */
const LAID_OUT: Record<LayoutName | "narrow", (write: TableWriter, all: readonly Series[]) => Sample> = {
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

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const joined = (cells: readonly Cell[], separator: string, missing: string) =>
  cells.map((cell) => cell ?? missing).join(separator);

const readers = FORMATS.flatMap(({ name, layouts }) => {
  const writer = WRITERS[name];
  if (!writer) return [];
  if ("fixed" in writer) return [{ reader: name, sample: writer.fixed }];
  const all = [
    ...(layouts as readonly LayoutName[]),
    ...(layouts.includes("long" as never) ? ["narrow" as const] : []),
  ];
  return all.map((layout) => ({
    reader: `${name}, ${layout}`,
    sample: (all: readonly Series[]) => LAID_OUT[layout](writer.table, all),
  }));
});

test("every format has a sample", () => {
  expect(Object.keys(WRITERS).sort()).toEqual(FORMATS.map(({ name }) => name).sort());
  for (const { name, layouts } of FORMATS)
    expect([name, "fixed" in WRITERS[name]]).toEqual([name, layouts === "fixed"]);
});

const read = ({ file, content, options }: Sample) => readSource(fileOf(file, content), options);

async function failure(sample: Sample): Promise<Error> {
  const error = await read(sample).then(
    () => new Error("expected a failure"),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).not.toMatch(/\n|\bat .*:\d+:\d+/); // one paragraph, no stack
  expect(error.message).toContain(sample.file);
  return error;
}

/** What of a set every reader must give alike. */
const contentOf = (set: SequenceSet) => ({
  values: Array.from(set.values, (value, k) => (isObserved(set, k) ? value : undefined)),
  steps: Array.from(set.offsets, (offset) => offset * set.channels.length),
  labels: set.labels && Array.from(set.labels, (label) => set.classNames?.[label]),
});
const EXPECTED = {
  values: GOOD.flatMap(({ values }) => values),
  steps: [0, STEPS, 2 * STEPS, 3 * STEPS],
  labels: ["7", "3", "7"],
};

describe.each(readers)("$reader", ({ sample }) => {
  const good = sample(GOOD);

  test("a file is read whole", async () => {
    const { train, test: none } = await read(good);
    checkSequenceSet(train, "sample");
    expect(contentOf(train)).toEqual(EXPECTED);
    expect(train.classNames).toEqual(["3", "7"]);
    expect(none).toBeUndefined();
    expect(new Set(train.ids).size).toBe(3);
  });

  test("gzip gives the same", async () => {
    const { train, files } = await read({
      ...good,
      file: `${good.file}.gz`,
      content: gzipSync(good.content),
    });
    const plain = await read(good);
    expect(train).toEqual(plain.train);
    expect(files[0].sha256).not.toBe(plain.files[0].sha256); // of the bytes on disk
  });

  const format = FORMATS.find(({ extensions }) => extensions.some((end) => good.file.endsWith(end)))!;
  const sizes = format.layouts === "fixed" ? [] : [1, 20, 1e9]; // steps of a piece
  test.each(sizes)("pieces of %f steps are the whole", async (mostSteps) => {
    const path = fileOf(good.file, good.content);
    const { train } = await readSource(path, good.options);
    const { labels, classNames, ...whole } = train;
    const pieces: SequenceSet[] = [];
    const texts: (string | undefined)[] = [];
    const { channels } = train;
    await readInPieces(path, good.options ?? {}, { mostSteps, channels }, async ({ set, labelTexts }) => {
      pieces.push(set);
      texts.push(...labelTexts!);
    });
    expect(pieces).toHaveLength(mostSteps === 1 ? 3 : mostSteps === 20 ? (good.options ? 2 : 3) : 1);
    const together = pieces.reduce((a, b) => concatSequences(a, b));
    expect(contentOf(together)).toEqual(contentOf(whole));
    expect(together.ids).toEqual(whole.ids);
    expect(texts).toEqual(EXPECTED.labels);
  });

  const written = typeof good.content === "string" ? [good.content] : []; // a binary format has no lines
  test.each(written)("line ends of Windows, a byte order mark, no last line end", async (content) => {
    for (const changed of [content.replaceAll("\n", "\r\n"), `\uFEFF${content}`, content.slice(0, -1)])
      expect((await read({ ...good, content: changed })).train).toEqual((await read(good)).train);
  });

  test("an empty file, one without sequences, no file", async () => {
    expect((await failure({ ...good, content: "" })).message).toMatch(/the file is empty/);
    const packed = { ...good, file: `${good.file}.gz`, content: gzipSync("") };
    expect((await failure(packed)).message).toMatch(/the file is empty/);
    await failure(sample([]));
    await expect(readSource(`/nowhere/${good.file}`, good.options)).rejects.toThrow(/no such file/);
  });

  test("a file that was cut off", async () => {
    const { content } = good;
    if (typeof content === "string") {
      const lines = content.slice(0, -1).split("\n");
      const cut = content.slice(0, content.lastIndexOf("\n", content.length - 2) + 3); // 2 characters of the last row
      expect((await failure({ ...good, content: cut })).message).toMatch(`row ${lines.length}`);
    } else await failure({ ...good, content: content.slice(0, -9) });
    const packed = gzipSync(content).subarray(0, -12);
    const error = await failure({ ...good, file: `${good.file}.gz`, content: packed });
    expect(error.message).toMatch(/gzip.*truncated/);
  });

  test("a cell that is no number is named by row and column", async () => {
    for (const [n, t] of [
      [0, 0],
      [1, STEPS - 1],
      [2, 3],
    ]) {
      const all = GOOD.map((each, m) => (m === n ? { ...each, values: each.values.with(t, BAD) } : each)) as Series[];
      const bad = sample(all);
      const { message } = await failure(bad);
      expect(message).toContain(`, ${bad.place(n, t)}: got `);
      expect(message).toContain("expected a number");
    }
  });

  test("a missing label is no class", async () => {
    const { train } = await read(sample([{ ...GOOD[0], label: undefined }, GOOD[1], GOOD[2]]));
    expect(train.classNames).toEqual(["3", "7"]);
    expect(contentOf(train)).toEqual({ ...EXPECTED, labels: [undefined, "3", "7"] });
  });
});

describe.each(FORMATS.filter(({ layouts }) => layouts !== "fixed"))("tables of $name", ({ name }) => {
  const { table: write } = WRITERS[name] as { table: TableWriter };
  const long = LAID_OUT.long(write, GOOD).options!;
  const eventsOf = (n: number): Cell[][] => GOOD[n].values.map((value, t) => [`e${n + 1}`, t, value, GOOD[n].label]);

  /** What pieces of some 20 steps make together. */
  async function inPieces(input: string, options: DataOptions, more: { sortIn?: string } = {}) {
    const { train } = await readSource(input, options);
    const pieces: SequenceSet[] = [];
    const texts: (string | undefined)[] = [];
    await readInPieces(input, options, { mostSteps: 20, channels: train.channels, ...more }, async (piece) => {
      pieces.push(piece.set);
      texts.push(...(piece.labelTexts ?? []));
    });
    expect(pieces.length).toBeGreaterThan(1);
    const { labels, classNames, ...whole } = train;
    const together = pieces.reduce((a, b) => concatSequences(a, b));
    expect([contentOf(together), together.ids]).toEqual([contentOf(whole), whole.ids]);
    expect(texts).toEqual(Array.from(labels!, (label) => classNames![label]));
    return train;
  }

  test("one file per sequence, whole and in pieces", async () => {
    const files = GOOD.map((_, n) => {
      const { file, content } = write(
        ["x", "class"],
        eventsOf(n).map((row) => row.slice(2)),
      );
      return [`${n}-${file}`, content] as const;
    });
    const train = await inPieces(folderOf("runs", Object.fromEntries(files)), { label: "class" });
    expect(contentOf(train)).toEqual(EXPECTED);
  });

  test("events in any order, whole and, sorted in a file, in pieces", async () => {
    const shuffled = [0, 1, 2].flatMap(eventsOf).map((_, k, all) => all[(k * 11) % all.length]);
    const { file, content } = write(["who", "when", "x", "class"], shuffled);
    const train = await inPieces(fileOf(file, content), long, { sortIn: folderOf("sorted", {}) });
    const order = train.ids.map((id) => Number(id.slice(1)) - 1);
    expect(contentOf(train).values).toEqual(order.flatMap((n) => GOOD[n].values));
  });

  test("windows of events, whole and in pieces", async () => {
    const { file, content } = write(["who", "when", "x", "class"], [0, 1, 2].flatMap(eventsOf));
    const train = await inPieces(fileOf(file, content), { ...long, window: 2, timeChannels: false });
    expect(train.ids).toHaveLength(3 * STEPS);
  });

  test("a text per row, whole and in pieces", async () => {
    const words = ["one two", "two three two", "one"];
    const { file, content } = write(
      ["class", "text"],
      words.map((each, n) => [GOOD[n].label, each]),
    );
    const options = { text: "text", tokens: "words", label: "class" } as const;
    const { train } = await readSource(fileOf(file, content), options);
    expect(train.channels[0].vocabulary).toEqual(["one", "two", "three"]);
    expect([Array.from(train.values), contentOf(train).labels]).toEqual([
      [0, 1, 1, 2, 1, 0],
      ["7", "3", "7"],
    ]);
    const pieces: number[] = [];
    const size = { mostSteps: 1, channels: train.channels };
    await readInPieces(fileOf(file, content), options, size, async ({ set }) => void pieces.push(...set.values));
    expect(pieces).toEqual(Array.from(train.values));
  });
});
