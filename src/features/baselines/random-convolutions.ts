import { z } from "zod";
import { DataError, OptionError } from "../../errors.js";
import { expectOptions, expectWhole } from "../../options.js";
import { randomStream } from "../../random.js";
import { checkSequenceSet } from "../../sequences/set/check.js";
import { countOf, longestOf, type SequenceSet } from "../../sequences/set/sequence-set.js";
import { quantile } from "../../sequences/transform/channel-statistics.js";
import type { FeatureTable } from "../../table/feature-table.js";
import { finiteFeatures } from "../../table/finite.js";
import { convolve, createConvolver, KERNELS, type Parts, sumOfParts } from "./convolver.js";
import { fitSeriesScale, scaleSeries, seriesScaleSchema } from "./series-scale.js";

/**
 * A fitted MiniRocket transform (Dempster, Schmidt and Webb, MiniRocket: A Very Fast (Almost) Deterministic
 * Transform for Time Series Classification, KDD 2021, arXiv 2012.08791), as plain JSON.
 *
 * Each of the 84 kernels meets each dilation on a drawn combination of columns; combination k belongs to dilation
 * floor(k / 84) and kernel k mod 84, and owns `featuresPerDilation` biases.
 */
export const randomConvolutionsSchema = z.object({
  /** How the columns are made comparable, of the training part. */
  scale: seriesScaleSchema,
  /** Ascending. */
  dilations: z.array(z.int()),
  /** [dilations] biases, and so features, of each kernel at this dilation. */
  featuresPerDilation: z.array(z.int()),
  /** [dilations * 84] the columns that are summed. */
  combinations: z.array(z.array(z.int())),
  /** In the order of the features: by dilation, kernel, bias. */
  biases: z.array(z.number()),
});
export type RandomConvolutions = z.infer<typeof randomConvolutionsSchema>;

/** More dilations than this do not help; kernels then get several biases instead (section 3.2 of the paper). */
const MAX_DILATIONS = 32;
/** A combination draws from at most as many columns as a kernel has weights. */
const MAX_COMBINED = 9;
const GOLDEN_RATIO = (Math.sqrt(5) + 1) / 2;

/**
 * Chooses dilations for the longest series of the training part, and biases that are quantiles of the
 * convolutions of drawn training series: so that features differ from one another without any label.
 *
 * @param options.features about this many numbers per case, rounded down to a multiple of 84
 * @throws {OptionError} if `features` is no whole number of at least 84
 * @throws {DataError} if no training series has a step
 */
export function fitRandomConvolutions(
  train: SequenceSet,
  options: { features?: number; seed?: number } = {},
): RandomConvolutions {
  expectOptions("fitRandomConvolutions", options, ["features", "seed"]);
  const { features = 10_000, seed = 1 } = options;
  expectWhole("fitRandomConvolutions", "seed", seed);
  if (!Number.isInteger(features) || features < KERNELS.length)
    throw new OptionError(
      `fitRandomConvolutions: got ${features} features, expected a whole number of at least ${KERNELS.length}, one for each kernel.`,
    );
  checkSequenceSet(train, "fitRandomConvolutions");
  const filled = Array.from({ length: countOf(train) }, (_, n) => n).filter(
    (n) => train.offsets[n + 1] > train.offsets[n],
  );
  if (filled.length === 0)
    throw new DataError(
      "fitRandomConvolutions: no training series has a step, expected at least one, from which biases are taken.",
    );
  const scale = fitSeriesScale(train);
  const { width, offsets, values } = scaleSeries(scale, train);
  const { dilations, featuresPerDilation } = chooseDilations(longestOf(train), Math.floor(features / KERNELS.length));
  const combinations: number[][] = [];
  const biases: number[] = [];
  const convolver = createConvolver(longestOf(train), width);
  for (const [d, dilation] of dilations.entries())
    for (let k = 0; k < KERNELS.length; k++) {
      const random = randomStream(seed, d, k);
      const n = filled[random.integer(filled.length)];
      const columns = drawColumns(width, random);
      const length = offsets[n + 1] - offsets[n];
      const parts = convolve(convolver, values, offsets[n] * width, length, width, dilation);
      const sums = sumOfParts(convolver, parts, KERNELS[k], columns).slice(0, length).sort();
      for (let b = 0; b < featuresPerDilation[d]; b++)
        biases.push(quantile(sums, ((biases.length + 1) * GOLDEN_RATIO) % 1));
      combinations.push(columns);
    }
  return { scale, dilations, featuresPerDilation, combinations, biases };
}

/**
 * The share of positive values (of convolution less bias) of every kernel, dilation and bias: [N, features], named
 * `conv_<positions of the kernel's three 2s>_d<dilation>_<bias>`.
 *
 * Half of the kernels see each series padded with zeros, that is with the training mean, the other half only the
 * positions where the kernel fits; where it fits nowhere, because a series is shorter than others, these are padded
 * too. A case without steps has zeros. Gaps are interpolated.
 * @throws {DataError} if the channels are not those of the training part
 */
