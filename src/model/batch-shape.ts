/** Offsets of the batch inside the arena: time-major, row t * B + b. Filled by `fillBatch`. */
export interface BatchPlace {
  /** [T, B, F]; 0 where nothing was observed */
  x: number;
  /** [T, B]; 0 for padded and empty steps */
  mask: number;
  /** [T, B, F]; 0 where nothing was observed */
  observed: number;
  /** [T, B], weight of the case */
  weights: number;
}

/** What one batch is: sizes, and which of the optional tensors it uses. */
export interface BatchShape {
  T: number;
  B: number;
  masked: boolean;
  weighted: boolean;
  /** How many values were observed. */
  count: number;
}
