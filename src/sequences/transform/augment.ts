import { z } from "zod";
import { parseOptions } from "../../options.js";
import { type Random, randomStream, STREAMS } from "../../random.js";
import { createBitmap, isObserved, lengthOf, type SequenceSet, selectSequences, setBit } from "../set/sequence-set.js";

/** How a view differs from its sequence. */
export const augmentSchema = z.strictObject({
  scale: z.number().nonnegative().default(0.2).describe("standard deviation, around 1, of the factor per sequence"),
  jitter: z
    .number()
    .nonnegative()
    .default(0.05)
    .describe("standard deviation of the noise on every number, in the units of the scaled data"),
  crop: z
    .number()
    .positive()
    .max(1)
    .default(0.6)
    .describe("smallest share of a sequence that a crop keeps; the crop is stretched to full length"),
  segments: z.int().nonnegative().default(2).describe("number of segments that are blanked"),
  segment: z.number().nonnegative().lt(1).default(0.1).describe("length of such a segment, as a share of the sequence"),
});
export type AugmentOptions = z.input<typeof augmentSchema>;

/** Names the draws: the same name gives the same view, whatever was drawn before. */
export interface ViewName {
  seed: number;
  update: number;
  /** 0 or 1: two views of one sequence differ. */
  view: number;
}

/**
 * A changed view of each sequence at `indices`, for a network to recognise: cut out, stretched back to its own length
 * (linear; missing stays missing; categories take the nearer step), multiplied by one factor, noise added to each
 * number, and two short segments blanked, numbers to 0 and categories to missing. Lengths stay; what is not observed
 * gets no value, so a batch of views is padded like the batch itself. Works on scaled data, whose 0 is the mean.
 * Times are left out: they no longer fit.
 * @param names numbers that name the draws of each sequence
 * @throws {OptionError} for numbers out of range
 */
export function augmentedView(
  set: SequenceSet,
  indices: ArrayLike<number>,
  { seed, update, view }: ViewName,
  options: AugmentOptions = {},
  names: ArrayLike<number> = indices,
): SequenceSet {
  const { scale, jitter, crop, segments, segment } = parseOptions(augmentSchema, options, "Views");
  const picked = selectSequences(set, indices);
  const F = set.channels.length;
  const numeric = set.channels.map(({ kind }) => kind === "numeric");
  const result: SequenceSet = {
    ...picked,
    values: new Float32Array(picked.values.length),
    observed: createBitmap(picked.values.length, false),
    times: undefined,
  };
  for (let b = 0; b < indices.length; b++) {
    const random = randomStream(seed, STREAMS.augmentedViews, update, names[b], view);
    const L = lengthOf(picked, b);
    const first = picked.offsets[b];
    stretch(picked, result, b, crop, random);
    const factor = 1 + scale * random.normal();
    for (let k = first * F; k < (first + L) * F; k++) {
      // drawn for every value, there or not, so that a gap does not shift the noise of what follows
      const noise = numeric[k % F] ? jitter * random.normal() : 0;
      if (numeric[k % F] && isObserved(result, k)) result.values[k] = factor * result.values[k] + noise;
    }
    const blank = Math.round(segment * L);
    for (let s = 0; s < segments; s++) {
      const from = first + random.integer(L - blank + 1);
      for (let k = from * F; k < (from + blank) * F; k++) {
        result.values[k] = 0;
        if (!numeric[k % F]) setBit(result.observed!, k, false);
      }
    }
  }
  return result;
}

/** Reads `crop` to all of sequence b of `from` at its own number of steps. */
function stretch(from: SequenceSet, to: SequenceSet, b: number, crop: number, random: Random): void {
  const F = from.channels.length;
  const first = from.offsets[b];
  const L = lengthOf(from, b);
  const share = crop + (1 - crop) * random.uniform();
  const cut = Math.max(Math.round(share * L), Math.min(L, 2));
  const start = random.integer(L - cut + 1);
  for (let t = 0; t < L; t++) {
    const position = start + (L > 1 ? (t * (cut - 1)) / (L - 1) : 0);
    const low = Math.min(Math.floor(position), L - 1);
    const high = Math.min(low + 1, L - 1);
    const part = position - low;
    for (let f = 0; f < F; f++) {
      const a = (first + low) * F + f;
      const z = (first + high) * F + f;
      const out = (first + t) * F + f;
      const nearer = part < 0.5 ? a : z;
      if (!isObserved(from, nearer)) continue;
      const both = isObserved(from, a) && isObserved(from, z) && from.channels[f].kind === "numeric";
      to.values[out] = both ? from.values[a] + part * (from.values[z] - from.values[a]) : from.values[nearer];
      setBit(to.observed!, out, true);
    }
  }
}
