import { findRecipe } from "../network/spec/recipes.js";
import type { AutoencoderSpec, LayerSpec } from "../network/spec/spec.js";
import { randomStream } from "../random.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";

/** Steps, sequences in a batch, features, and units of both LSTMs of the recipe `simple`. */
export interface SpeedShape {
  T: number;
  B: number;
  F: number;
  H: number;
}

/** What is timed: layers, and the one batch that they train on. */
export interface SpeedWorkload {
  spec: AutoencoderSpec;
  /** One batch. */
  set: SequenceSet;
}

/** Sequences of a batch, the real steps of all of them, and numbers per step. */
export interface BatchSize {
  sequences: number;
  rows: number;
  features: number;
}

const SEED = 1;

/** The recipe `simple` on B sequences of T steps. */
export function plainWorkload({ T, B, F, H }: SpeedShape): SpeedWorkload {
  return { spec: findRecipe("simple").build({ units: H }), set: randomSequences(equalLengths(B, T), F) };
}

/** B times T. */
export function equalLengths(B: number, T: number): number[] {
  return Array.from({ length: B }, () => T);
}

/** B lengths, uniform in shortest .. longest, both included. */
export function raggedLengths(B: number, shortest: number, longest: number): number[] {
  const stream = randomStream(SEED, 1);
  return Array.from({ length: B }, () => shortest + stream.integer(longest - shortest + 1));
}

/** How often a batch of B is encoded at once: 192 sequences or more, as sets have more of them than batches. */
export function encodeCopies(B: number): number {
  return Math.ceil(192 / B);
}

/** Sequences of these lengths, of standard normal numbers. */
export function randomSequences(lengths: readonly number[], F: number): SequenceSet {
  const stream = randomStream(SEED);
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, n) => {
    offsets[n + 1] = offsets[n] + length;
  });
  return {
    channels: Array.from({ length: F }, (_, f) => ({ name: `x${f}`, kind: "numeric" as const })),
    values: Float32Array.from({ length: offsets[lengths.length] * F }, () => stream.normal()),
    offsets,
    ids: lengths.map((_, n) => `${n}`),
  };
}

/**
 * Operations that the mathematics needs, a multiply-add counted as two. Only products count, not activations, biases,
 * the optimiser or padding. A product of weights [K, N] costs 2KN a row each for forward, for the gradient of the
 * weights and for the gradient of its input; the last is left out where nothing before it learns. For each real
 * step an LSTM of H units on an input of width K has
 *
 *   recurrent  8HH  forward, weights, back through time
 *   input      8HK  forward, weights, back to the input; once a sequence where the input is a repeated vector
 *
 * @returns of one training step, and of encoding the batch once
 */
export function countFlops(spec: AutoencoderSpec, batch: BatchSize): { training: number; encoding: number } {
  const { sequences: B, rows: R, features: F } = batch;
  let width = F;
  let learns = false; // something before this layer
  let repeated = false;
  let training = 0;
  let forward = 0;
  const product = (rows: number, K: number, N: number, back: boolean) => {
    const one = 2 * rows * K * N;
    forward += one;
    training += (back ? 3 : 2) * one;
  };
  const visit = (layer: LayerSpec) => {
    if (layer.type === "repeatVector") repeated = true;
    if (layer.type === "lstm") {
      const H = layer.units;
      for (let way = 0; way < (layer.bidirectional ? 2 : 1); way++) {
        product(R, H, 4 * H, true);
        product(repeated ? B : R, width, 4 * H, learns);
      }
      width = layer.bidirectional ? 2 * H : H;
      repeated = false;
      learns = true;
    }
    if (layer.type === "timeDistributedDense") {
      const units = layer.units ?? F;
      product(R, width, units, learns);
      width = units;
      learns = true;
    }
  };
  spec.encoder.forEach(visit);
  const encoding = forward;
  spec.decoder.forEach(visit);
  return { training, encoding };
}

/** Operations of one training step of `simple`. */
export function usefulFlops({ T, B, F, H }: SpeedShape): number {
  const spec = findRecipe("simple").build({ units: H });
  return countFlops(spec, { sequences: B, rows: T * B, features: F }).training;
}
