import type { BinnedColumns } from "./binning.js";

/**
 * Gradients of one tree as whole numbers, two for each row: the gradient, and the hessian with a one for the row
 * itself far above it. Sums of them are exact in float64 in any order, so a histogram can be had by subtraction
 * without loss, and one number counts rows and adds hessians.
 */
export interface PackedGradients {
  /** [rows, 2] */
  values: Float64Array;
  /** What a row adds to the second number, above every sum of hessians. */
  perRow: number;
  /** Whole numbers per unit of gradient and of hessian; powers of two. */
  gradientScale: number;
  hessianScale: number;
}

/** Rounds gradients to whole numbers as large as 53 bits hold for this number of rows; see PackedGradients. */
export function packGradients(gradient: Float64Array, hessian: Float64Array, into: PackedGradients): void {
  const n = gradient.length;
  let gradients = 0;
  let hessians = 0;
  for (let i = 0; i < n; i++) {
    gradients += Math.abs(gradient[i]);
    hessians += hessian[i];
  }
  // sum of round(h * scale) <= hessians * scale + n / 2 < perRow, and n * perRow + perRow <= 2^53
  into.perRow = 2 ** (52 - Math.ceil(Math.log2(n + 1)));
  into.hessianScale = powerOfTwoBelow((into.perRow - n) / hessians);
  into.gradientScale = powerOfTwoBelow((2 ** 52 - n) / gradients);
  const { values, perRow, gradientScale, hessianScale } = into;
  for (let i = 0; i < n; i++) {
    values[2 * i] = Math.round(gradient[i] * gradientScale);
    values[2 * i + 1] = perRow + Math.round(hessian[i] * hessianScale);
  }
}

function powerOfTwoBelow(value: number): number {
  // beyond these bounds all gradients are 0, or so close to it that nothing is left to learn
  return 2 ** Math.max(-500, Math.min(500, Math.floor(Math.log2(value))));
}

/** The best question for one leaf. */
export interface Split {
  /** How much it lowers the loss, in the units of the packed gradients; 0 where no question is allowed. */
  gain: number;
  /** Place among the binned columns. */
  column: number;
  /** Bins of that column up to this one go left. */
  bin: number;
  missingLeft: boolean;
}

export interface SplitRules {
  minSamplesLeaf: number;
  /** In packed units. */
  l2: number;
  minHessian: number;
}

/** Rules and sums of one leaf as the search for its split reads them, in the order of split_rules in histogram.h. */
export interface SplitTerms {
  perRow: number;
  inverse: number;
  /** Hessians add up to less than one row, so these two compare numbers of rows. */
  enough: number;
  tooMany: number;
  l2: number;
  minHessian: number;
  both: number;
  gradient: number;
  /** G^2 / (H + l2) of the whole leaf. */
  before: number;
}

/** @param count rows of the leaf, `gradient` and `hessian` its sums (packed units) */
export function splitTerms(
  perRow: number,
  { minSamplesLeaf, l2, minHessian }: SplitRules,
  count: number,
  gradient: number,
  hessian: number,
): SplitTerms {
  const enough = minSamplesLeaf * perRow;
  const tooMany = (count - minSamplesLeaf + 1) * perRow;
  const before = (gradient * gradient) / (hessian + l2);
  return { perRow, inverse: 1 / perRow, enough, tooMany, l2, minHessian, both: hessian + 2 * l2, gradient, before };
}

/** A split must be above so many times what the whole leaf has: a gain below rounding is none. */
export const ABOVE_ROUNDING = 1 + 1e-9;

/**
 * The split of largest gain, G_L^2 / (H_L + l2) + G_R^2 / (H_R + l2) - G^2 / (H + l2); of equal ones the first.
 * Missing values are tried on both sides where the column has any.
 */
export function findSplit(
  histogram: Float64Array,
  { offsets, hasMissing }: Pick<BinnedColumns, "offsets" | "hasMissing">,
  terms: SplitTerms,
): Split {
  const { perRow, inverse, enough, tooMany, l2, minHessian, both, gradient, before } = terms;
  let best = before * ABOVE_ROUNDING;
  const split = { gain: 0, column: -1, bin: -1, missingLeft: false };
  for (let column = 0; column < hasMissing.length; column++) {
    const start = 2 * offsets[column];
    const end = 2 * offsets[column + 1];
    const missing = hasMissing[column];
    for (let missingLeft = 0; missingLeft <= missing; missingLeft++) {
      let left = missingLeft === 1 ? histogram[end - 2] : 0;
      let packed = missingLeft === 1 ? histogram[end - 1] : 0;
      const last = end - 2; // this bin has to stay on the right
      for (let k = start; k < last; k += 2) {
        left += histogram[k];
        packed += histogram[k + 1];
        if (packed < enough) continue;
        if (packed >= tooMany) break;
        const right = gradient - left;
        const a = packed - Math.floor(packed * inverse) * perRow + l2;
        const b = both - a;
        const above = left * left * b + right * right * a;
        if (above > best * a * b && a - l2 >= minHessian && b - l2 >= minHessian) {
          best = above / (a * b);
          split.column = column;
          split.bin = (k - start) >> 1;
          split.missingLeft = missingLeft === 1;
        }
      }
    }
  }
  if (split.column >= 0) split.gain = best - before;
  return split;
}
