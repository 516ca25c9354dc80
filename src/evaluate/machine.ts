import type { Engine } from "../engine/engine.js";
import { countOf, lengthOf } from "../sequences/set/sequence-set.js";
import { cutSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { trainModel } from "../train/fit.js";
import type { FitOptions } from "../train/options.js";

/** Seconds of a round of the loop where the costs of `estimate.ts` were measured. */
const ROUND = 0.00122;
const ROUNDS = 6;

let measured: number | undefined;

/** How many times as long this machine takes as that one, measured once in a process. */
export function slowness(): number {
  measured ??= measureSlowness();
  return measured;
}

/** The middle of a few tries, since other work comes and goes. */
function measureSlowness(): number {
  const N = 1 << 18;
  const codes = new Uint8Array(N).map((_, k) => Math.imul(k, 2654435761) >>> 24);
  const values = new Float64Array(N).fill(0.5);
  const sums = new Float64Array(512);
  // like most of the work: sums into few places
  const loop = (rounds: number) => {
    const started = performance.now();
    for (let round = 0; round < rounds; round++)
      for (let k = 0; k < N; k++) {
        sums[2 * codes[k]] += values[k];
        sums[2 * codes[k] + 1] += 1;
      }
    return (performance.now() - started) / 1000;
  };
  loop(2); // warms up
  const tries = Array.from({ length: 7 }, () => loop(ROUNDS)).sort((a, b) => a - b);
  return tries[3] / (ROUNDS * ROUND);
}

/**
 * Seconds of an update of this network on this engine, with its threads: the mean of the last of a few.
 * @param among cases to take some of
 * @returns also how long the cases are on average
 */
export async function timeUpdates(
  engine: Engine,
  set: Sequences,
  among: Int32Array,
  options: FitOptions,
  { updates, batch }: { updates: number; batch: number },
): Promise<{ seconds: number; length: number }> {
  const sample = cutSequences(set, spread(set, among, 2 * batch));
  const train = { ...options.train, updates, epochs: undefined };
  const marks: { update: number; seconds: number }[] = [];
  await trainModel(
    engine,
    sample,
    { ...options, validation: 0, train },
    {
      onProgress: ({ update, updatesPerSecond }) => void marks.push({ update, seconds: update / updatesPerSecond }),
    },
  );
  const last = marks[marks.length - 1];
  const before = marks.length > 1 ? marks[marks.length - 2] : { update: 0, seconds: 0 }; // threads and kernels warm up
  const seconds = (last.seconds - before.seconds) / (last.update - before.update);
  return { seconds, length: sample.offsets[countOf(sample)] / countOf(sample) };
}

/** Cases with steps, evenly from the first to the last. */
function spread(set: Sequences, among: Int32Array, count: number): Int32Array {
  const usable = among.filter((n) => lengthOf(set, n) > 0);
  const kept = Math.min(count, usable.length);
  return Int32Array.from({ length: kept }, (_, k) => usable[Math.floor((k * usable.length) / kept)]);
}
