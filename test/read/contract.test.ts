import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/errors.js";
import { FORMATS } from "../../src/read/formats/formats.js";
import { readInPieces, readSource } from "../../src/read/read.js";
import type { LayoutName } from "../../src/read/source/format.js";
import type { DataOptions } from "../../src/read/source/options.js";
import { checkSequenceSet } from "../../src/sequences/set/check.js";
import { concatSequences } from "../../src/sequences/set/concat.js";
import { isObserved, type SequenceSet } from "../../src/sequences/set/sequence-set.js";
import {
  BAD,
  type Cell,
  GOOD,
  LAID_OUT,
  type Sample,
  type Series,
  STEPS,
  type TableWriter,
  WRITERS,
} from "./samples.js";
import { fileOf, folderOf } from "./temporary.js";

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
