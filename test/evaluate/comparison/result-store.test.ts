import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadEngine } from "../../../src/engine/load.js";
import { DataError, OptionError } from "../../../src/errors.js";
import { compare } from "../../../src/evaluate/compare.js";
import type { CompareOptions } from "../../../src/evaluate/comparison/compare-options.js";
import type { Comparison } from "../../../src/evaluate/comparison/comparison.js";
import { type ResultStore, resultFile } from "../../../src/evaluate/comparison/result-store.js";
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
  folds: 2,
  fit: { units: 4, train: { updates: 15 } },
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
    for (const stop of [1, 6, 11, 17]) {
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
    const first = '{"kind":"comparison","format":1,"data":"of others","settings":"x"}';
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
});
