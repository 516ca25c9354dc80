import type { z } from "zod";
import type { Direction, StateSeries } from "./states.js";

/**
 * One kind of number that is read out of the states of one sequence. `parts.ts` lists all of them.
 * @typeParam Fitted what `fit` finds on the training states: plain JSON, kept in the model file
 */
export interface Part<Fitted = object> {
  /**
   * The names of its columns, without the name of the part before them.
   * @param units one per column of the states, such as `forward_3`
   */
  names(units: readonly string[], fitted: Fitted): string[];
  /**
   * Asks for samples of the training states. After the last training state has passed, the returned function makes
   * of them what `write` needs.
   */
  fit?(training: Training): () => Fitted;
  /** What `fit` finds for states of these directions. A model file is checked with it, so every part with `fit` has one. */
  schema?(directions: readonly Direction[]): z.ZodType<Fitted>;
  /**
   * Writes the columns of one sequence.
   * @param series at least one step
   * @param out one number per name
   */
  write(series: StateSeries, out: Float32Array, fitted: Fitted): void;
}

/** The training states, as a part sees them. */
export interface Training {
  directions: readonly Direction[];
  options: Required<FitOptions>;
  /**
   * A uniform sample of the states, or with a lag of the increments h_t - h_(t-lag). The same lag gives the same sample.
   * @param capacity rows at most
   */
  sample(lag: number, capacity: number): StateSample;
}

export interface FitOptions {
  /** of the samples; default 1 */
  seed?: number;
  /** states in the sample at most, and increments of all lags together; default 20,000 */
  sampleSize?: number;
  /** steps that increments reach back, ascending; default 1 alone */
  lags?: readonly number[];
  /** principal components of the states in the model space; default 12 */
  components?: number;
  /** ridge penalty in the model space; default 10 */
  penalty?: number;
}

export interface StateSample {
  /** [capacity, Z], of which the first `count` rows are filled. */
  rows: Float64Array;
  count: number;
  Z: number;
}
