import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openBatcher } from "../../src/serve/batcher.js";
import type { BatchAnswer, BatchRequest } from "../../src/serve/score/batch.js";
import { openScorers, type Scorer } from "../../src/serve/scorers.js";

const requestOf = (text: string): BatchRequest => ({
  id: text,
  bytes: new TextEncoder().encode(text),
  type: "application/json",
  accept: "application/json",
  query: {},
});
const textOf = ({ bytes }: BatchAnswer) => new TextDecoder().decode(bytes);
const LIMITS = { mostRequests: 5, mostBytes: 100, wait: 0 };

/** A thread that answers with what it was asked, when it is let. */
function fakeScorer() {
  const batches: { key: string; ids: string[]; answer(): void }[] = [];
  const scorer: Scorer = {
    get busy() {
      return batches.some(({ answer }) => answer !== undefined) && pending > 0;
    },
    ended: false,
    load: async () => ({}) as never,
    drop() {},
    end() {},
    score(key, _, requests) {
      pending++;
      return new Promise((resolve) => {
        const answer = () => {
          pending--;
          resolve(requests.map(({ bytes }) => ({ status: 200, type: key, bytes, cases: 1 })));
        };
        batches.push({ key, ids: requests.map(({ id }) => id), answer });
      });
    },
  };
  let pending = 0;
  return { scorer, batches };
}

describe("batches", () => {
  test("what comes while threads are busy is gathered, by model and operation, in its order", async () => {
    const { scorer, batches } = fakeScorer();
    let version = 1;
    const batcher = openBatcher(
      () => [scorer],
      (name) => `${name} ${version}`,
      LIMITS,
    );
    const ask = (name: string, id: string) => batcher.answer(name, "encode", requestOf(id));
    const first = [ask("a", "1"), ask("a", "2")];
    await sleep(5);
    const later = [ask("a", "3"), ask("b", "4"), ask("a", "5"), batcher.answer("a", "predict", requestOf("6"))];
    await sleep(5);
    expect(batches.map(({ ids }) => ids)).toEqual([["1", "2"]]);
    expect(batcher.waiting).toBe(4);
    version = 2;
    for (let k = 0; k < 4; k++) {
      batches[k].answer();
      await sleep(5);
    }
    expect(batches.map(({ key, ids }) => [key, ids])).toEqual([
      ["a 1", ["1", "2"]],
      ["a 2", ["3", "5"]],
      ["b 2", ["4"]],
      ["a 2", ["6"]],
    ]);
    expect((await Promise.all([...first, ...later])).map(textOf)).toEqual(["1", "2", "3", "4", "5", "6"]);
    await batcher.idle();
  });

  test("have at most so many requests and bytes; one request may have more", async () => {
    const { scorer, batches } = fakeScorer();
    const batcher = openBatcher(
      () => [scorer],
      (name) => name,
      LIMITS,
    );
    const texts = ["x".repeat(150), ...Array.from({ length: 7 }, (_, k) => `${k}`), "y".repeat(99), "z".repeat(20)];
    const all = texts.map((text) => batcher.answer("a", "encode", requestOf(text)));
    for (let k = 0; k < 4; k++) {
      await sleep(5);
      batches[k].answer();
    }
    await Promise.all(all);
    expect(batches.map(({ ids }) => ids.map((id) => id[0]).join(""))).toEqual(["x", "01234", "56z", "y"]);
  });

  test("batches of one are no batches", async () => {
    const { scorer, batches } = fakeScorer();
    const batcher = openBatcher(
      () => [scorer],
      (name) => name,
      { ...LIMITS, mostRequests: 1 },
    );
    const all = ["1", "2"].map((text) => batcher.answer("a", "encode", requestOf(text)));
    for (let k = 0; k < 2; k++) {
      await sleep(5);
      batches[k].answer();
    }
    await Promise.all(all);
    expect(batches.map(({ ids }) => ids)).toEqual([["1"], ["2"]]);
  });

  test("a request may be let wait for others", async () => {
    const { scorer, batches } = fakeScorer();
    const batcher = openBatcher(
      () => [scorer],
      (name) => name,
      { ...LIMITS, wait: 60 },
    );
    const all = [batcher.answer("a", "encode", requestOf("1"))];
    await sleep(10);
    all.push(batcher.answer("a", "encode", requestOf("2")));
    expect(batches).toEqual([]);
    await sleep(150);
    expect(batches.map(({ ids }) => ids)).toEqual([["1", "2"]]);
    batches[0].answer();
    await Promise.all(all);
  });
});

describe("threads that end", () => {
  const entry = new URL("dying-thread.mjs", import.meta.url);
  const open = async () => {
    const ends: string[] = [];
    const loaded: Scorer[] = [];
    const hooks = {
      loadInto: async (scorer: Scorer) => void loaded.push(scorer),
      onEnd: (error: Error) => void ends.push(error.message),
      onReady: () => batcher.look(),
    };
    const scorers = await openScorers(1, hooks, entry);
    const batcher = openBatcher(scorers.all, (name) => name, LIMITS);
    return { scorers, batcher, ends, loaded };
  };

  test("another one takes their place, with all models; what they were asked is asked again, the guilty alone", async () => {
    const { scorers, batcher, ends, loaded } = await open();
    const texts = ["1", "2 die", "3"];
    const answers = await Promise.allSettled(texts.map((text) => batcher.answer("a", "encode", requestOf(text))));
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(answers.flatMap((each) => (each.status === "fulfilled" ? [textOf(each.value)] : []))).toEqual(["1", "3"]);
    expect(String((answers[1] as PromiseRejectedResult).reason)).toContain("A thread ended twice");
    expect(textOf(await batcher.answer("a", "encode", requestOf("4")))).toBe("4");
    expect(ends).toHaveLength(2);
    expect(ends[0]).toContain("exit code 3");
    expect(loaded).toHaveLength(2);
    expect(scorers.all()).toHaveLength(1);
    scorers.end();
  });

  test("a file that is no model is refused by its own error", async () => {
    const { scorers } = await open();
    const file = {
      key: "k",
      name: "n",
      version: "v",
      where: "no model",
      bytes: new Uint8Array(),
      maxSteps: 1,
      maxCases: 1,
    };
    await expect(scorers.all()[0].load(file)).rejects.toMatchObject({ name: "ArtefactError", message: "no model" });
    scorers.end();
  });
});
