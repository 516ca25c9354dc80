import { NONE, type Workspace } from "../../engine/engine.js";

/** Random draws of one batch, written into the arena; a test may bring its own. */
export interface Draws {
  /** Fills `out` [rows, width] with standard normal numbers. */
  gaussian(layer: string, out: Float32Array | Float64Array, rows: number, width: number): void;
  /** Fills rows * width numbers of the arena from `offset` on with 0 or 1 / (1 - rate). */
  dropout(layer: string, offset: number, rows: number, width: number, rate: number): void;
}

/**
 * What goes forward at once: cases sorted by length, longest first, and packed. Step t has a row for each of the first
 * active[t] cases, right behind the rows of step t - 1, so there is no padding.
 */
export interface PackedBatch {
  T: number;
  /** Cases. */
  B: number;
  /** R, the steps of all cases. */
  rows: number;
  /** [T], how many cases have step t; NONE when all have every step */
  active: number;
  /** [R], 0 for a step at which nothing was observed; NONE when something always was */
  mask: number;
  /** How many rows the mask leaves. */
  present: number;
  /** Whether some value was not observed. */
  masked: boolean;
  weighted: boolean;
  /** How many values were observed. */
  count: number;
  /** Which of the cases each row of a step is: a permutation of 0 .. B - 1. */
  order: Int32Array;
  /** Where the gradient of the parameters is added up. */
  gradients: number;
  /** Present while training: noise and dropout are on. */
  draws?: Draws;
  /** Recurrent layers continue from the present state, instead of from zeros. */
  resume?: boolean;
}

/** Offsets of what a head must make. */
export interface TargetOffsets {
  /** [R, F] */
  target: number;
  /** [R, F] */
  observed: number;
  /** [R] */
  weights: number;
}

/** Offsets of the data of a batch inside the arena. Filled by `fillBatch`. */
export interface BatchOffsets {
  /** [R, F]; 0 where nothing was observed */
  x: number;
  /** [R] */
  mask: number;
  /** [R, F] */
  observed: number;
  /** [R], weight of the case */
  weights: number;
  /** [T] */
  active: number;
}

/** Room for one batch in an arena. */
export interface BatchRoom {
  readonly ws: Workspace;
  readonly place: BatchOffsets;
  /** The largest batch that it has room for. */
  readonly most: { readonly cases: number; readonly steps: number };
  /** Columns of the data. */
  readonly width: number;
}

/** [T + 1], the first row of each step, and the end. */
export function stepStarts({ T, B, active }: PackedBatch, data: ArrayLike<number>): Int32Array {
  const starts = new Int32Array(T + 1);
  for (let t = 0; t < T; t++) starts[t + 1] = starts[t] + (active === NONE ? B : data[active + t]);
  return starts;
}
