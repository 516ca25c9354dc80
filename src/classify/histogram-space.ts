import type { BinnedColumns } from "./binning.js";
import { type HistogramLoops, histogramModule } from "./histogram-wasm.js";
import { wasmLoops } from "./wasm-assembler.js";

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
  /** Counts rows[from .. from + count - 1], whose gradients are the first `count` of `ordered`; count is above 0. */
  addRows(histogram: Float64Array, from: number, count: number): void;
  /** whole -= part */
  subtract(whole: Float64Array, part: Float64Array): void;
  wasm: boolean;
}

/** @param allowWasm false for the plain loops, which say what the fast ones do */
export function histogramSpace(binned: BinnedColumns, slots: number, allowWasm = true): HistogramSpace {
  const n = binned.rows;
  const { offsets } = binned;
  const C = offsets.length - 1;
  let bytes = 0;
  const room = (size: number) => {
    const at = bytes;
    bytes += Math.ceil(size / 16) * 16;
    return at;
  };
  const spareAt = room(256 * 16); // bins that nobody reads
  const orderedAt = room(16 * n);
  const rowsAt = room(4 * n);
  const codesAt = room(C * n);
  const slotsAt = Array.from({ length: slots }, () => room(16 * offsets[C]));
  const wasm = allowWasm ? wasmLoops<HistogramLoops>(bytes, histogramModule) : undefined;
  const buffer = wasm?.buffer ?? new ArrayBuffer(bytes);
  const codes = new Uint8Array(buffer, codesAt, C * n);
  codes.set(binned.codes);
  const rows = new Int32Array(buffer, rowsAt, n);
  const ordered = new Float64Array(buffer, orderedAt, 2 * n);
  const histograms = slotsAt.map((at) => new Float64Array(buffer, at, 2 * offsets[C]));
  const shared = { codes, rows, ordered, histograms };
  if (!wasm)
    return {
      ...shared,
      wasm: false,
      addRows: (histogram, from, count) => addRows(histogram, codes, offsets, ordered, rows, from, count),
      subtract: (whole, part) => {
        for (let i = 0; i < whole.length; i++) whole[i] -= part[i];
      },
    };
  const { loops } = wasm;
  return {
    ...shared,
    wasm: true,
    addRows(histogram, from, count) {
      const base = histogram.byteOffset;
      const first = rowsAt + 4 * from;
      const end = first + 4 * count;
      // past the last column: its codes again, into bins that nobody reads
      const bins = (column: number) => (column < C ? base + 16 * offsets[column] : spareAt);
      const codesOf = (column: number) => codesAt + n * Math.min(column, C - 1);
      for (let c = 0; c < C; c += 4)
        loops.addRows(
          bins(c),
          bins(c + 1),
          bins(c + 2),
          bins(c + 3),
          codesOf(c),
          codesOf(c + 1),
          codesOf(c + 2),
          codesOf(c + 3),
          orderedAt,
          first,
          end,
        );
    },
    subtract(whole, part) {
      loops.subtract(whole.byteOffset, part.byteOffset, whole.byteOffset + whole.byteLength);
    },
  };
}

function addRows(
  histogram: Float64Array,
  codes: Uint8Array,
  offsets: Int32Array,
  ordered: Float64Array,
  rows: Int32Array,
  from: number,
  count: number,
): void {
  const n = rows.length;
  for (let column = 0; column + 1 < offsets.length; column++) {
    const bins = 2 * offsets[column];
    const base = column * n;
    for (let i = 0; i < count; i++) {
      const at = bins + 2 * codes[base + rows[from + i]];
      histogram[at] += ordered[2 * i];
      histogram[at + 1] += ordered[2 * i + 1];
    }
  }
}
