import {
  add,
  addPair,
  advance,
  assemble,
  constant,
  get,
  loadByte,
  loadInt,
  loadPair,
  repeat,
  set,
  shiftLeft,
  storePair,
  subtractPair,
  tee,
} from "./wasm-assembler.js";

/**
 * The two inner loops of boosting as WebAssembly. One 128-bit addition takes both numbers of a bin: 0.4 ns for
 * each value where JavaScript takes 1.5. The sums are of whole numbers, so the plain loops of histogram-space.ts
 * give the same bits.
 */
export interface HistogramLoops {
  /**
   * Adds rows to the histograms of four columns; all arguments are addresses.
   * @param h0 the bins of a column, 16 bytes each; `c0` its codes; `ordered` the rows' gradients, 16 bytes each;
   * `rows` to `end` the row numbers, int32, at least one
   */
  addRows(
    h0: number,
    h1: number,
    h2: number,
    h3: number,
    c0: number,
    c1: number,
    c2: number,
    c3: number,
    ordered: number,
    rows: number,
    end: number,
  ): void;
  /** whole[i] -= part[i] for 16-byte pairs from `whole` to `end`, at least one. */
  subtract(whole: number, part: number, end: number): void;
}

function addRows(): number[] {
  const [ordered, rows, end, row, at, pair] = [8, 9, 10, 11, 12, 13];
  const column = (h: number, c: number) => [
    // at = h + 16 * codes[row]
    ...get(h),
    ...[...get(c), ...get(row), ...add, ...loadByte, ...constant(4), ...shiftLeft],
    ...[...add, ...tee(at)],
    // store(at, load(at) + pair)
    ...[...get(at), ...loadPair, ...get(pair), ...addPair, ...storePair()],
  ];
  return repeat(
    [
      ...[...get(rows), ...loadInt, ...set(row)],
      ...[...get(ordered), ...loadPair, ...set(pair)],
      ...[0, 1, 2, 3].flatMap((k) => column(k, 4 + k)),
      ...advance(ordered, 16),
      ...advance(rows, 4),
    ],
    rows,
    end,
  );
}

function subtract(): number[] {
  const [whole, part, end] = [0, 1, 2];
  return repeat(
    [
      ...get(whole),
      ...[...get(whole), ...loadPair, ...get(part), ...loadPair, ...subtractPair, ...storePair()],
      ...advance(whole, 16),
      ...advance(part, 16),
    ],
    whole,
    end,
  );
}

let compiled: WebAssembly.Module | undefined;

export function histogramModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    assemble([
      { name: "addRows", parameters: 11, integers: 2, vectors: 1, body: addRows() },
      { name: "subtract", parameters: 3, integers: 0, vectors: 0, body: subtract() },
    ]),
  );
  return compiled;
}
