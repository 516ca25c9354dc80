import { expect, test } from "vitest";
import { pool } from "../../../src/engine/threads/threads.js";
import { EngineError } from "../../../src/errors.js";
import { compare } from "../../../src/evaluate/compare.js";
import type { CompareOptions } from "../../../src/evaluate/comparison/compare-options.js";
import type { ResultStore } from "../../../src/evaluate/comparison/result-store.js";
import { randomStream } from "../../../src/random.js";
import type { DataSource, SequenceSet } from "../../../src/sequences/set/sequence-set.js";
import { randomSeries } from "../../series.js";
import { engine, labelledSet, range, sourceOf, timeless } from "../compare-cases.js";

const random = randomStream(23);
/** One positive in eleven: thresholds are chosen, each classifier is fitted twice. */
const rare = sourceOf(
  labelledSet(
    range(0, 121).map((n) => range(0, 7).map(() => [random.normal() + (n % 11 === 0 ? 0.9 : 0)])),
    (n) => (n % 11 === 0 ? 1 : 0),
  ),
);
const ask: CompareOptions = {
  features: ["raw", "untrained", "latent", "average(latent, raw)", "latent+raw", "select(raw, statistics)"],
  classifiers: ["ridge", "forest", "boosting"],
  readOut: "narrow",
  folds: 2,
  fit: { units: 4, train: { updates: 5 } },
};
const FEW: Partial<CompareOptions> = { features: ["raw", "untrained", "average(untrained, raw)"] };
const run = (source: DataSource, threads: number, more: Partial<CompareOptions> = {}) =>
  compare(engine, source, { ...ask, ...more, fit: { ...ask.fit, threads } });
/** What does not depend on the clock or on the number of threads. */
const answer = async (source: DataSource, threads: number, more?: Partial<CompareOptions>) => {
  const { environment, ...found } = timeless(await run(source, threads, more));
  expect(environment.threads).toBe(threads);
  return found;
};

function memoryStore(lines: string[] = [], onLine?: (count: number) => void) {
  const store: ResultStore = {
    name: "memory",
    lines: async () => [...lines],
    async append(line) {
      lines.push(line);
      onLine?.(lines.length);
    },
  };
  /** What each line is of. */
  const order = () =>
    lines.slice(1).map((line) => {
      const { kind, resample, features, classifier, seed } = JSON.parse(line);
      return [kind, resample, features, classifier, seed].join(" ");
    });
  return { store, lines, order };
}

test("any number of threads: the same comparison to the last bit, and results kept in the same order", async () => {
  const alone = memoryStore();
  const expected = await answer(rare, 0, { store: alone.store });
  expect(expected.rows).toHaveLength(18);
  expect(expected.rows[0].thresholds).toBeDefined();
  const kept = memoryStore();
  expect(await answer(rare, 3, { store: kept.store })).toEqual(expected);
  expect(kept.order()).toEqual(alone.order());
}, 60_000);

test("n-grams as sparse rows go to threads too", async () => {
  const N = 60;
  const cases = range(0, N).map((n) => range(0, 9).map((t) => [(n % 2 ? t * t : t + n) % 5]));
  const numbers = labelledSet(cases, (n) => n % 2);
  const channels: SequenceSet["channels"] = [
    { name: "token", kind: "categorical", vocabulary: ["a", "b", "c", "d", "e"] },
  ];
  const tokens = sourceOf({ ...numbers, channels });
  const of = (threads: number) =>
    answer(tokens, threads, {
      features: ["ngrams", "statistics+ngrams"],
      classifiers: ["logistic", "ridge"],
    });
  expect(await of(3)).toEqual(await of(0));
});

test("stopped anywhere, it ends soon, and goes on to the same", async () => {
  const whole = memoryStore();
  const expected = await answer(rare, 0, { ...FEW, store: whole.store });
  for (const [stop, threads] of [
    [2, 1],
    [4, 2],
  ]) {
    const controller = new AbortController();
    const broken = memoryStore([], (count) => count === stop && controller.abort(new Error("enough")));
    await expect(run(rare, 3, { ...FEW, store: broken.store, hooks: { signal: controller.signal } })).rejects.toThrow(
      "enough",
    );
    const written = broken.lines.length;
    expect(written).toBeLessThan(whole.lines.length); // what threads had already done is kept, the rest is not begun
    const rest = memoryStore(broken.lines);
    expect(await answer(rare, threads, { ...FEW, store: rest.store })).toEqual(expected);
    const answers = rest.order().filter((line) => line.startsWith("answer"));
    expect(new Set(answers).size).toBe(answers.length);
  }
}, 60_000);

test("a hook that throws, and a store that fails, end it with their error, and threads are free again", async () => {
  for (const from of [1, 4]) {
    let calls = 0;
    const onProgress = (text: string) => {
      if (/: (ridge|boosting)$/.test(text) && ++calls === from) throw new RangeError("the display broke");
    };
    await expect(run(rare, 2, { hooks: { onProgress } })).rejects.toThrow(new RangeError("the display broke"));
  }
  const full = memoryStore([], (count) => {
    if (count === 5) throw new Error("no space left");
  });
  await expect(run(rare, 3, { store: full.store })).rejects.toThrow("no space left");
  expect(full.lines).toHaveLength(5);
});

test("a thread that dies is named as the cause", async () => {
  const source = sourceOf(randomSeries({ N: 90, F: 1, lengths: () => 8 }));
  const features = ["raw", "statistics"];
  const dying = await pool.request().thread;
  const { post } = dying;
  dying.post = (message, transfer) => {
    post({ kind: "follow", port: "none" }); // no program survives this
    post(message, transfer);
  };
  dying.tasks = 0; // one that had many would be replaced
  pool.giveBack(dying); // the next to be hired
  const error = await run(source, 2, { features }).catch((error: Error) => error);
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toMatch(
    /^A worker thread ended in the middle of its work: .*close is not a function/,
  );
  expect(await answer(source, 2, { features })).toEqual(await answer(source, 0, { features }));
});

test("progress never falls and ends at all of it, whatever ends first", async () => {
  const shares: number[] = [];
  let told = 0;
  const hooks = {
    onEstimate(seconds: number) {
      told = seconds;
    },
    onProgress: (_: string, share: number) => void shares.push(share),
  };
  await run(rare, 3, { ...FEW, hooks });
  expect(told).toBeGreaterThan(0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  expect(shares.at(-2)).toBeGreaterThan(0.5);
});

test("a fit is told when it has ended, not when its turn comes to be kept", async () => {
  let [shown, more] = [0, 0];
  let enough = () => {};
  const told = new Promise<void>((go) => {
    enough = go;
  });
  const hooks = {
    onProgress(_: string, share: number) {
      if (share > shown && ++more === 7) enough(); // tables are four of them
      shown = share;
    },
  };
  const { store } = memoryStore();
  const slow: ResultStore = {
    ...store,
    async append(line) {
      if (/"answer"/.test(line)) await told;
      return store.append(line);
    },
  };
  await run(rare, 2, { ...FEW, store: slow, hooks });
  expect(more).toBeGreaterThan(7);
}, 20_000);
