// @ts-check
// Times contenders in turns, so that a machine whose speed drifts hits all of them alike.
import { median } from "../dist/inner.js";
import { startChild } from "./child.mjs";

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {{ contender: Contender; workload: import("./workloads.mjs").Workload; path: string }} Entry */
/** @typedef {{ milliseconds: number; fastest: number; rounds: number[]; cpu: number }} Times medians; CPU time a run */
/**
 * @typedef {object} Timed
 * @property {string} id @property {Contender["kind"]} kind @property {number} threads @property {string} workload
 * @property {string} name with version and setting
 * @property {string} version name and version alone
 * @property {number} difference the largest, relative to ours, of latents and losses
 * @property {Times} train @property {Times} encode
 * @property {number} peakMB
 */
/**
 * @typedef {object} Running
 * @property {Entry} entry @property {import("./child.mjs").Child} child @property {string} name
 * @property {number} difference @property {number} peakMB
 * @property {{ train: number[][]; encode: number[][] }} times @property {{ train: number[]; encode: number[] }} cpu
 */
/** @typedef {{ rounds: number; trainMs: number; encodeMs: number }} Pace how long a turn is */

const MOST_RUNS = 20;
/** Float32 sums in another order, and Adam's epsilon, which TensorFlow.js adds elsewhere. */
const TOLERANCE = 1e-4;

/** Processes that are kept from one workload to the next, and why others are not there. */
export class Pool {
  /** @type {Map<string, import("./child.mjs").Child | Error>} */
  #children = new Map();

  /** @param {Contender} contender @param {string} [copy] tells two processes of one contender apart */
  async get(contender, copy = "") {
    const key = `${contender.id} ${contender.threads} ${copy}`;
    let child = this.#children.get(key);
    if (!child) {
      child = await startChild(contender.command, contender.args, contender.threads).catch((error) => error);
      this.#children.set(key, /** @type {any} */ (child));
    }
    if (child instanceof Error) throw child;
    return /** @type {import("./child.mjs").Child} */ (child);
  }

  /** @param {Contender} contender @param {string} [copy] */
  end(contender, copy = "") {
    const key = `${contender.id} ${contender.threads} ${copy}`;
    const child = this.#children.get(key);
    if (!child || child instanceof Error) return;
    child.end();
    this.#children.delete(key);
  }

  close() {
    for (const child of this.#children.values()) if (!(child instanceof Error)) child.end();
  }
}

/**
 * Loads every entry, checks that all start from the same losses, lets them take turns.
 * @param {Pool} pool @param {readonly Entry[]} entries ours first: the first of a workload is what losses are held against
 * @param {Pace} pace
 * @param {object} hooks
 * @param {(entry: Entry, error: Error) => void} hooks.onFailure it is left out
 * @param {(text: string) => void} hooks.onProgress
 * @param {(id: string, gflops: number) => void} hooks.onPeak
 * @returns {Promise<Timed[]>}
 */
export async function timeTogether(pool, entries, pace, { onFailure, onProgress, onPeak }) {
  /** @type {Running[]} */
  let running = [];
  const expected = new Map();
  for (const entry of entries) {
    const { contender, workload, path } = entry;
    onProgress(`loading ${contender.label}`);
    try {
      const child = await pool.get(contender, workload.twinOf);
      const { setting, ...check } = await child.ask({ load: path });
      if (!expected.has(workload.name)) expected.set(workload.name, check);
      const difference = compareChecks(check, expected.get(workload.name));
      const name = [contender.kind === "peer" ? child.name : contender.id, contender.suffix, setting];
      const times = { train: /** @type {number[][]} */ ([]), encode: /** @type {number[][]} */ ([]) };
      const cpu = { train: /** @type {number[]} */ ([]), encode: /** @type {number[]} */ ([]) };
      running.push({
        entry,
        child,
        difference,
        name: name.filter(Boolean).join(", "),
        times,
        cpu,
        peakMB: 0,
      });
    } catch (error) {
      onFailure(entry, /** @type {Error} */ (error));
    }
  }
  /** Leaves out whom `work` fails with. @param {Running} each @param {() => Promise<void>} work */
  const attempt = async (each, work) => {
    try {
      await work();
    } catch (error) {
      running = running.filter((other) => other !== each);
      onFailure(each.entry, /** @type {Error} */ (error));
    }
  };
  for (let round = 0; round < pace.rounds; round++) {
    onProgress(`round ${round + 1} of ${pace.rounds}`);
    const asked = new Set();
    for (const { entry, child } of running) {
      const { id, kind } = entry.contender;
      if (kind === "peer" || asked.has(id)) continue;
      asked.add(id);
      onPeak(id, (await child.ask({ peak: true })).gflops);
    }
    for (const what of /** @type {const} */ (["train", "encode"])) {
      const order = running.map((_, k) => running[(k + round) % running.length]); // nobody is always first
      for (const each of order)
        await attempt(each, async () => {
          const turn = { run: what, milliseconds: pace[`${what}Ms`], most: MOST_RUNS };
          const { times, cpu } = await each.child.ask(turn);
          each.times[what].push(times);
          each.cpu[what].push(cpu);
        });
    }
  }
  for (const each of running)
    await attempt(each, async () => {
      each.peakMB = (await each.child.ask({ unload: true })).peakMB;
    });
  // A fresh process is cheap for us, and its memory is that of one workload; the others keep what they compiled.
  for (const { entry } of running)
    if (entry.contender.kind !== "peer") pool.end(entry.contender, entry.workload.twinOf);
  return running.map(({ entry, child, name, difference, times, cpu, peakMB }) => ({
    ...{ id: entry.contender.id, kind: entry.contender.kind, threads: entry.contender.threads },
    ...{ workload: entry.workload.name, name, version: child.name, difference, peakMB },
    train: summary(times.train, cpu.train),
    encode: summary(times.encode, cpu.encode),
  }));
}

/** @param {number[][]} times of each round @param {number[]} cpu @returns {Times} */
function summary(times, cpu) {
  const rounds = times.map(median);
  return { milliseconds: median(rounds), fastest: Math.min(...times.flat()), rounds, cpu: median(cpu) };
}

/** @typedef {{ latent: number; loss?: number; losses?: number[] }} Check see bench/peers/peer.py */

/**
 * @param {Check} theirs @param {Check} ours
 * @returns {number} the largest relative difference
 * @throws if they are not of one model
 */
export function compareChecks(theirs, ours) {
  const [a, b] = [theirs, ours].map(({ latent, loss, losses }) => [latent, ...(losses ?? [loss ?? Number.NaN])]);
  const difference = Math.max(...b.map((value, k) => Math.abs(a[k] - value) / Math.abs(value)));
  if (!(a.length === b.length && difference <= TOLERANCE))
    throw new Error(
      `it does not run the same model: latent and losses are ${a.join(", ")}, ours ${b.join(", ")}, expected equal to ${TOLERANCE}`,
    );
  return difference;
}
