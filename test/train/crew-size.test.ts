import { expect, test } from "vitest";
import { type Followers, hireFollowers } from "../../src/engine/threads/followers.js";
import { pool } from "../../src/engine/threads/threads.js";
import { loadEngine } from "../../src/index.js";
import { findRecipe } from "../../src/network/spec/recipes.js";
import { shareSequences } from "../../src/sequences/set/sequence-set.js";
import { leadTraining } from "../../src/train/background.js";
import { resolveTrainOptions } from "../../src/train/options.js";
import { trainAutoencoder } from "../../src/train/train.js";
import { randomSeries } from "../series.js";

const name = "wasm-simd128";
const engine = await loadEngine(name);
const data = shareSequences(randomSeries({ N: 37, lengths: (n) => 3 + ((n * 7) % 11) }), true);

// Shards of 16 sequences, or of 8 where a loss looks at two views of each.
test.each([
  ["simple", 32, 2],
  ["default", 32, 4],
  ["label-aware", 20, 3],
  ["default", 64, 5], // the batch is no larger than the data
  ["default", 8, 1],
])("recipe %s, a batch of %i: %i of eight threads have work", async (recipe, batchSize, working) => {
  const task = {
    spec: findRecipe(recipe).build({ units: 5 }),
    train: data,
    validation: undefined,
    options: resolveTrainOptions({ updates: 6, batchSize }),
  };
  const message = { kind: "train", engine: name, threads: 8, checkpoints: false, task } as const;
  const crews: { followers: number; crew: Followers }[] = [];
  const { weights } = await leadTraining(message, {
    progress() {},
    ask: async () => {},
    pause: async () => {},
    signal: new AbortController().signal,
    async muster(control, ports) {
      const crew = hireFollowers(pool, control, ports, (error) => expect.unreachable(error.message));
      crews.push({ followers: ports.length, crew });
      await crew.introduced;
    },
  });
  expect(crews.map(({ followers }) => 1 + followers)).toEqual(working > 1 ? [working] : []);
  await crews[0]?.crew.dismiss();
  const alone = await trainAutoencoder(engine, task.spec, data, undefined, task.options);
  expect(weights).toEqual(alone.weights);
});
