import fc from "fast-check";
import { createBitmap, type SequenceSet, setBit } from "../../../src/sequences/set/sequence-set.js";

/** A set from nested lists [sequence][step][channel], null = missing; the last `categorical` channels hold codes. */
export function makeSet(
  cases: (number | null)[][][],
  { F = cases.flat()[0]?.length ?? 1, categorical = 0, ...rest }: Partial<SequenceSet> & MakeOptions = {},
): SequenceSet {
  const cells = cases.flat(2);
  const offsets = new Int32Array(cases.length + 1);
  cases.forEach((steps, n) => {
    offsets[n + 1] = offsets[n] + steps.length;
  });
  let observed: Uint8Array | undefined;
  cells.forEach((cell, k) => {
    if (cell !== null) return;
    observed ??= createBitmap(cells.length, true);
    setBit(observed, k, false);
  });
  return {
    channels: Array.from({ length: F }, (_, f) =>
      f < F - categorical
        ? { name: `c${f}`, kind: "numeric" as const }
        : { name: `c${f}`, kind: "categorical" as const, vocabulary: ["a", "b", "c", "d"] },
    ),
    values: Float32Array.from(cells, (cell) => cell ?? 0),
    offsets,
    observed,
    ids: cases.map((_, n) => `s${n}`),
    ...rest,
  };
}

interface MakeOptions {
  F?: number;
  categorical?: number;
}

/** Nested lists back from a set, null = missing. */
export function cellsOf(set: SequenceSet): (number | null)[][][] {
  const F = set.channels.length;
  return Array.from({ length: set.offsets.length - 1 }, (_, n) =>
    Array.from({ length: set.offsets[n + 1] - set.offsets[n] }, (_, t) =>
      Array.from({ length: F }, (_, f) => {
        const k = (set.offsets[n] + t) * F + f;
        const seen = set.observed === undefined || (set.observed[k >> 3] & (1 << (k & 7))) !== 0;
        return seen ? set.values[k] : null;
      }),
    ),
  );
}

/** Ragged sets of up to 7 sequences and 3 channels with gaps, empty sequences among them. */
export const anySet = fc.integer({ min: 1, max: 3 }).chain((F) =>
  fc
    .array(
      fc.array(
        fc.array(fc.option(fc.float({ min: -1000, max: 1000, noNaN: true })), {
          minLength: F,
          maxLength: F,
        }),
        { maxLength: 11 },
      ),
      { maxLength: 7 },
    )
    .map((cases) => makeSet(cases, { F })),
);

/** With a number that some cases lack, and a category. */
export const withStatics = (set: SequenceSet): SequenceSet => ({
  ...set,
  statics: {
    names: ["age", "site"],
    values: Float32Array.from(set.ids.flatMap((_, n) => [n % 6 === 2 ? Number.NaN : (13 * n) % 31, n % 3])),
    vocabularies: [undefined, ["north", "south", "west"]],
  },
});
