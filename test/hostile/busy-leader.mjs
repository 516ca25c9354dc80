// @ts-check
// Leads a crew on its only thread, as a timed run does. The first follower ends as the argument says. Prints how many
// items were done, or what the leader throws. A process of its own: a leader that waits for ever stops its thread.

import { createPool, hireBeside, musterCrew, startThread } from "../../dist/inner-threads.js";

const ITEMS = 8;
const how = process.argv[2];
const entry = new URL("threads-worker.mjs", import.meta.url);
const limits = { maxOldGenerationSizeMb: 64 };
const pool = createPool(() => startThread(entry));
const shared = {
  taken: new Int32Array(new SharedArrayBuffer(4)),
  done: new Int32Array(new SharedArrayBuffer(4 * ITEMS)),
};
const phase = {
  items: () => ITEMS,
  /** @param {number} item */
  work(item) {
    Atomics.wait(shared.taken, 0, 0, 30_000);
    shared.done[item] = 1;
  },
};
const introduce = (/** @type {number} */ thread) => ({
  kind: "crew",
  first: thread === 1,
  how: thread === 1 ? how : "work",
  ...shared,
});
/** @type {import("../../dist/inner-threads.js").HireFollowers} */
const hire = (control, ports) => hireBeside(control, ports, { pool, entry, limits });
const crew = await musterCrew(3, [phase], introduce, hire);
try {
  crew.run(phase);
  console.log(shared.done.reduce((sum, each) => sum + each, 0));
} catch (error) {
  const { name, message } = /** @type {Error} */ (error);
  console.log(`${name}: ${message}`);
} finally {
  crew.dismiss();
}
