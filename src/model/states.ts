/** The hidden states of one direction of one recurrent layer, for every step of a batch. */
export interface StatesView {
  data: Float32Array | Float64Array;
  /** State of step t of case b: `width` numbers from offset + (t * B + b) * stride on. */
  offset: number;
  stride: number;
  width: number;
  /** Which recurrent layer of the encoder, from 0. */
  layer: number;
  /** Whether it walks from the last step to the first. States are in time order all the same. */
  reverse: boolean;
}

/** All states of a batch. Nothing here is copied: read it before the next forward pass. */
export interface States {
  T: number;
  B: number;
  /** [T, B] at `offset`, 0 for a step that is not there; absent: every step is. */
  mask?: { data: Float32Array | Float64Array; offset: number };
  views: readonly StatesView[];
}

/** Where the gradient of one view's states goes: rows as in the view. */
export interface StatesGradient {
  data: Float32Array | Float64Array;
  offset: number;
  stride: number;
}

/** Z, the width of all views side by side. */
export function unitsOf({ views }: Pick<States, "views">): number {
  return views.reduce((sum, { width }) => sum + width, 0);
}

/**
 * Writes the steps of case b that are there into `out`, ascending.
 * @param out room for T numbers
 * @returns how many there are
 */
export function validSteps({ T, B, mask }: States, b: number, out: Int32Array): number {
  let count = 0;
  for (let t = 0; t < T; t++) if (mask?.data[mask.offset + t * B + b] !== 0) out[count++] = t;
  return count;
}
