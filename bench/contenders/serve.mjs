// @ts-check
// The JavaScript side of what bench/peers/peer.py describes: one JSON command a line in, one JSON line out.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * @typedef {object} Loaded
 * @property {() => unknown} train one step; may return a promise
 * @property {() => unknown} encode
 * @property {{ latent: number } & ({ loss: number } | { losses: number[] })} check
 * @property {string} setting
 * @property {() => void} dispose
 */

export const RATE = 1e-3;
export const CHECKED_STEPS = 3;
/** The mean size of latents. @param {ArrayLike<number>} latents */
export function meanSize(latents) {
  return Array.from(latents).reduce((sum, value) => sum + Math.abs(value), 0) / latents.length;
}

const WARM_UP_MS = 200;
/** A run that takes longer needs no untimed one before each turn. */
const SLOW_MS = 100;

/** Milliseconds. @param {() => unknown} work */
async function timeOf(work) {
  const started = performance.now();
  const result = work();
  if (result instanceof Promise) await result;
  return performance.now() - started;
}

/** Lets other threads and timers have their turn meanwhile. @param {() => unknown} work */
async function warmUp(work) {
  const end = performance.now() + WARM_UP_MS;
  let last = await timeOf(work);
  if (last > 1000) return last;
  do {
    last = await timeOf(work);
    await new Promise((resolve) => setImmediate(resolve));
  } while (performance.now() < end);
  return last;
}

/** @param {() => unknown} work @param {number} milliseconds @param {number} most @param {number} last */
async function run(work, milliseconds, most, last) {
  if (last < SLOW_MS) await timeOf(work); // what the others left in the caches
  const times = [];
  const before = process.cpuUsage();
  const end = performance.now() + milliseconds;
  while (times.length < most && (times.length === 0 || performance.now() < end)) times.push(await timeOf(work));
  const { user, system } = process.cpuUsage(before);
  return { times, cpu: (user + system) / 1000 / times.length };
}

function forgetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {} // not Linux: the peak of the whole process then
}

function peakMegabytes() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

/**
 * Answers until the input ends.
 * @param {string} name with version
 * @param {(path: string) => Promise<Loaded>} load
 * @param {() => number} [peak] measures the multiply-add peak of one core, GFLOPS
 */
export async function serve(name, load, peak) {
  /** @param {object} message */
  const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  answer({ name });
  /** @type {Loaded | undefined} */
  let loaded;
  const last = { train: 0, encode: 0 };
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    try {
      if (command.load) {
        forgetPeak();
        loaded = await load(command.load);
        last.train = await warmUp(loaded.train);
        last.encode = await warmUp(loaded.encode);
        answer({ ...loaded.check, setting: loaded.setting });
      } else if (command.run) {
        const what = /** @type {"train" | "encode"} */ (command.run);
        const work = /** @type {Loaded} */ (loaded)[what];
        const result = await run(work, command.milliseconds, command.most, last[what]);
        last[what] = result.times[result.times.length - 1];
        answer(result);
      } else if (command.peak) {
        answer({ gflops: peak?.() });
      } else {
        answer({ peakMB: peakMegabytes() });
        loaded?.dispose();
        loaded = undefined;
      }
    } catch (error) {
      answer({ error: /** @type {Error} */ (error).message });
    }
  }
  process.exit(0); // idle threads do not keep it
}
