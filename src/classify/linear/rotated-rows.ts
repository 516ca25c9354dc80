import { classifyKernels } from "../../table/linear-algebra/kernels.js";
import { addDotProducts, BLOCK } from "../../table/linear-algebra/products.js";
import { inverseQuadraticForms, type TridiagonalFactor } from "../../table/linear-algebra/tridiagonal.js";

/** A penalty to try: T + alpha factored, and its solution for every target, [n]. */
export interface Trial {
  factor: TridiagonalFactor;
  rotated: Float64Array[];
}

/** Rows turned by Q', a block of BLOCK at a time, and what each penalty costs on them. */
export interface RotatedRows {
  /** [BLOCK, n], to be filled. */
  rows: Float64Array;
  /** Turns them. */
  rotate(): void;
  /** z' (T + alpha)^-1 z of every row, [BLOCK]; overwritten by the next call. */
  leverage(trial: number): Float64Array;
  /** The targets [BLOCK or fewer] less what the penalty predicts, [BLOCK]; overwritten by the next call. */
  residuals(trial: number, target: number, values: Float64Array): Float64Array;
  wasm: boolean;
}

/** @param qt [n, n] @param allowWasm false for the plain loops, which compute what the kernels do, bit for bit */
export function rotatedRows(qt: Float64Array, n: number, trials: readonly Trial[], allowWasm = true): RotatedRows {
  const padded = (n + 3) & ~3;
  const outputs = trials[0].rotated.length;
  const learned = trials.length * (2 + outputs) * n;
  const numbers = padded * n + (n + padded) * BLOCK + 2 * BLOCK + 4 * n + learned;
  const wasm = allowWasm ? classifyKernels(8 * numbers) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(8 * numbers);
  let at = wasm?.start ?? 0;
  const room = (length: number) => {
    const array = new Float64Array(buffer, at, length);
    at += 8 * length;
    return array;
  };
  const turn = room(padded * n);
  turn.set(qt);
  const rows = room(BLOCK * n);
  const z = room(padded * BLOCK);
  const forms = room(BLOCK);
  const left = room(BLOCK);
  if (!wasm)
    return {
      rows,
      wasm: false,
      rotate() {
        z.fill(0);
        addDotProducts(z, turn, rows, padded, BLOCK, n, false);
      },
      leverage: (trial) => inverseQuadraticForms(trials[trial].factor, z, BLOCK, BLOCK),
      residuals(trial, target, values) {
        left.fill(0).set(values);
        const slopes = trials[trial].rotated[target];
        for (let k = 0; k < n; k++) for (let r = 0; r < BLOCK; r++) left[r] -= z[k * BLOCK + r] * slopes[k];
        return left;
      },
    };
  const aside = room(4 * n).byteOffset;
  const keep = (values: Float64Array) => {
    const kept = room(n);
    kept.set(values);
    return kept.byteOffset;
  };
  const kept = trials.map(({ factor, rotated }) => ({
    lower: keep(factor.lower),
    inverse: keep(factor.inverse),
    slopes: rotated.map(keep),
  }));
  const { kernels } = wasm;
  return {
    rows,
    wasm: true,
    rotate() {
      z.fill(0);
      kernels.dot_products(z.byteOffset, turn.byteOffset, rows.byteOffset, aside, padded, BLOCK, n, 0);
    },
    leverage(trial) {
      const { lower, inverse } = kept[trial];
      kernels.inverse_forms(forms.byteOffset, z.byteOffset, lower, inverse, n, BLOCK);
      return forms;
    },
    residuals(trial, target, values) {
      left.fill(0).set(values);
      kernels.subtract_product(left.byteOffset, z.byteOffset, kept[trial].slopes[target], n, BLOCK);
      return left;
    },
  };
}
