import { expect, test } from "vitest";
import { pool } from "../../src/engine/threads/threads.js";

test("a thread is hired again, and replaced after eight tasks", async () => {
  const hire = () => pool.request().thread;
  const first = await hire();
  pool.giveBack(first);
  for (let task = 2; task <= 8; task++) {
    const again = await hire();
    expect(again).toBe(first);
    pool.giveBack(again);
  }
  const next = await hire();
  expect(next).not.toBe(first);
  pool.giveBack(next);
});
