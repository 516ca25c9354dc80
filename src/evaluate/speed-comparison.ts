import type { Engine } from "../engine/engine.js";
import {
  createTrainingStep,
  measureEncode,
  median,
  repeat,
  type SpeedShape,
  type StepSpeed,
  summarise,
  usefulFlops,
  warmUp,
} from "./speed.js";
import type { TfjsPeer } from "./tfjs-peer.js";

export interface EngineSpeed extends StepSpeed {
  engine: string;
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
  const runs = engines.map((engine) => {
    const step = createTrainingStep(engine, shape);
    const steps = Math.min(MOST_STEPS, Math.max(1, Math.round(TURN_MS / warmUp(step))));
    return { engine, step, steps, peak: 0, times: [] as number[], ratios: [] as number[] };
  });
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
  return {
    shape,
    usefulFlops: usefulFlops(shape),
    rounds,
    engines: runs.map(({ engine, steps, peak, times, ratios }): EngineSpeed => {
      const speed = summarise(times, shape);
      return {
        engine: engine.name,
        ...speed,
        peakGflops: peak,
        shareOfPeak: speed.usefulGflops / peak,
        encodeSequencesPerSecond: measureEncode(engine, shape, { repeats: 2 * steps }),
        timesFaster: peer && {
          ofMedians: median(peerTimes) / speed.milliseconds,
          lowestOfRounds: Math.min(...ratios),
          highestOfRounds: Math.max(...ratios),
        },
      };
    }),
    peer: peer && { name: peer.name, milliseconds: median(peerTimes), fastest: Math.min(...peerTimes) },
  };
}
