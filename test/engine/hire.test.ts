import { expect, test } from "vitest";
import { pool } from "../../src/engine/threads/threads.js";
import { fitAutoencoder, loadEngine } from "../../src/index.js";
import { randomSeries } from "../series.js";

const hire = () => pool.request().thread;

test("a thread is hired again, and replaced after 64 tasks", async () => {
  const first = await hire();
  pool.giveBack(first);
  for (let task = 2; task <= 64; task++) {
    const again = await hire();
    expect(again).toBe(first);
    pool.giveBack(again);
  }
  const next = await hire();
  expect(next).not.toBe(first);
  pool.giveBack(next);
});

test("a thread tells how much shared memory its tasks had; with 64 MB it is replaced", async () => {
  const units = 60; // so that the arena is larger than the series
  const set = randomSeries({ N: 40 });
  const fit = async () => {
    const train = { updates: 1 };
    await fitAutoencoder(await loadEngine(), set, { recipe: "simple", units, readOuts: false, threads: 2, train });
    const idle = [await hire(), await hire()]; // a follower may have come too late for its task
    for (const thread of idle) pool.giveBack(thread);
    return idle.sort((a, b) => b.held - a.held);
  };
  const [leader, follower] = await fit();
  const { held } = leader;
  const weights = 4 * 4 * units * (2 * units + 4);
  expect(held).toBeGreaterThan(2 * set.values.byteLength + weights);
  await fit();
  expect(leader.held + follower.held).toBeGreaterThan(1.9 * held);
  for (const thread of [await hire(), await hire()]) {
    thread.held = 64 * 2 ** 20;
    pool.giveBack(thread);
  }
  for (const thread of [await hire(), await hire()]) {
    expect([leader, follower]).not.toContain(thread);
    pool.giveBack(thread);
  }
});
