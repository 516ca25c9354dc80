import { expect, test } from "vitest";
import { compare } from "../../../src/evaluate/compare.js";
import { randomStream } from "../../../src/random.js";
import type { DataSource, SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { engine, labelledSet, sourceOf } from "../../evaluate/compare-cases.js";
import { makeSet } from "../../sequences/set/make-set.js";

const [COMMON, RARE, TIMES] = [260, 100, 5];
/** One rare word tells the class, among common ones that tell nothing: a network takes all rare ones for the rest. */
function rareWords(): SequenceSet {
  const random = randomStream(9);
  const cases = Array.from({ length: RARE * TIMES }, (_, n) => {
    const words = Array.from({ length: 4 }, () => [random.integer(COMMON)]);
    words.splice(random.integer(5), 0, [COMMON + (n % RARE)]);
    return words;
  });
  const labels = Int32Array.from(cases, (_, n) => (n % RARE) % 2);
  const vocabulary = Array.from({ length: COMMON + RARE }, (_, code) => `w${code}`);
  const all = makeSet(cases, { labels, classNames: ["no", "yes"] });
  return { ...all, channels: [{ name: "token", kind: "categorical", vocabulary }] };
}

const options = { features: ["statistics", "ngrams"], classifiers: ["logistic", "ridge"], folds: 3 } as const;
const accuracies = ({ rows }: Awaited<ReturnType<typeof compare>>) =>
  Object.fromEntries(rows.map(({ features, classifier, metrics }) => [`${features} ${classifier}`, metrics.accuracy]));

test("n-grams see every token, also those that networks take for the rest", async () => {
  const source: DataSource = sourceOf(rareWords());
  const result = await compare(engine, source, options);
  const reached = accuracies(result);
  expect(reached["ngrams logistic"]).toBeGreaterThan(0.75);
  expect(reached["statistics logistic"]).toBeLessThan(0.7);
  const columns = Object.fromEntries(
    result.rows.filter(({ features }) => features === "ngrams").map((row) => [row.classifier, row.columns]),
  );
  expect(columns.logistic).toBeGreaterThan(2000);
  expect(columns.ridge).toBe(1024);
  const notes = result.rows.flatMap((row) => row.notes);
  expect(notes).toContain("Logistic regression read the sparse columns of all n-grams.");
  expect(notes).toContainEqual(expect.stringMatching(/^Logistic regression chose C = 10* on folds/)); // of 1 to 1000
  expect(notes).toContainEqual(expect.stringMatching(/^ridge reads dense columns: the 1024 n-grams/));
});

test("they are compared by default where the only channel is a category, and refused elsewhere", async () => {
  const tokens = makeSet(
    Array.from({ length: 20 }, (_, n) => [[n % 4], [n % 2]]),
    {
      ...{ F: 1, categorical: 1, labels: Int32Array.from({ length: 20 }, (_, n) => n % 2), classNames: ["a", "b"] },
    },
  );
  const fit = { units: 3, train: { updates: 2 } };
  const { rows } = await compare(engine, sourceOf(tokens), { fit, classifiers: ["logistic"], folds: 2 });
  expect(rows.map(({ features }) => features).sort()).toEqual(
    ["average(latent, ngrams)", "average(untrained, ngrams)", "latent", "ngrams", "statistics", "untrained"].sort(),
  );
  const numbers = labelledSet(
    Array.from({ length: 20 }, (_, n) => [[n], [n % 3]]),
    (n) => n % 2,
  );
  await expect(compare(engine, sourceOf(numbers), { features: ["ngrams"] })).rejects.toThrow(/"ngrams" needs tokens/);
});
