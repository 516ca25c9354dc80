import { appendFileSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unpack } from "../../../src/classify/base/packed.js";
import { loadEngine } from "../../../src/engine/load.js";
import { DataError, OptionError } from "../../../src/errors.js";
import { compare } from "../../../src/evaluate/compare.js";
import type { CompareOptions } from "../../../src/evaluate/comparison/compare-options.js";
import type { Comparison } from "../../../src/evaluate/comparison/comparison.js";
import { resultFile } from "../../../src/evaluate/comparison/result-file.js";
import { sealLine } from "../../../src/evaluate/comparison/result-lines.js";
import type { ResultStore } from "../../../src/evaluate/comparison/result-store.js";
import { randomStream } from "../../../src/random.js";
import type { DataSource } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";

const engine = await loadEngine();
const source: DataSource = {
  name: "made up",
  train: randomSeries({ N: 48, F: 1, lengths: () => 6 }),
  files: [],
  notes: [],
};
const options: CompareOptions = {
  features: ["raw", "untrained", "latent", "average(latent, raw)", "latent+raw"],
  readOut: "narrow",
  networkSeeds: 2,
  classifiers: ["ridge", "logistic"],
  folds: 2,
  fit: { units: 4, threads: 0, train: { updates: 5 } },
};
const run = (store?: ResultStore, more: Partial<CompareOptions> = {}) =>
  compare(engine, source, { ...options, store, ...more });
/** All but what depends on the clock. */
const timeless = (comparison: Comparison) =>
  JSON.stringify(comparison, (key, value) => (["seconds", "started"].includes(key) ? undefined : value));
const freshFile = () => join(mkdtempSync(join(tmpdir(), "undertone-results-")), "results.jsonl");

/** Lines in memory; stops the run when so many were written. */
function memoryStore(stopAfter = Number.POSITIVE_INFINITY) {
  const lines: string[] = [];
  let written = 0;
  const store: ResultStore = {
    name: "memory",
    lines: async () => [...lines],
    async append(line) {
      if (written++ >= stopAfter) throw new Error("enough");
      lines.push(line);
    },
  };
  return { lines, store, written: () => written };
}

