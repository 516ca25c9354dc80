import { unpack } from "../classify/base/packed.js";
import type { Engine } from "../engine/engine.js";
import { ArtefactError, OptionError } from "../errors.js";
import type { Model } from "../model/model.js";
import { expectOptions, expectWhole } from "../options.js";
import { checkSequences, cutAll, type Sequences } from "../sequences/set/windowed-set.js";
import { type AnomalyState, anomalyStateSchema } from "./anomaly-state.js";
import type { OpenDetector } from "./detectors/detector.js";
import { detectors } from "./detectors/detectors.js";
import { pValuesOf } from "./p-values.js";
import { chooseLevel, type ThresholdRule } from "./threshold.js";

/** How strange cases are. */
export interface AnomalyScores {
  /** [N], a larger one is stranger: the mean over the fits. */
  scores: Float64Array;
  /** [N], share of held-out training cases that are as strange, the case itself counted. */
  pValues: Float64Array;
}

/** The same of steps; those of case n are from offsets[n] to offsets[n + 1]. NaN and 1 where nothing was observed. */
export interface AnomalySteps extends AnomalyScores {
  offsets: Int32Array;
  /** Seconds. */
  times?: Float64Array;
}

/** An anomaly predictor at hand. What it says of a case depends on that case alone. */
export interface AnomalyPredictor {
  /** p-values up to this one are called; see `levelOf` for another rule. */
  readonly level: number;
  /** The least p-value there can be. */
  readonly leastPValue: number;
  /** @param threads that work, or 0 for the calling one alone; numbers do not depend on it */
  score(set: Sequences, options?: { threads?: number }): Promise<AnomalyScores>;
  /**
   * Of every step, on the grid of the model where it has one.
   * @throws {OptionError} for a detector of whole cases, or windows of events, whose last step is the case
   */
  scoreSteps(set: Sequences, options?: { threads?: number }): Promise<AnomalySteps>;
  /** The level of another rule than the one that was fitted. @throws {OptionError} for a level that no p-value reaches */
  levelOf(rule: ThresholdRule): number;
}

/**
 * Makes an anomaly predictor ready to score.
 * @param fitted of `fitAnomaly`; the state may have been JSON meanwhile
 * @throws {ArtefactError} for a state that is none, or that does not match the models
 */
export function openAnomaly(
  engine: Engine,
  { models, state }: { models: readonly Model[]; state: AnomalyState },
): AnomalyPredictor {
  const { detector, parts, threshold, days } = checkState(state, models.length);
  const opened = openParts(engine, models, { detector, parts });
  const held = heldScores(parts, "cases")!;
  const steps = heldScores(parts, "steps");
  const cases = held.reduce((sum, part) => sum + part.length, 0);
  return {
    level: threshold.level,
    leastPValue: 1 / (1 + cases),
    levelOf: (rule) => chooseLevel(rule, { cases, days }).threshold.level,
    async score(set, options = {}) {
      const threads = threadsOf("anomaly score", options);
      checkSequences(set, "anomaly score");
      const all = await inTurn(opened, ({ scores }) => scores(set, threads));
      return { scores: meanOf(all), pValues: pValuesOf(held, all) };
    },
    async scoreSteps(set, options = {}) {
      const threads = threadsOf("anomaly steps", options);
      checkSequences(set, "anomaly steps");
      if (set.windows)
        throw new OptionError(
          "Anomaly: got windows of events for scores of steps; the last step of a window is the case itself. Score cases.",
        );
      if (!steps)
        throw new OptionError(
          `Anomaly: the detector ${detector} was fitted to whole cases, and has no scores of steps. Score cases.`,
        );
      const whole = cutAll(set);
      const all = await inTurn(opened, (each) => each.steps!(whole, threads));
      const scores = all.map((each) => each.scores);
      const { offsets, times } = all[0];
      return { offsets, ...(times && { times }), scores: meanOf(scores), pValues: pValuesOf(steps, scores) };
    },
  };
}

function checkState(state: unknown, models: number): AnomalyState {
  const parsed = anomalyStateSchema.safeParse(state);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(` at ${issue.path.join(".") || "its top"}: ${issue.message}`);
  }
  const { detector, parts } = parsed.data;
  const expected = detectors[detector].network ? parts.length : 0;
  if (models !== expected) refuse(`: got ${models} models for it, expected ${expected}`);
  return parsed.data;
}

function openParts(
  engine: Engine,
  models: readonly Model[],
  { detector, parts }: Pick<AnomalyState, "detector" | "parts">,
): OpenDetector[] {
  const entry = detectors[detector];
  return parts.map(({ fitted }, k) => {
    const parsed = entry.state.safeParse(fitted);
    if (!parsed.success) return refuse(` in part ${k + 1}: ${parsed.error.issues[0].message}`);
    return entry.open({ state: parsed.data, model: models[k] }, engine);
  });
}

/** Of each part, ascending; undefined where a part has none. */
function heldScores(parts: AnomalyState["parts"], of: "cases" | "steps"): Float64Array[] | undefined {
  if (parts.some((part) => part[of] === undefined)) return undefined;
  return parts.map((part, k) => {
    let scores: Float64Array;
    try {
      scores = unpack("float64", part[of]!);
    } catch (error) {
      return refuse(` in part ${k + 1}: ${(error as Error).message}`);
    }
    if (scores.some((score, n) => Number.isNaN(score) || score < scores[n - 1]))
      refuse(` in part ${k + 1}: scores that are not in ascending order`);
    return scores;
  });
}

function refuse(what: string): never {
  throw new ArtefactError(
    `open anomaly predictor: this is not its state${what}. Fit the predictor again, or take models and state that fitAnomaly returned together.`,
  );
}

function threadsOf(where: string, options: { threads?: number }): number | undefined {
  expectOptions(where, options, ["threads"]);
  expectWhole(where, "threads", options.threads, 0);
  return options.threads;
}

/** One after another: a network has the threads to itself. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function meanOf(all: readonly Float64Array[]): Float64Array {
  return all[0].map((_, n) => all.reduce((sum, each) => sum + each[n], 0) / all.length);
}
