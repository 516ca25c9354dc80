import { DataError, OptionError } from "../../errors.js";
import { type Random, randomStream, STREAMS } from "../../random.js";
import type { FitOptions, StateSample } from "./part.js";
import { expectDirections, expectParts, type PartName, partNames, partOf, type ReadOutParts } from "./parts.js";
import { incrementsOf } from "./shares.js";
import { type StateSeries, type States, seriesReader } from "./states.js";

/** Fitted parts: plain JSON, kept with the model. */
export interface ReadOutState extends ReadOutParts {
  /** Provenance of the fitted numbers. */
  fittedOn: { cases: number; states: number; sampled: number; seed: number };
}

/**
 * Fits parts on the states of the training part, one pass over its batches. They see uniform samples; the same seed
 * and order of sequences give the same samples, however they are batched and padded.
 * @param batches each read before the next is requested, so that they may share memory
 * @throws {OptionError} for an unknown part, or numbers out of range
 * @throws {DataError} without a batch
 * @throws {ShapeError} if batches differ in layers, directions or widths
 */
export function fitParts(wanted: readonly PartName[], batches: Iterable<States>, given: FitOptions = {}): ReadOutState {
  const options = { seed: 1, sampleSize: 20_000, lags: [1], components: 12, penalty: 10, ...given };
  const { seed, sampleSize } = options;
  expectParts(wanted);
  const parts = partNames.filter((name) => wanted.includes(name));
  if (!(Number.isInteger(sampleSize) && sampleSize > 0))
    throw new OptionError(`fitParts: sampleSize is ${sampleSize}, expected a whole number above 0.`);
  const samples = new Map<number, RowSample>();
  let fitting: { directions: ReadOutState["directions"]; finish: (() => object)[] } | undefined;
  let cases = 0;
  let states = 0;
  for (const batch of batches) {
    if (!fitting) {
      const directions = batch.views.map(({ layer, reverse, width }) => ({ layer, reverse, width }));
      const Z = directions.reduce((sum, { width }) => sum + width, 0);
      const sample = (lag: number, capacity: number) => {
        if (!samples.has(lag)) samples.set(lag, createSample(capacity, Z, seed, lag));
        return samples.get(lag)!;
      };
      const finish = parts.flatMap((name) => partOf(name).fit?.({ directions, options, sample }) ?? []);
      fitting = { directions, finish };
    }
    expectDirections("fitParts", batch, fitting.directions);
    const read = seriesReader(batch);
    for (let b = 0; b < batch.B; b++) {
      const series = read(b);
      states += series.V;
      for (const [lag, sample] of samples) offerSeries(sample, lag === 0 ? series : incrementsOf(series, lag));
    }
    cases += batch.B;
  }
  if (!fitting) throw new DataError("fitParts: got no batch of training states, expected at least one.");
  return {
    parts,
    directions: fitting.directions,
    ...Object.assign({}, ...fitting.finish.map((finish) => finish())),
    fittedOn: { cases, states, sampled: samples.get(0)?.count ?? 0, seed },
  };
}

/**
 * A uniform sample, without replacement, of the rows that pass by (reservoir sampling, Vitter's algorithm R). Which
 * rows are kept depends on the seed and the order of the sequences alone: not on batches, and not on padding.
 */
export interface RowSample extends StateSample {
  capacity: number;
  /** How many rows passed by. */
  seen: number;
  random: Random;
}

/** @param lag a different sample of one seed for each lag */
export function createSample(capacity: number, Z: number, seed: number, lag: number): RowSample {
  const rows = new Float64Array(capacity * Z);
  return { rows, count: 0, Z, capacity, seen: 0, random: randomStream(seed, STREAMS.stateSample, lag) };
}

/** Shows every step of a series to the sample. */
export function offerSeries(sample: RowSample, { values, V, Z }: Pick<StateSeries, "values" | "V" | "Z">): void {
  for (let v = 0; v < V; v++) {
    const at = sample.seen < sample.capacity ? sample.seen : sample.random.integer(sample.seen + 1);
    sample.seen++;
    if (at < sample.capacity) sample.rows.set(values.subarray(v * Z, (v + 1) * Z), at * Z);
  }
  sample.count = Math.min(sample.seen, sample.capacity);
}