export function transformRandomConvolutions(state: RandomConvolutions, set: SequenceSet): FeatureTable {
  checkSequenceSet(set, "transformRandomConvolutions");
  const { dilations, featuresPerDilation, combinations } = state;
  const names = namesOfConvolutions(state);
  const { width, offsets, values } = scaleSeries(state.scale, set);
  const N = countOf(set);
  const table = new Float32Array(N * names.length);
  const biases = Float64Array.from([...state.biases, 0, 0, 0]); // the last block of four may look behind the end
  const convolver = createConvolver(longestOf(set), width);
  for (let n = 0; n < N; n++) {
    const length = offsets[n + 1] - offsets[n];
    if (length === 0) {
      table.fill(0, n * names.length, (n + 1) * names.length);
      continue;
    }
    let bias = 0;
    for (const [d, dilation] of dilations.entries()) {
      const parts: Parts = convolve(convolver, values, offsets[n] * width, length, width, dilation);
      const margin = 4 * dilation;
      for (let k = 0; k < KERNELS.length; k++) {
        const sums = sumOfParts(convolver, parts, KERNELS[k], combinations[d * KERNELS.length + k]);
        const inside = (d + k) % 2 === 1 && length > 2 * margin;
        const from = inside ? margin : 0;
        countAbove(sums, from, length - from, biases, bias, featuresPerDilation[d], table, n * names.length);
        bias += featuresPerDilation[d];
      }
    }
  }
  return finiteFeatures("transformRandomConvolutions", { values: table, names, rows: N }, set);
}

/** [features], in their order. */
export function namesOfConvolutions({ dilations, featuresPerDilation }: RandomConvolutions): string[] {
  return dilations.flatMap((dilation, d) =>
    KERNELS.flatMap((kernel) =>
      Array.from({ length: featuresPerDilation[d] }, (_, b) => `conv_${kernel.join("")}_d${dilation}_${b}`),
    ),
  );
}

/**
 * out[at + b] = share of sums[from .. to) above biases[b], for `count` biases from `first` on. Up to three entries
 * behind these are written too: they belong to the next kernel or the next case, which come later.
 */
function countAbove(
  sums: Float64Array,
  from: number,
  to: number,
  biases: Float64Array,
  first: number,
  count: number,
  out: Float32Array,
  at: number,
): void {
  const share = 1 / (to - from);
  // four at a time: counters and thresholds stay in registers, and each sum is loaded once for all;
  // | 0 keeps the counters integers, and a comparison is then a flag that is added, not a branch
  for (let b = first; b < first + count; b += 4) {
    const b0 = biases[b];
    const b1 = biases[b + 1];
    const b2 = biases[b + 2];
    const b3 = biases[b + 3];
    let n0 = 0;
    let n1 = 0;
    let n2 = 0;
    let n3 = 0;
    for (let t = from; t < to; t++) {
      const sum = sums[t];
      n0 = (n0 + Number(sum > b0)) | 0;
      n1 = (n1 + Number(sum > b1)) | 0;
      n2 = (n2 + Number(sum > b2)) | 0;
      n3 = (n3 + Number(sum > b3)) | 0;
    }
    out[at + b] = n0 * share;
    out[at + b + 1] = n1 * share;
    out[at + b + 2] = n2 * share;
    out[at + b + 3] = n3 * share;
  }
}

/**
 * Dilations spread exponentially from 1 to the largest with which a kernel still spans a series of that length, and
 * how many features each gets: more where rounding brings several of the exponents to one dilation.
 */
export function chooseDilations(length: number, featuresPerKernel: number) {
  const count = Math.min(featuresPerKernel, MAX_DILATIONS);
  const maxExponent = Math.log2((Math.max(length, 9) - 1) / 8);
  const hits = new Map<number, number>();
  for (let k = 0; k < count; k++) {
    const exponent = count > 1 ? (k * maxExponent) / (count - 1) : 0;
    const dilation = Math.floor(2 ** exponent);
    hits.set(dilation, (hits.get(dilation) ?? 0) + 1);
  }
  const dilations = [...hits.keys()];
  const featuresPerDilation = [...hits.values()].map((hit) => Math.floor((hit * featuresPerKernel) / count));
  let left = featuresPerKernel - featuresPerDilation.reduce((sum, share) => sum + share, 0);
  for (let d = 0; left > 0; d = (d + 1) % dilations.length, left--) featuresPerDilation[d]++;
  return { dilations, featuresPerDilation };
}

/** Between 1 and 9 columns, few more often than many, without repetition. */
function drawColumns(width: number, random: ReturnType<typeof randomStream>): number[] {
  const exponent = random.uniform() * Math.log2(Math.min(width, MAX_COMBINED) + 1);
  const order = random.shuffle(Int32Array.from({ length: width }, (_, c) => c));
  return Array.from(order.subarray(0, Math.floor(2 ** exponent)));
}
