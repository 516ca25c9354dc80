import { pack } from "../classify/base/packed.js";
import type { Engine } from "../engine/engine.js";
import { withHooks } from "../hooks.js";
import type { Model } from "../model/model.js";
import { randomStream, STREAMS } from "../random.js";
import { caseTimes, checkSequences, cutAll, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { type AnomalyOptions, resolveAnomalyOptions } from "./anomaly-options.js";
import type { AnomalyState } from "./anomaly-state.js";
import type { DetectorContext } from "./detectors/detector.js";
import { detectors } from "./detectors/detectors.js";
import { type HeldOutPart, planHeldOut } from "./held-out-parts.js";
import { chooseLevel } from "./threshold.js";

/** Steps of a part that p-values of steps stand on: a random sample, so that the state stays small. */
const MOST_STEPS = 2000;
const DAY = 86_400;

/** Options of the predictor, and callbacks. */
export interface FitAnomalyOptions extends AnomalyOptions {
  /** @param done share of all fits, 0 to 1 */
  onProgress?(done: number): void;
  /** Aborting ends the fit with the signal's reason. */
  signal?: AbortSignal;
}

/** An anomaly predictor: `openAnomaly` scores cases with it. */
export interface FittedAnomaly {
  /** One per part of the state; none for a detector without a network. */
  models: Model[];
  state: AnomalyState;
  /** In plain sentences for the user; of the networks, those of the first. */
  notes: string[];
}

/**
 * Learns from cases without labels, labelled ones too without a look at the labels, what is usual. Every score is held
 * against scores of training cases that the network in question did not see: those give p-values, and the threshold its
 * false-alarm rate. The same seed on the same engine gives the same predictor, on any number of threads.
 * @param train as it was read: all of one kind, or with few anomalies among them. These raise the scores that others are
 * held against, so that fewer cases are called
 * @throws {DataError} for a set that is not sound, or of fewer than 2 cases
 * @throws {OptionError} for an option that would have no effect, or a false-alarm rate that no p-value reaches
 */
export async function fitAnomaly(
  engine: Engine,
  train: Sequences,
  options: FitAnomalyOptions = {},
): Promise<FittedAnomaly> {
  return withHooks("fitAnomaly", options, ["onProgress"], ({ onProgress, signal, ...given }) => {
    checkSequences(train, "fitAnomaly");
    return fitParts(engine, unlabelled(train), given, { onProgress, signal });
  });
}

async function fitParts(
  engine: Engine,
  train: Sequences,
  options: AnomalyOptions,
  { onProgress, signal }: Pick<FitAnomalyOptions, "onProgress" | "signal">,
): Promise<FittedAnomaly> {
  const { detector, fit, holdOutBy, folds, heldOut, ...rule } = resolveAnomalyOptions(options, train.windows ?? false);
  const seed = fit.train?.seed ?? 1;
  const plan = planHeldOut(train, { by: holdOutBy, folds, share: heldOut, seed });
  const cases = plan.parts.reduce((sum, { held }) => sum + held.length, 0);
  const days = daysOf(train, plan.parts);
  const { threshold, note } = chooseLevel(rule, { cases, days });
  const models: Model[] = [];
  const parts: AnomalyState["parts"] = [];
  for (const [k, part] of plan.parts.entries()) {
    signal?.throwIfAborted();
    const tell = (share: number) => onProgress?.((k + share) / plan.parts.length);
    const { model, ...fitted } = await fitPart(train, part, {
      ...{ detector, engine, seed: seed + k },
      fit: { ...fit, train: { ...fit.train, seed: seed + k } },
      hooks: { signal, onProgress: ({ update, total }) => tell(update / total) },
    });
    if (model) models.push(model);
    parts.push(fitted);
    tell(1);
  }
  return {
    models,
    state: {
      kind: "anomaly",
      detector,
      heldOut: plan.by,
      units: plan.units,
      ...(days !== undefined && { days }),
      threshold,
      parts,
    },
    notes: [...(note ? [note] : []), ...(models[0]?.metadata.training.warnings ?? [])],
  };
}

/** Fits a detector on the one side, and scores the other with it. */
async function fitPart(
  train: Sequences,
  { fitted, held }: HeldOutPart,
  { detector, seed, ...context }: DetectorContext & { detector: AnomalyState["detector"]; seed: number },
): Promise<AnomalyState["parts"][number] & { model?: Model }> {
  const { engine, fit } = context;
  const entry = detectors[detector];
  const learned = await entry.fit(pickSequences(train, fitted), context);
  const opened = entry.open(learned, engine);
  const others = pickSequences(train, held);
  const cases = (await opened.scores(others, fit.threads)).sort();
  const steps = opened.steps && !train.windows ? (await opened.steps(cutAll(others), fit.threads)).scores : undefined;
  return {
    fitted: learned.state,
    cases: pack("float64", cases),
    ...(steps && { steps: pack("float64", sampleOf(steps, seed)) }),
    ...(learned.model && { model: learned.model }),
  };
}

/** Some of the scores, ascending, of those that are there. */
function sampleOf(scores: Float64Array, seed: number): Float64Array {
  const known = scores.filter((score) => !Number.isNaN(score));
  return randomStream(seed, STREAMS.heldOutSteps).shuffle(known).subarray(0, MOST_STEPS).sort();
}

/** The number of days with a held-out case; undefined without times. */
function daysOf(train: Sequences, parts: readonly HeldOutPart[]): number | undefined {
  const times = caseTimes(train);
  const days = times && parts.flatMap(({ held }) => Array.from(held, (n) => Math.floor(times[n] / DAY)));
  return days && new Set(days.filter(Number.isFinite)).size;
}

/** Labels are not looked at, not even to split. */
function unlabelled(set: Sequences): Sequences {
  return { ...set, labels: undefined, classNames: undefined };
}
