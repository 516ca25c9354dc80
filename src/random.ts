import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * Seeded random numbers. A stream is named by a seed and any keys (an epoch, an update, a layer), so that a
 * draw depends on its name alone and never on what was drawn before: training can resume anywhere.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Shuffles in place and returns its argument. */
  shuffle<A extends { length: number; [index: number]: number }>(items: A): A;
}

/**
 * First keys of the random streams of this library, each used in one place: a draw that takes a new key disturbs no
 * other. Splits, folds, random convolutions and the eigenvector start number their own groups from 0 instead; they
 * shuffle other things. The simulation has a register of its own (src/simulate/streams.ts).
 */
export const STREAMS = {
  /** further key: parameter */
  initialWeights: 1,
  /** update, layer, shard */
  noise: 2,
  /** update, layer, shard */
  dropout: 4,
  /** epoch; block, from the second on */
  batchOrder: 5,
  validationSample: 6,
  bootstrap: 7,
  /** which sample */
  stateSample: 8,
  /** update, sequence, view */
  augmentedViews: 9,
  readOutSequences: 10,
  readOutCases: 11,
  /** update */
  readOutDropout: 12,
  /** epoch */
  blockOrder: 13,
  /** sequence, copy */
  noisyCopies: 14,
  mapComponents: 21,
  /** class */
  mapCases: 22,
  shownReconstructions: 23,
  /** tree */
  forestTree: 0xf0e57,
  boostingHoldOut: 0x601d,
  /** tree */
  isolationTree: 0x1501a,
  /** part */
  heldOutSteps: 0x57e9,
  heldOutCases: 0xca5e,
} as const;

/** The stream called (seed, ...keys); every argument is an integer. */
export function randomStream(seed: number, ...keys: number[]): Random {
  let state = mix(seed | 0);
  for (const key of keys) state = mix(Math.imul(state, 0x9e3779b1) ^ mix(key | 0));
  const generator = xoroshiro128plus(state);
  let spare: number | undefined;
  const uniform = () => (generator.next() >>> 0) / 4294967296;
  const integer = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = items[i];
        items[i] = items[j];
        items[j] = held;
      }
      return items;
    },
  };
}

/** 32-bit finaliser of MurmurHash3: neighbouring keys give unrelated streams. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
