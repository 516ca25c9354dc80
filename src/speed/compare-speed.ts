import type { Engine } from "../engine/engine.js";
import { createEncodeRun } from "./encode-run.js";
import type { TfjsPeer } from "./tfjs-peer.js";
import { median, repeat, warmUp } from "./timing.js";
import { createTrainingRun } from "./training-run.js";
import { plainWorkload, type SpeedShape, usefulFlops } from "./workload.js";

export interface EngineSpeed {
  engine: string;
  /** Of a training step: median of the timed ones. */
  milliseconds: number;
  fastest: number;
  /** Useful operations over the median. */
  usefulGflops: number;
  /** Best of the rounds. */
  peakGflops: number;
  /** Useful GFLOPS over the measured peak, 0 to 1. */
  shareOfPeak: number;
  encodeSequencesPerSecond: number;
  /** Milliseconds of the peer over ours. */
  timesFaster?: { ofMedians: number; lowestOfRounds: number; highestOfRounds: number };
}

export interface ShapeSpeed {
  shape: SpeedShape;
  /** Of one training step. */
  usefulFlops: number;
  rounds: number;
  engines: EngineSpeed[];
  peer?: { name: string; milliseconds: number; fastest: number };
}

/** What one engine did so far. */
interface EngineTurns {
  engine: Engine;
  step: () => number;
  /** A turn. */
  steps: number;
  peak: number;
  encodes: number;
  times: number[];
  ratios: number[];
}

/** How long one engine steps before the next one has its turn. */
const TURN_MS = 200;
const MOST_STEPS = 10;

/**
 * Times one shape on every engine and on the peer, in turns, so that a machine whose speed drifts hits all of
 * them alike. A round is: for each engine its peak and a few steps, then one step of the peer.
 * @param peer warmed up, or undefined
 * @param onRound called before each round, from 0
 */
export async function compareSpeed(
  engines: readonly Engine[],
  shape: SpeedShape,
  peer: Extract<TfjsPeer, { installed: true }> | undefined,
  { rounds, onRound }: { rounds: number; onRound?: (round: number) => void },
): Promise<ShapeSpeed> {
  const runs: EngineTurns[] = [];
  for (const engine of engines) {
    const { step } = await createTrainingRun(engine, plainWorkload(shape));
    const steps = Math.min(MOST_STEPS, Math.max(1, Math.round(TURN_MS / warmUp(step))));
    runs.push({ engine, step, steps, peak: 0, encodes: 0, times: [], ratios: [] });
  }
  const peerTimes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    onRound?.(round);
    const medians = runs.map((run) => {
      run.peak = Math.max(run.peak, run.engine.peakGflops());
      const times = repeat(run.step, run.steps);
      run.times.push(...times);
      return median(times);
    });
    if (!peer) continue;
    const peerTime = await peer.step();
    peerTimes.push(peerTime);
    runs.forEach((run, k) => void run.ratios.push(peerTime / medians[k]));
  }
  for (const run of runs) run.encodes = await encodesPerSecond(run.engine, shape, 2 * run.steps);
  return {
    shape,
    usefulFlops: usefulFlops(shape),
    rounds,
    engines: runs.map(({ engine, peak, encodes, times, ratios }): EngineSpeed => {
      const milliseconds = median(times);
      const usefulGflops = usefulFlops(shape) / milliseconds / 1e6;
      return {
        engine: engine.name,
        milliseconds,
        fastest: Math.min(...times),
        usefulGflops,
        peakGflops: peak,
        shareOfPeak: usefulGflops / peak,
        encodeSequencesPerSecond: encodes,
        timesFaster: peer && {
          ofMedians: median(peerTimes) / milliseconds,
          lowestOfRounds: Math.min(...ratios),
          highestOfRounds: Math.max(...ratios),
        },
      };
    }),
    peer: peer && { name: peer.name, milliseconds: median(peerTimes), fastest: Math.min(...peerTimes) },
  };
}

/** Sequences encoded in a second on one thread, filling batches included; from the median run over 192 or more. */
async function encodesPerSecond(engine: Engine, shape: SpeedShape, runs: number): Promise<number> {
  const { encode, sequences } = await createEncodeRun(engine, plainWorkload(shape));
  warmUp(encode);
  return (sequences / median(repeat(encode, runs))) * 1000;
}