describe("results that are kept", () => {
  test("interrupted anywhere and run again, a comparison ends in the same", async () => {
    const whole = memoryStore();
    const expected = timeless(await run(whole.store));
    expect(expected).toBe(timeless(await run())); // keeping them changes nothing
    for (const stop of [1, 11, 17]) {
      const broken = memoryStore(stop);
      await expect(run(broken.store)).rejects.toThrow("enough");
      const rest = memoryStore();
      rest.lines.push(...broken.lines);
      expect(timeless(await run(rest.store))).toBe(expected);
      expect(rest.lines.filter((line) => line.includes('"answer"'))).toHaveLength(
        whole.lines.filter((line) => line.includes('"answer"')).length,
      );
    }
  });

  test("what is done is not done again, and more features may be asked for", async () => {
    const { store, lines, written } = memoryStore();
    await run(store, { features: ["raw", "latent"] });
    const before = written();
    const again = await run(store, { features: ["raw", "latent"] });
    expect(written()).toBe(before);
    expect(again.learning).toHaveLength(4); // two folds, two networks
    const more = await run(store, {
      features: ["raw", "latent", "statistics"],
      costs: { miss: 5, alert: 1 },
      classifiers: ["ridge", "logistic"],
    }).catch((error: Error) => error);
    // costs need thresholds, for which other fits are made
    expect((more as Error).message).toMatch(/made with other options/);
    const wider = await run(store, { features: ["raw", "latent", "statistics"] });
    expect(wider.rows).toHaveLength(6);
    expect(lines.slice(before).every((line) => line.includes("statistics"))).toBe(true);
  });

  test("where a classifier is to be chosen and nothing was held out, the fits are made again with it", async () => {
    const { store, lines, written } = memoryStore();
    const answers = () => lines.filter((line) => line.includes('"answer"')).length;
    await run(store, { features: ["raw", "latent"], classifiers: ["ridge"] });
    expect([answers(), lines.some((line) => line.includes('"validation"'))]).toEqual([6, false]);
    const both = { features: ["raw", "latent"], classifiers: ["ridge", "logistic"] } as const;
    const later = timeless(await run(store, both));
    expect(answers()).toBe(18); // ridge once more, and logistic
    const before = written();
    expect(timeless(await run(store, both))).toBe(later);
    expect(written()).toBe(before);
    expect(later).toBe(timeless(await run(memoryStore().store, both)));
  });

  test("of other data, other options, another kind: refused", async () => {
    const { store } = memoryStore();
    await run(store, { features: ["raw"] });
    const other = { ...source, train: { ...source.train, values: source.train.values.map((v) => v + 1) } };
    await expect(compare(engine, other, { ...options, features: ["raw"], store })).rejects.toThrow(
      /memory: cannot continue from this file: its results are of other data/,
    );
    for (const change of [{ folds: 3 }, { readOut: "last" as const }, { fit: { units: 5 } }])
      await expect(run(store, { features: ["raw"], ...change })).rejects.toThrow(/made with other options/);
    // how many threads is no matter
    await run(store, { features: ["raw"], fit: { ...options.fit, threads: 1 } });
    const wrong = memoryStore();
    wrong.lines.push('{"some":"json"}');
    await expect(run(wrong.store)).rejects.toThrow(OptionError);
    wrong.lines[0] = "id,label";
    await expect(run(wrong.store)).rejects.toThrow(DataError);
  });

  test("a file of lines; half a line of a process that died is cut off", async () => {
    const path = freshFile();
    const expected = timeless(await run(resultFile(path), { features: ["raw", "untrained"] }));
    const text = readFileSync(path, "utf8");
    expect(text.split("\n").at(-1)).toBe("");
    writeFileSync(path, text.slice(0, text.lastIndexOf("{") + 40));
    expect(timeless(await run(resultFile(path), { features: ["raw", "untrained"] }))).toBe(expected);
    for (const line of readFileSync(path, "utf8").trim().split("\n")) JSON.parse(line);
    appendFileSync(path, "rubbish\n");
    await expect(run(resultFile(path))).rejects.toThrow(/line \d+: got "rubbish"/);
    await expect(run(resultFile(join(path, "no folder")))).rejects.toThrow(/Choose another file \(`store`\)/);
  });
  test("what is no result, and results of other data, are refused and stay as they are", async () => {
    const path = freshFile();
    const first = await sealLine({ kind: "comparison", format: 4, data: "of others", settings: "x" }, "");
    for (const [content, words] of [
      ["one line without its end", /got "one line without its end"/],
      ["label,t0\na,1\nb,2", /expected a result/],
      ['{"some":"json"}', /holds no results/],
      ['{"kind":"compar', /expected a result/],
      [`${first}\n{"kind":"ans`, /results are of other data/],
      [`${first}\nnotes of mine`, /results are of other data/],
    ] as const) {
      writeFileSync(path, content);
      await expect(run(resultFile(path), { features: ["raw"] })).rejects.toThrow(words);
      expect(readFileSync(path, "utf8")).toBe(content);
    }
  });

  test("a last line is cut off if it is half a result; whole, it is kept; of the user's, the file is refused", async () => {
    const path = freshFile();
    const ask = () => run(resultFile(path), { features: ["raw", "statistics"] });
    const expected = timeless(await run(resultFile(path), { features: ["raw"] }));
    const text = readFileSync(path, "utf8");
    for (const left of ["{", '{"ki', '{"kind":"answer","resample":1']) {
      writeFileSync(path, text + left);
      expect(timeless(await run(resultFile(path), { features: ["raw"] }))).toBe(expected);
      expect(readFileSync(path, "utf8")).toBe(text + left); // nothing was added, so nothing was touched
      await ask();
      expect(readFileSync(path, "utf8").slice(0, text.length + 9)).toBe(`${text}{"kind":"`);
      for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) JSON.parse(line);
    }
    writeFileSync(path, text.trimEnd()); // as an editor may leave it
    await ask();
    expect(readFileSync(path, "utf8").startsWith(`${text}{"kind":"`)).toBe(true);
    writeFileSync(path, `${text}notes of mine`);
    await expect(ask()).rejects.toThrow(/got "notes of mine"/);
    expect(readFileSync(path, "utf8")).toBe(`${text}notes of mine`);
  });

  test("a line that was damaged, edited or taken from elsewhere is refused with its number", async () => {
    const ask = (store: ResultStore) => run(store, { features: ["raw", "latent"] });
    const whole = memoryStore();
    const expected = timeless(await ask(whole.store));
    const told = async (change: (line: string) => string | Promise<string>, at: number) => {
      const { store, lines } = memoryStore();
      lines.push(...whole.lines);
      lines[at] = await change(lines[at]);
      return ask(store).then(timeless, (error: Error) => `${error.name}: ${error.message}`);
    };
    const flip = (line: string, at: number, bit: number) => {
      const bytes = Buffer.from(line);
      bytes[at] ^= 1 << bit;
      return bytes.toString("latin1");
    };
    const random = randomStream(21);
    for (let k = 0; k < 25; k++) {
      const line = random.integer(whole.lines.length);
      const outcome = await told((text) => flip(text, random.integer(text.length), random.integer(8)), line);
      expect(outcome).toMatch(
        line > 0
          ? new RegExp(`^DataError: memory, line ${line + 1}: .*Remove the line`)
          : /^(Data|Option)Error: memory/,
      );
    }
    const of = await (async () => {
      const other = memoryStore();
      await run(other.store, { features: ["raw"], folds: 3 });
      return other.lines[2];
    })();
    expect(await told(() => of, 2)).toMatch(/^DataError: memory, line 3: .*comes from another file/);
    const { lines, store } = memoryStore();
    lines.push(...whole.lines, whole.lines[0]); // two runs began it
    expect(timeless(await ask(store))).toBe(expected);
  });

  test("a line whose checksum agrees is refused all the same if it is no result of this comparison", async () => {
    const ask = (store: ResultStore) => run(store, { features: ["raw", "latent"] });
    const whole = memoryStore();
    await ask(whole.store);
    const first = JSON.parse(whole.lines[0]).sha256;
    type Line = Record<string, Record<string, unknown>>;
    const packed = (numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer).toString("base64");
    const changed = (change: (values: Float64Array) => Float64Array | number[]) => (line: Line) => {
      const values = unpack("float64", line.answer.probabilities as string);
      return { ...line, answer: { ...line.answer, probabilities: packed([...change(values)]) } };
    };
    const edits: [kind: string, edit: (line: Line) => unknown, words: RegExp][] = [
      ["answer", ({ answer, ...rest }) => rest, /answer: /],
      ["answer", (line) => ({ ...line, answer: null }), /answer: /],
      [
        "answer",
        ({ answer, ...line }) => ({ ...line, answer: { ...answer, probabilities: 7 } }),
        /answer.probabilities/,
      ],
      ["answer", ({ answer, ...line }) => ({ ...line, answer: { ...answer, probabilities: "!" } }), /not base64/],
      ["answer", ({ answer, ...line }) => ({ ...line, answer: { ...answer, more: 1 } }), /"more"/],
      ["answer", changed((values) => values.slice(2)), /46 numbers in place of 48/],
      ["answer", changed((values) => values.fill(Number.NaN)), /not finite/],
      [
        "answer",
        (line) => ({ ...line, answer: { ...line.answer, validation: packed([0.5]) } }),
        /1 numbers in place of 15/,
      ],
      ["answer", (line) => ({ ...line, resample: 3 }), /resample 3 of 2/],
      ["built", (line) => ({ ...line, built: "x" }), /built: /],
      ["built", (line) => ({ ...line, built: { ...line.built, learning: {} } }), /built\.learning/],
      ["built", (line) => ({ ...line, kind: "else" }), /kind: /],
    ];
    for (const [kind, edit, words] of edits) {
      const { store, lines } = memoryStore();
      lines.push(...whole.lines);
      const at = lines.findIndex((line) => line.startsWith(`{"kind":"${kind}"`));
      const { sha256: _, ...line } = JSON.parse(lines[at]);
      lines[at] = await sealLine(edit(line) as object, first);
      const error = await ask(store).catch((error: Error) => error);
      expect([edit.toString(), error]).toEqual([edit.toString(), expect.any(DataError)]);
      expect((error as Error).message).toMatch(new RegExp(`^memory, line ${at + 1}: `));
      expect((error as Error).message).toMatch(words);
    }
  });

  test("results of earlier versions are refused in words", async () => {
    const { store, lines } = memoryStore();
    await run(store, { features: ["raw"] });
    const { sha256: _, ...head } = JSON.parse(lines[0]);
    lines[0] = JSON.stringify({ ...head, format: 1 });
    await expect(run(store, { features: ["raw"] })).rejects.toThrow(/its format is 1, without checksums, expected 4/);
    lines[0] = JSON.stringify({ ...head, format: 2 });
    await expect(run(store, { features: ["raw"] })).rejects.toThrow(/its format is 2, whose thresholds .*, expected 4/);
    lines[0] = JSON.stringify({ ...head, format: 3 });
    await expect(run(store, { features: ["raw"] })).rejects.toThrow(/its format is 3, whose logistic .*, expected 4/);
    lines[0] = JSON.stringify(head);
    await expect(run(store, { features: ["raw"] })).rejects.toThrow(/line 1: its checksum does not agree/);
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk, and what is no file, in words", async () => {
    const path = freshFile();
    symlinkSync("/dev/full", path);
    const full: ResultStore = { ...resultFile(path), lines: async () => [] };
    await expect(run(full, { features: ["raw"] })).rejects.toThrow(
      /Cannot keep results in .*: the disk is full. .*stays/,
    );
    await expect(run(resultFile("/dev/zero"), { features: ["raw"] })).rejects.toThrow(
      /it is a device, expected a file/,
    );
  });
});
