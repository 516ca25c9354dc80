import { type Random, randomStream, STREAMS } from "../../random.js";
import type { StateSeries } from "./series.js";

/**
 * A uniform sample, without replacement, of the rows that pass by (reservoir sampling, Vitter's algorithm R). Which
 * rows are kept depends on the seed and the order of the cases alone: not on batches, and not on padding.
 */
export interface RowSample {
  /** [capacity, Z]; the first min(seen, capacity) rows count. */
  rows: Float64Array;
  /** How many rows passed by. */
  seen: number;
  readonly capacity: number;
  readonly random: Random;
}

/** @param stream tells samples of one seed apart */
export function createSample(capacity: number, Z: number, seed: number, stream: number): RowSample {
  return {
    rows: new Float64Array(capacity * Z),
    seen: 0,
    capacity,
    random: randomStream(seed, STREAMS.stateSample, stream),
  };
}

export function sampledCount({ seen, capacity }: RowSample): number {
  return Math.min(seen, capacity);
}

/** Shows every step of a series to the sample. */
export function offerSeries(sample: RowSample, { values, V, Z }: StateSeries): void {
  for (let v = 0; v < V; v++) {
    const place = sample.seen < sample.capacity ? sample.seen : sample.random.integer(sample.seen + 1);
    sample.seen++;
    if (place < sample.capacity) sample.rows.set(values.subarray(v * Z, (v + 1) * Z), place * Z);
  }
}
