import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.js";
import type { TrainState } from "../../../src/model/training-state.js";
import { type SequenceSet, selectSequences } from "../../../src/sequences/set/sequence-set.js";
import { openBlocks, writeBlocks } from "../../../src/train/blocks/block-file.js";
import { oneBlock } from "../../../src/train/blocks/training-sequences.js";
import { batches, plotCourse } from "../../../src/train/course.js";
import { trainModel } from "../../../src/train/fit.js";
import { resolveTrainOptions } from "../../../src/train/options.js";
import { twoEngines } from "../../engines.js";
import { randomSeries } from "../../series.js";

const folder = mkdtempSync(join(tmpdir(), "undertone-blocks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = {
  ...randomSeries({ N: 70, lengths: (n) => 3 + ((n * 7) % 11) }),
  labels: Int32Array.from({ length: 70 }, (_, n) => (n % 5 === 4 ? -1 : n % 3)),
  classNames: ["a", "b", "c"],
};
/** Blocks of other sizes; of the last some values are missing. */
const sets = [
  [0, 30],
  [30, 35],
  [35, 70],
].map(([from, to]) =>
  selectSequences(
    whole,
    Int32Array.from({ length: to - from }, (_, k) => from + k),
  ),
);
const more = {
  count: 3,
  folder,
  read: async (block: number): Promise<SequenceSet> => {
    const set = sets[block];
    if (block < 2) return set;
    return { ...set, observed: new Uint8Array((set.values.length + 7) >> 3).fill(0b01111111) };
  },
};
const options = { recipe: "denoising", units: 6, validation: 0.1, train: { updates: 60, batchSize: 8, seed: 3 } };

describe.each(twoEngines)("$name", ({ engine }) => {
  test.each(["denoising", "default", "label-aware"])(
    "recipe %s: one block that holds all gives the weights of the set in memory",
    async (recipe) => {
      const train = { updates: 12, batchSize: 30, seed: 3 };
      const [memory, block] = [
        await trainModel(engine, whole, { recipe, units: 6, train, threads: 0 }),
        await trainModel(engine, whole, { recipe, units: 6, train, threads: 2 }, { more: { ...more, count: 1 } }),
      ];
      expect(block.weights).toEqual(memory.weights);
      expect(block.metadata).toEqual(memory.metadata);
    },
  );

  test.each(["denoising", "label-aware"])(
    "recipe %s: the same bits on any number of threads; all sequences are learned from",
    async (recipe) => {
      const fitted = [];
      for (const threads of [0, 1, 3])
        fitted.push(await trainModel(engine, sets[0], { ...options, recipe, threads }, { more }));
      for (const { weights, metadata } of fitted) {
        expect(weights).toEqual(fitted[0].weights);
        const { sequences, validationSequences } = metadata.training;
        expect([sequences + validationSequences, validationSequences > 0]).toEqual([70, true]);
      }
      const alone = await trainModel(engine, sets[0], { ...options, recipe, threads: 0 });
      expect(alone.weights).not.toEqual(fitted[0].weights);
      expect(alone.metadata.preparation).toEqual(fitted[0].metadata.preparation); // fitted on the first block
    },
  );

  test("stopped anywhere, in any block, training goes on to the same weights", async () => {
    const undisturbed = await trainModel(engine, sets[0], { ...options, threads: 0 }, { more });
    for (const at of [3, 5, 9, 40]) {
      let state: TrainState | undefined;
      const onCheckpoint = (now: TrainState) => {
        if (now.update === at) state = structuredClone(now);
      };
      await trainModel(engine, sets[0], { ...options, threads: 0 }, { more, checkpointSeconds: -1, onCheckpoint });
      const resumed = await trainModel(engine, sets[0], { ...options, threads: 0 }, { more, resume: state });
      expect(resumed.weights).toEqual(undisturbed.weights);
    }
  });
});

test("an epoch has every sequence once, blocks in an order of its own, and the next another", () => {
  const sequences = { ...oneBlock(whole), usable: [30, 5, 35] };
  const entered: number[] = [];
  sequences.enter = (block) => {
    entered.push(block);
    return Int32Array.from({ length: sequences.usable[block] }, (_, k) => 100 * block + k);
  };
  const { encoder, decoder } = { encoder: [], decoder: [] };
  const course = plotCourse({ encoder, decoder } as never, sequences, resolveTrainOptions({ batchSize: 8, epochs: 6 }));
  expect(course.total).toBe(6 * (4 + 1 + 5));
  const batchOf = batches(course, 1, sequences);
  const epochs = Array.from({ length: 6 }, (_, e) =>
    Array.from({ length: 10 }, (_, k) => [...batchOf(10 * e + k)]).flat(),
  );
  for (const epoch of epochs) {
    expect(epoch.toSorted((a, b) => a - b)).toEqual(
      [0, 1, 2].flatMap((b) => Array.from({ length: sequences.usable[b] }, (_, k) => 100 * b + k)),
    );
  }
  expect(new Set(epochs.map(String)).size).toBe(6);
  expect(new Set(Array.from({ length: 6 }, (_, e) => String(entered.slice(3 * e, 3 * e + 3)))).size).toBeGreaterThan(2);
});

test("a block that was changed while training lasts is refused", async () => {
  async function* one() {
    yield { path: join(folder, "changed"), set: sets[0] };
  }
  const plan = await writeBlocks(one(), undefined);
  writeFileSync(join(folder, "changed"), new Uint8Array(1000));
  const load = await openBlocks(plan, sets[0]);
  expect(() => load(0)).toThrow(DataError);
});
