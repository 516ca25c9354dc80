import { expect, test } from "vitest";
import { hireThread, returnThread } from "../../src/engine/threads/threads.js";

test("a thread is hired again, and replaced after eight tasks", async () => {
  const first = await hireThread();
  returnThread(first);
  for (let task = 2; task <= 8; task++) {
    const again = await hireThread();
    expect(again).toBe(first);
    returnThread(again);
  }
  const next = await hireThread();
  expect(next).not.toBe(first);
  returnThread(next);
});
