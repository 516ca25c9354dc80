import type { z } from "zod";
import type { Engine } from "../../engine/engine.js";
import type { Model } from "../../model/model.js";
import type { SequenceSet } from "../../sequences/set/sequence-set.js";
import type { Sequences } from "../../sequences/set/windowed-set.js";
import type { FitOptions } from "../../train/options.js";
import type { TrainHooks } from "../../train/train.js";

/** What a detector is fitted with. */
export interface DetectorContext {
  engine: Engine;
  /** Of the network, where there is one; its seed is that of all draws. */
  fit: FitOptions;
  hooks: TrainHooks;
}

/** What was fitted: plain JSON, and a network where the detector has one. */
export interface FittedDetector<State = unknown> {
  state: State;
  model?: Model;
}

/** Scores of steps; those of case n are from offsets[n] to offsets[n + 1]. */
export interface StepScores {
  offsets: Int32Array;
  /** Seconds. */
  times?: Float64Array;
  /** NaN where nothing was observed. */
  scores: Float64Array;
}

/** A fitted detector at hand. A larger score is stranger. The score of a case depends on that case alone. */
export interface OpenDetector {
  /** [N] */
  scores(set: Sequences, threads?: number): Promise<Float64Array>;
  /** Of every step; absent: it scores whole cases only. */
  steps?(set: SequenceSet, threads?: number): Promise<StepScores>;
}

/** A way to tell strange cases without labels. */
export interface Detector<State = unknown> {
  /** Its name in a sentence. */
  phrase: string;
  /** Whether it trains a network. */
  network: boolean;
  state: z.ZodType<State>;
  fit(train: Sequences, context: DetectorContext): Promise<FittedDetector<State>>;
  /** @throws {ArtefactError} for a state that is none */
  open(fitted: FittedDetector<State>, engine: Engine): OpenDetector;
}
