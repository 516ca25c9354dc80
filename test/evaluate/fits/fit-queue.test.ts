import { expect, test } from "vitest";
import { openFitQueue } from "../../../src/evaluate/fits/fit-queue.js";
import type { BlockedFit } from "../../../src/evaluate/fits/lead-fit.js";
import { randomStream } from "../../../src/random.js";

/** @param broken one value is not finite */
function task(broken = false): BlockedFit {
  const [rows, columns] = [40, 3];
  const random = randomStream(5);
  const values = Float32Array.from({ length: rows * columns }, () => random.normal());
  if (broken) values[7] = Number.NaN;
  const table = { values, rows, names: ["a", "b", "c"] };
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const blocks = { names: ["all"], pairs: [{ train: table, test: table }] };
  const settings = { classWeight: "none", classCount: 2, standardise: true, seed: 1 } as const;
  return { classifier: "ridge", ...settings, labels, balanced: true, blocks };
}

test("other work has a thread at once beside fits, and another one when no fit wants it", async () => {
  const queue = openFitQueue(2);
  const order: string[] = [];
  const fits = [1, 2, 3].map((k) => queue.add(task(), 0).then(() => order.push(`fit ${k}`)));
  await queue.beside(async (whenFree) => {
    order.push("begun");
    expect(queue.running).toBe(2); // a fit and itself
    await whenFree!();
    order.push("helped");
    expect([queue.waiting, queue.running]).toEqual([0, 2]);
    const late = queue.add(task(), 0).then(() => order.push("late"));
    expect(queue.waiting).toBe(1); // both threads work on something else
    fits.push(late);
  });
  await Promise.all(fits);
  await queue.until(() => queue.running === 0);
  expect(order).toEqual(["begun", "fit 1", "fit 2", "fit 3", "helped", "late"]);
});

test("the longest fits begin first when no more will come", async () => {
  const queue = openFitQueue(1);
  const order: number[] = [];
  for (const seconds of [2, 1, 3]) queue.add(task(), seconds).then(() => order.push(seconds));
  await queue.until(() => queue.waiting + queue.running === 0, true);
  expect(order).toEqual([3, 2, 1]);
});

test("a block that several fits read is counted once", async () => {
  const queue = openFitQueue(1);
  const { blocks, ...rest } = task();
  const other = { names: ["one", "other"], pairs: [...blocks.pairs, ...task().blocks.pairs] };
  for (const each of [blocks, blocks, other]) queue.add({ ...rest, blocks: each }, 1);
  expect(queue.bytes()).toBe(2 * 2 * 4 * 40 * 3); // two blocks, each of two parts
  await queue.until(() => queue.waiting + queue.running === 0, true);
  expect(queue.bytes()).toBe(0);
});

test("help that comes too late does not count, and threads are free again", async () => {
  const queue = openFitQueue(2);
  const fit = queue.add(task(), 0);
  let free = false;
  await queue.beside(async (whenFree) => {
    whenFree!().then(() => {
      free = true;
    });
  });
  expect((await fit)?.columns).toBe(3);
  await queue.until(() => queue.running === 0);
  expect(free).toBe(true);
  expect(await queue.beside(async () => "again")).toBe("again");
});

test("a fit that fails ends the work beside it, with its error", async () => {
  const queue = openFitQueue(2);
  queue.add(task(true), 0);
  const work = queue.beside(
    (_, signal) => new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason))),
  );
  await expect(work).rejects.toThrow(/ridge fit, row 2, column "b"|row 2/);
  await queue.settled();
  expect(queue.running).toBe(0);
});
