import type { Engine } from "../engine/engine.js";
import { createEncodeRun } from "./encode-run.js";
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
}

export interface ShapeSpeed {
  shape: SpeedShape;
  /** Of one training step. */
  usefulFlops: number;
  rounds: number;
  engines: EngineSpeed[];
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
}

/** How long one engine steps before the next one has its turn. */
const TURN_MS = 200;
const MOST_STEPS = 10;

/**
 * Times one shape on every engine, in turns, so that a machine whose speed drifts affects all of them alike. A round
 * is, for each engine, its peak and a few steps.
 * @param onRound called before each round, from 0
 */
export async function compareSpeed(
  engines: readonly Engine[],
  shape: SpeedShape,
  { rounds, onRound }: { rounds: number; onRound?: (round: number) => void },
): Promise<ShapeSpeed> {
  const runs: EngineTurns[] = [];
  for (const engine of engines) {
    const { step } = await createTrainingRun(engine, plainWorkload(shape));
    const steps = Math.min(MOST_STEPS, Math.max(1, Math.round(TURN_MS / warmUp(step))));
    runs.push({ engine, step, steps, peak: 0, encodes: 0, times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    onRound?.(round);
    for (const run of runs) {
      run.peak = Math.max(run.peak, run.engine.peakGflops());
      run.times.push(...repeat(run.step, run.steps));
    }
  }
  for (const run of runs) run.encodes = await encodesPerSecond(run.engine, shape, 2 * run.steps);
  return {
    shape,
    usefulFlops: usefulFlops(shape),
    rounds,
    engines: runs.map(({ engine, peak, encodes, times }): EngineSpeed => {
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
      };
    }),
  };
}

/** Sequences encoded in a second on one thread, filling batches included; from the median run over 192 or more. */
async function encodesPerSecond(engine: Engine, shape: SpeedShape, runs: number): Promise<number> {
  const { encode, sequences } = await createEncodeRun(engine, plainWorkload(shape));
  warmUp(encode);
  return (sequences / median(repeat(encode, runs))) * 1000;
}
