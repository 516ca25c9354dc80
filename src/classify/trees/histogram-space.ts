import { classifyKernels } from "../../table/linear-algebra/kernels.js";
import type { BinnedColumns } from "./binning.js";
import { ABOVE_ROUNDING, findSplit, type Split, type SplitTerms } from "./histogram.js";

/** Everything that counting rows into histograms touches, in one piece of memory. */
export interface HistogramSpace {
  /** [columns, rows], the codes of BinnedColumns. */
  codes: Uint8Array;
  /** [rows], row numbers in the order of the leaves. */
  rows: Int32Array;
  /** [rows, 2], packed gradients of the rows about to be counted. */
  ordered: Float64Array;
  /** Histograms of [bins, 2], all 0 at first. */
  histograms: Float64Array[];
  /** Counts rows[from .. from + count - 1], whose gradients are the first `count` of `ordered`. */
  addRows(histogram: Float64Array, from: number, count: number): void;
  /** whole -= part */
  subtract(whole: Float64Array, part: Float64Array): void;
  /** As `findSplit`. */
  findSplit(histogram: Float64Array, terms: SplitTerms): Split;
  wasm: boolean;
}

/** @param allowWasm false for the plain loops, which compute what the kernels do, bit for bit */
export function histogramSpace(binned: BinnedColumns, slots: number, allowWasm = true): HistogramSpace {
  const n = binned.rows;
  const C = binned.offsets.length - 1;
  const bins = binned.offsets[C];
  let bytes = 0;
  const room = (size: number) => {
    const at = bytes;
    bytes += Math.ceil(size / 16) * 16;
    return at;
  };
  const orderedAt = room(16 * n);
  const rowsAt = room(4 * n);
  const codesAt = room(C * n);
  const offsetsAt = room(4 * (C + 1));
  const missingAt = room(C);
  const termsAt = room(8 * 8);
  const foundAt = room(4 * 3);
  const slotsAt = Array.from({ length: slots }, () => room(16 * bins));
  const wasm = allowWasm ? classifyKernels(bytes) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(bytes);
  const start = wasm?.start ?? 0;
  const codes = new Uint8Array(buffer, start + codesAt, C * n);
  codes.set(binned.codes);
  const offsets = new Int32Array(buffer, start + offsetsAt, C + 1);
  offsets.set(binned.offsets);
  const rows = new Int32Array(buffer, start + rowsAt, n);
  const ordered = new Float64Array(buffer, start + orderedAt, 2 * n);
  const histograms = slotsAt.map((at) => new Float64Array(buffer, start + at, 2 * bins));
  const shared = { codes, rows, ordered, histograms };
  if (!wasm)
    return {
      ...shared,
      wasm: false,
      addRows: (histogram, from, count) =>
        addRows(histogram, ordered, codes, offsets.subarray(0, C), rows.subarray(from, from + count), n),
      subtract: (whole, part) => {
        for (let i = 0; i < whole.length; i++) whole[i] -= part[i];
      },
      findSplit: (histogram, terms) => findSplit(histogram, binned, terms),
    };
  const { kernels } = wasm;
  new Uint8Array(buffer, start + missingAt, C).set(binned.hasMissing);
  const own = new Float64Array(buffer, start + termsAt, 8);
  const found = new Int32Array(buffer, start + foundAt, 3);
  const [gradients, codesFrom, offsetsFrom] = [orderedAt, codesAt, offsetsAt].map((at) => start + at);
  return {
    ...shared,
    wasm: true,
    addRows(histogram, from, count) {
      const first = rows.byteOffset + 4 * from;
      kernels.histogram_add(histogram.byteOffset, gradients, codesFrom, offsetsFrom, first, count, n, C);
    },
    subtract: (whole, part) => kernels.histogram_subtract(whole.byteOffset, part.byteOffset, bins),
    findSplit(histogram, terms) {
      const { perRow, inverse, enough, tooMany, l2, minHessian, both, gradient, before } = terms;
      own.set([perRow, inverse, enough, tooMany, l2, minHessian, both, gradient]);
      const best = kernels.find_split(
        found.byteOffset,
        histogram.byteOffset,
        offsetsFrom,
        start + missingAt,
        C,
        before * ABOVE_ROUNDING,
        own.byteOffset,
      );
      const [column, bin, left] = found;
      if (column < 0) return { gain: 0, column: -1, bin: -1, missingLeft: false };
      return { gain: best - before, column, bin, missingLeft: left === 1 };
    },
  };
}

function addRows(
  histogram: Float64Array,
  gradients: Float64Array,
  codes: Uint8Array,
  offsets: Int32Array,
  rows: Int32Array,
  n: number,
): void {
  for (let column = 0; column < offsets.length; column++) {
    const bins = 2 * offsets[column];
    const base = column * n;
    for (let i = 0; i < rows.length; i++) {
      const at = bins + 2 * codes[base + rows[i]];
      histogram[at] += gradients[2 * i];
      histogram[at + 1] += gradients[2 * i + 1];
    }
  }
}
