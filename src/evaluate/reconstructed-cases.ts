import type { Engine } from "../engine/engine.js";
import { reconstructSeries } from "../features/reconstruct.js";
import type { Model } from "../model/model.js";
import { randomStream, STREAMS } from "../random.js";
import { sampleSequences } from "../sequences/set/sample-sequences.js";
import { isObserved, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { cutSequences, type Sequences } from "../sequences/set/windowed-set.js";
import type { ReconstructedCase, Reconstructions } from "./comparison/comparison.js";

/** Test cases looked at, and their steps together: a second or two of work. */
const MOST = { sequences: 500, steps: 50_000 };
/** Kept of the worst and of the best, and of each: channels with most error, first steps. */
const KEPT = 3;
const MOST_CHANNELS = 3;
const MOST_STEPS = 1000;

/**
 * The test cases that the decoder rebuilt worst and best, by the mean squared error over what was observed of the
 * data's own numeric channels: differences and categories are left out. Worst and best share no case.
 * @param test of one resample
 * @param labels [N] of it, to be shown
 * @returns undefined without a numeric channel, or without a case in which anything was observed
 */
export function reconstructedCases(
  engine: Engine,
  model: Model,
  test: Sequences,
  { features, labels, seed }: { features: string; labels: Int32Array; seed: number },
): Reconstructions | undefined {
  const shown = sampleSequences(test, randomStream(seed, STREAMS.shownReconstructions), MOST);
  const { given, made } = reconstructSeries(engine, model, cutSequences(test, shown));
  const own = model.metadata.preparation.channels.flatMap(({ kind }, c) => (kind === "numeric" ? [c] : []));
  const C = given.channels.length;
  const cases = Array.from(shown, (n, k) => {
    const errors = own.map((c) => squaredError(given, made, k, c));
    const count = errors.reduce((total, error) => total + error.count, 0);
    const sum = errors.reduce((total, error) => total + error.sum, 0);
    return { n, k, errors, count, error: sum / count };
  })
    .filter(({ count, error }) => count > 0 && Number.isFinite(error))
    .sort((a, b) => b.error - a.error);
  if (cases.length === 0) return undefined;
  const half = Math.min(KEPT, cases.length >> 1 || 1);
  const keep = ({ n, k, errors, error }: (typeof cases)[number]): ReconstructedCase => ({
    id: test.ids[n],
    label: labels[n],
    error: round(error),
    steps: lengthOf(given, k),
    channels: own
      .map((c, at) => ({ c, ...errors[at] }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.sum / b.count - a.sum / a.count)
      .slice(0, MOST_CHANNELS)
      .map(({ c }) => {
        const first = given.offsets[k];
        const steps = Math.min(lengthOf(given, k), MOST_STEPS);
        const places = Array.from({ length: steps }, (_, t) => (first + t) * C + c);
        return {
          name: given.channels[c].name,
          given: places.map((at) => (isObserved(given, at) ? round(given.values[at]) : null)),
          made: places.map((at) => round(made[at])),
        };
      }),
  });
  return {
    features,
    cases: cases.length,
    channels: own.length,
    worst: cases.slice(0, half).map(keep),
    best: cases.length > 1 ? cases.slice(-half).reverse().map(keep) : [],
  };
}

/** Of one channel of a case, over its observed values. */
function squaredError(given: SequenceSet, made: Float32Array, n: number, c: number) {
  const C = given.channels.length;
  let sum = 0;
  let count = 0;
  for (let at = given.offsets[n] * C + c; at < given.offsets[n + 1] * C; at += C)
    if (isObserved(given, at)) {
      sum += (given.values[at] - made[at]) ** 2;
      count++;
    }
  return { sum, count };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
