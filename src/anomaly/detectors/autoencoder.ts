import { z } from "zod";
import type { Engine } from "../../engine/engine.js";
import { type StepErrors, stepErrors } from "../../features/step-errors.js";
import type { Model } from "../../model/model.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { piecesOf, type Sequences } from "../../sequences/set/windowed-set.js";
import { trainModel } from "../../train/fit.js";
import type { Detector } from "./detector.js";
import { addErrors, type ErrorSums, type StepNumbers, stepNumbers, summaryOf, usualErrors } from "./step-numbers.js";

/** An error below this share of the usual one is as good as none. */
const LITTLE = 1e-3;
/** A column that hardly varies in training would count for more than all others. */
const LEAST_SPREAD = 0.05;

const scaleSchema = z.strictObject({ mean: z.number(), spread: z.number().positive() });
type Scale = z.infer<typeof scaleSchema>;

const autoencoderState = z.strictObject({
  /** [width], the mean error of each channel over the cases that the network was trained on: rebuilt, then predicted. */
  usual: z.array(z.number().positive()).min(1),
  /** Whether a case is its last step with those before it. */
  events: z.boolean(),
  /** Of the columns of a case, and of a step, over the same cases. */
  columns: z.array(scaleSchema).min(1),
  steps: z.array(scaleSchema).min(1).max(2),
});
export type AutoencoderState = z.infer<typeof autoencoderState>;

/**
 * Reconstruction error and surprise (the error of predicting a step from those before it) as one number. Each channel
 * counts in its usual error. Both are taken as their mean over the steps of a case, and as the mean over the largest
 * tenth of them; of windows of events as that of the last step instead. The logarithms of these numbers are standardised
 * on the cases that the network was trained on, and averaged.
 */
export const autoencoder: Detector<AutoencoderState> = {
  phrase: "the autoencoder",
  network: true,
  state: autoencoderState,
  async fit(train, { engine, fit, hooks }) {
    const model = await trainModel(engine, train, fit, hooks);
    return { state: await calibrate(engine, model, train, fit.threads), model };
  },
  open({ state, model }, engine) {
    return {
      async scores(set, threads) {
        const all = new Float64Array(countOf(set));
        let done = 0;
        for await (const { numbers, offsets } of numbersOf(engine, model!, set, state.usual, threads)) {
          const scores = averageZ(caseColumns(numbers, offsets, state.events), state.columns);
          all.set(scores.map(asUsual), done);
          done += offsets.length - 1;
        }
        return all;
      },
      async steps(set, threads) {
        const found = await stepErrors(engine, model!, set, threads);
        const { offsets, times } = found.prepared;
        const scores = averageZ(stepColumns(stepNumbers(found, state.usual)), state.steps);
        return { offsets, ...(times && { times }), scores };
      },
    };
  },
};

/** What is usual among the cases that the network was trained on. */
async function calibrate(
  engine: Engine,
  model: Model,
  train: Sequences,
  threads: number | undefined,
): Promise<AutoencoderState> {
  const events = train.windows ?? false;
  let sums: ErrorSums | undefined;
  for (const piece of piecesOf(train)) sums = addErrors(sums, await stepErrors(engine, model, piece, threads));
  const usual = usualErrors(sums!);
  const cases: Float64Array[][] = [];
  const steps: Float64Array[][] = [];
  for await (const { numbers, offsets } of numbersOf(engine, model, train, usual, threads)) {
    cases.push(caseColumns(numbers, offsets, events));
    steps.push(stepColumns(numbers));
  }
  const scalesOf = (pieces: Float64Array[][]) => pieces[0].map((_, c) => scaleOf(pieces.map((columns) => columns[c])));
  return { usual, events, columns: scalesOf(cases), steps: scalesOf(steps) };
}

async function* numbersOf(
  engine: Engine,
  model: Model,
  set: Sequences,
  usual: readonly number[],
  threads: number | undefined,
): AsyncGenerator<{ numbers: StepNumbers; offsets: Int32Array }> {
  for (const piece of piecesOf(set)) {
    const found: StepErrors = await stepErrors(engine, model, piece, threads);
    yield { numbers: stepNumbers(found, usual), offsets: found.prepared.offsets };
  }
}

/** A case of which nothing was observed is like the mean of all. */
const asUsual = (score: number) => (Number.isNaN(score) ? 0 : score);

const logOf = (number: number) => Math.log(LITTLE + number);

/** Columns [N] of a case. */
function caseColumns({ rebuilt, predicted }: StepNumbers, offsets: Int32Array, events: boolean): Float64Array[] {
  const N = offsets.length - 1;
  return [rebuilt, ...(predicted ? [predicted] : [])].flatMap((numbers) => {
    const mean = new Float64Array(N);
    const one = new Float64Array(N);
    for (let n = 0; n < N; n++) {
      const summary = summaryOf(numbers, offsets[n], offsets[n + 1]);
      mean[n] = logOf(summary.mean);
      one[n] = logOf(events ? summary.last : summary.top);
    }
    return [mean, one];
  });
}

function stepColumns({ rebuilt, predicted }: StepNumbers): Float64Array[] {
  return [rebuilt, ...(predicted ? [predicted] : [])].map((numbers) => numbers.map(logOf));
}

/** The mean over the columns of what each is above its mean in training, in its deviations; NaN where none has a number. */
function averageZ(columns: readonly Float64Array[], scales: readonly Scale[]): Float64Array {
  return columns[0].map((_, n) => {
    let [sum, seen] = [0, 0];
    for (const [c, { mean, spread }] of scales.entries()) {
      const value = columns[c][n];
      if (Number.isNaN(value)) continue;
      sum += (value - mean) / spread;
      seen++;
    }
    return seen > 0 ? sum / seen : Number.NaN;
  });
}

/** Of the numbers that are there. */
function scaleOf(pieces: readonly Float64Array[]): Scale {
  let [count, sum] = [0, 0];
  for (const piece of pieces)
    for (const value of piece)
      if (!Number.isNaN(value)) {
        count++;
        sum += value;
      }
  const mean = count > 0 ? sum / count : 0;
  let squares = 0;
  for (const piece of pieces) for (const value of piece) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { mean, spread: Math.max(LEAST_SPREAD, count > 0 ? Math.sqrt(squares / count) : 1) };
}
