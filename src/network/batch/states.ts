/** The hidden states of one direction of one recurrent layer, for every step of a batch. */
export interface StatesView {
  data: Float32Array | Float64Array;
  /** State of row r: `width` numbers from offset + r * stride on. */
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
  /**
   * [T + 1], the first row of each step, and the end: step t has rows for the cases 0, 1, ... until those of the next
   * begin. Absent: every case has every step, row t * B + b.
   */
  starts?: Int32Array;
  /** [rows] at `offset`, 0 for a step that is not there; absent: every step is. */
  mask?: { data: Float32Array | Float64Array; offset: number };
  views: readonly StatesView[];
}

/**
 * Writes the rows of case b that are there into `out`, in the order of time.
 * @param out room for T numbers
 * @returns how many there are
 */
export function validRows({ T, B, starts, mask }: States, b: number, out: Int32Array): number {
  let count = 0;
  for (let t = 0; t < T; t++) {
    const row = (starts ? starts[t] : t * B) + b;
    if (starts && row >= starts[t + 1]) break; // longest first: it has no later step either
    if (mask?.data[mask.offset + row] !== 0) out[count++] = row;
  }
  return count;
}
