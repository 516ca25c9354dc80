import { expect, test } from "vitest";
import { commonNgrams, DENSE, fitNgrams, ngramRows } from "../../../src/features/baselines/ngrams.js";
import { randomStream } from "../../../src/random.js";
import type { SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { makeSet } from "../../sequences/set/make-set.js";

/** Sequences of one channel of tokens; "-" is a missing one. */
function setOf(texts: readonly string[], vocabulary = [...new Set(texts.join("").replaceAll("-", ""))]): SequenceSet {
  const code = (token: string) => (token === "-" ? null : vocabulary.indexOf(token));
  const set = makeSet(
    texts.map((text) => Array.from(text, (token) => [code(token)])),
    { F: 1, categorical: 1 },
  );
  return { ...set, channels: [{ name: "token", kind: "categorical", vocabulary }] };
}

/** Counted with plain texts: the values of each case, descending. */
function plainly(train: readonly string[], texts: readonly string[]): number[][] {
  const countsOf = (text: string) => {
    const counts = new Map<string, number>();
    for (let n = 1; n <= 3; n++)
      for (let k = 0; k + n <= text.length; k++) {
        const gram = text.slice(k, k + n);
        if (!gram.includes("-")) counts.set(gram, (counts.get(gram) ?? 0) + 1);
      }
    return counts;
  };
  const cases = new Map<string, number>();
  for (const text of train) for (const gram of countsOf(text).keys()) cases.set(gram, (cases.get(gram) ?? 0) + 1);
  return texts.map((text) => {
    const values = [...countsOf(text)].flatMap(([gram, count]) =>
      cases.has(gram) ? (1 + Math.log(count)) * (Math.log((1 + train.length) / (1 + cases.get(gram)!)) + 1) : [],
    );
    const length = Math.hypot(...values);
    return values.map((value) => value / length).sort((a, b) => b - a);
  });
}

const TRAIN = ["abab", "abc", "ba-ab", "ccc", ""];
const TEST = ["abcd", "dd", "a-b-c", "cabab"];

test("tf-idf of n-grams of 1 to 3 tokens, as counted with plain texts", () => {
  const fitted = fitNgrams(setOf(TRAIN));
  for (const texts of [TRAIN, TEST]) {
    const { starts, columns, values, width } = ngramRows(setOf(texts, [..."abcd"]), fitted);
    expect(width).toBe(11); // a b c, ab ba bc cc, aba bab abc ccc
    plainly(TRAIN, texts).forEach((expected, n) => {
      const row = [...values.subarray(starts[n], starts[n + 1])].sort((a, b) => b - a);
      expect(row).toHaveLength(expected.length);
      row.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k], 6);
      });
      const places = columns.subarray(starts[n], starts[n + 1]);
      expect([...places]).toEqual([...new Set(places)].sort((a, b) => a - b));
    });
  }
});

test("the order of tokens counts; the order of the vocabulary does not", () => {
  const fitted = fitNgrams(setOf(TRAIN));
  const of = (text: string, vocabulary: string) => ngramRows(setOf([text], [...vocabulary]), fitted);
  expect(of("abc", "abc")).toEqual(of("abc", "cab"));
  expect(of("abc", "abc")).not.toEqual(of("bac", "abc"));
  expect(fitNgrams(setOf(TRAIN, [..."cba"]))).toEqual(fitted);
});

test("the dense table has the n-grams that most training cases have, with the values of the sparse rows", () => {
  const random = randomStream(5);
  const texts = Array.from({ length: 97 }, () =>
    Array.from({ length: 60 }, () => "abcdefghijklmnop"[random.integer(16)]).join(""),
  );
  const set = setOf(texts);
  const fitted = fitNgrams(set);
  const sparse = ngramRows(set, fitted);
  const dense = commonNgrams(sparse, fitted);
  expect(sparse.width).toBeGreaterThan(2 * DENSE);
  expect([dense.names.length, dense.rows]).toEqual([DENSE, 97]);
  const cases = new Int32Array(sparse.width);
  for (const column of sparse.columns) cases[column]++;
  const kept = new Set(fitted.common);
  const fewest = Math.min(...fitted.common.map((column) => cases[column]));
  expect(cases.every((count, column) => kept.has(column) || count <= fewest)).toBe(true);
  const row = [...sparse.values.subarray(sparse.starts[13], sparse.starts[14])].filter((_, k) =>
    kept.has(sparse.columns[sparse.starts[13] + k]),
  );
  expect([...dense.values.subarray(13 * DENSE, 14 * DENSE)].filter((value) => value !== 0)).toEqual(row);
});

test("a training part without a token is refused", () => {
  expect(() => fitNgrams(setOf(["", "--"], ["a"]))).toThrow(/no case of the training part has a token/);
});
