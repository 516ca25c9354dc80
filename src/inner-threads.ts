// What the programs in test/ that start threads use of the built package: every thread loads this. It is not published.
export { hireBeside, leadHiring } from "./engine/threads/hire.js";
export { createPool } from "./engine/threads/pool.js";
export { type Line, serve } from "./engine/threads/serve.js";
export { startThread } from "./engine/threads/thread.js";
export { type HireFollowers, musterCrew } from "./engine/threads/threads.js";
