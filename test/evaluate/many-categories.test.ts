import { describe, expect, test } from "vitest";
import { loadEngine } from "../../src/engine/load.js";
import { compare } from "../../src/evaluate/compare.js";
import { partsWith } from "../../src/evaluate/predict-resample.js";
import { sequencesFrom } from "../../src/sequences/set/sequences-from.js";

const engine = await loadEngine();
const repeat = (prefix: string, words: number, times: number) =>
  Array.from({ length: words * times }, (_, k) => `${prefix}${k % words}`);

describe("a comparison with more categories than a channel may have", () => {
  test("keeps those that are frequent in the training part of a resample; the test part is not counted", () => {
    const words = [...repeat("late", 300, 5), ...repeat("early", 20, 2), ...repeat("rare", 300, 1)];
    const set = sequencesFrom(
      words.map((word) => [word]),
      { channels: ["x"] },
    );
    const rows = Int32Array.from(words, (_, n) => n);
    const { train, test } = partsWith(set, { train: rows.slice(1500), test: rows.slice(0, 1500) });
    const [{ vocabulary = [], rest }] = train.channels;
    expect(test.channels).toEqual(train.channels);
    expect([vocabulary.length, rest]).toEqual([256, 255]);
    expect(vocabulary.filter((word) => word.startsWith("late"))).toEqual([]);
    expect(vocabulary.filter((word) => word.startsWith("early"))).toHaveLength(20);
    expect(new Set(test.values)).toEqual(new Set([255]));
  });

  test("does not count cases without a label, which it leaves out", async () => {
    const words = [...repeat("a", 10, 6), ...repeat("b", 10, 6), ...repeat("unlabelled", 300, 7)];
    const set = sequencesFrom(
      words.map((word) => [word]),
      { channels: ["x"] },
    );
    const labels = Int32Array.from(words, (word) => (word[0] === "u" ? -1 : Number(word[0] === "b")));
    const source = { name: "words", train: { ...set, labels, classNames: ["a", "b"] }, files: [], notes: [] };
    const { rows } = await compare(engine, source, { features: ["raw"], classifiers: ["ridge"] });
    expect(rows[0].metrics.accuracy).toBe(1); // each word tells its class, if it is not one of the rest
  });
});
