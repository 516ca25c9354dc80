// @ts-check
// A worker whose tasks fail in every way: the entry of the pools in threads.test.ts.

import { leadHiring, musterCrew, serve } from "../../dist/inner-threads.js";

const ITEMS = 8;

/** @type {Record<string, () => unknown>} */
const ends = {
  work: () => undefined,
  throw() {
    throw new TypeError("thrown on purpose");
  },
  exit: () => process.exit(5),
  outOfMemory() {
    const kept = [];
    for (;;) kept.push(new Array(1e5).fill(0.5));
  },
  arrayTooLarge: () => new ArrayBuffer(2 ** 42),
  stray: () => new Promise(() => setTimeout(() => ends.throw(), 1)),
};

/** @typedef {{ taken: Int32Array, done: Int32Array }} Shared */

/** The others do nothing until the first follower has an item. @param {Shared} shared */
const slow = ({ taken, done }) => ({
  items: () => ITEMS,
  /** @param {number} item */
  work(item) {
    Atomics.wait(taken, 0, 0, 30_000);
    Atomics.store(taken, 0, 1);
    done[item] = 1;
  },
});

await serve({
  lead: {
    hire: leadHiring,
    /** @param {{ how: string }} message */
    alone: async ({ how }) => (await ends[how]()) ?? "worked",
    /** Leads a crew; the first follower ends as `how` says. */
    /** @param {{ how: string, threads: number, leader?: string }} message @param {import("../../dist/inner-threads.js").Line} line */
    async crew({ how, threads, leader }, line) {
      const shared = {
        taken: new Int32Array(new SharedArrayBuffer(4)),
        done: new Int32Array(new SharedArrayBuffer(4 * ITEMS)),
      };
      const phase = slow(shared);
      const introduce = (/** @type {number} */ thread) => ({
        kind: "crew",
        first: thread === 1,
        how: thread === 1 ? how : "work",
        ...shared,
      });
      const crew = await musterCrew(threads, [phase], introduce, line.muster);
      try {
        crew.run(phase);
        if (leader) ends[leader]();
      } finally {
        crew.dismiss();
      }
      return shared.done.reduce((sum, each) => sum + each, 0);
    },
    async progress(_, line) {
      for (let k = 0; ; k++) {
        line.progress(k);
        await line.pause();
      }
    },
  },
  follow: {
    /** @param {Shared & { how: string, first: boolean }} message */
    crew: async ({ how, first, taken, done }) => [
      {
        items: () => ITEMS,
        work(item) {
          if (!first) Atomics.wait(taken, 0, 0, 30_000);
          Atomics.store(taken, 0, 1);
          Atomics.notify(taken, 0);
          ends[how]();
          done[item] = 1;
        },
      },
    ],
  },
});
