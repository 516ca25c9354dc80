import { randomStream } from "../src/random.js";
import { createBitmap, type SequenceSet, setBit } from "../src/sequences/set/sequence-set.js";

/** Smooth random sequences: noisy sines of random phase; class 1 is twice as fast. */
export function randomSeries(options: {
  N: number;
  F?: number;
  lengths?: (n: number) => number;
  missing?: number;
  seed?: number;
}): SequenceSet {
  const { N, F = 2, lengths = () => 13, missing = 0, seed = 1 } = options;
  const random = randomStream(seed);
  const offsets = new Int32Array(N + 1);
  for (let n = 0; n < N; n++) offsets[n + 1] = offsets[n] + lengths(n);
  const values = new Float32Array(offsets[N] * F);
  const observed = missing > 0 ? createBitmap(values.length, true) : undefined;
  const labels = new Int32Array(N);
  for (let n = 0; n < N; n++) {
    labels[n] = n % 2;
    for (let f = 0; f < F; f++) {
      const phase = 6 * random.uniform();
      for (let s = offsets[n]; s < offsets[n + 1]; s++) {
        const k = s * F + f;
        values[k] = Math.sin(0.4 * (1 + labels[n]) * (s - offsets[n]) + phase) + 0.1 * random.normal();
        if (observed && random.uniform() < missing) {
          values[k] = 0;
          setBit(observed, k, false);
        }
      }
    }
  }
  return {
    channels: Array.from({ length: F }, (_, f) => ({ name: `c${f}`, kind: "numeric" as const })),
    values,
    offsets,
    observed,
    ids: Array.from({ length: N }, (_, n) => `s${n}`),
    labels,
    classNames: ["slow", "fast"],
  };
}

/** Turns the last channel into categories. */
export function withCategories(set: SequenceSet): SequenceSet {
  const F = set.channels.length;
  const vocabulary = ["a", "b", "c", "d"];
  return {
    ...set,
    channels: [...set.channels.slice(0, -1), { name: "kind", kind: "categorical", vocabulary }],
    values: set.values.map((value, k) => (k % F === F - 1 ? Math.abs(Math.round(2 * value)) % 4 : value)),
  };
}
