import { createRequire } from "node:module";
import { type Engine, type Kernels, padTo, type Workspace } from "../../src/engine/engine.js";

/** Part of the arena that a kernel may touch: `rows` rows of `width` numbers, `distance` apart. */
interface Extent {
  tensor: string;
  at: number;
  rows: number;
  width: number;
  distance: number;
  /**
   * in: read; inout: read and written; out: every number is written, none read before; scratch: written or not, none
   * read before.
   */
  use: "in" | "inout" | "out" | "scratch";
}

type Sizes = { lanes: number; data: Workspace["data"] };
type Args<Name extends keyof Kernels> = Parameters<Kernels[Name]>;

const block = (tensor: string, at: number, use: Extent["use"], size: number): Extent => ({
  ...{ tensor, at, use, rows: 1, width: size, distance: size },
});
const matrix = (
  tensor: string,
  at: number,
  use: Extent["use"],
  rows: number,
  width: number,
  distance: number,
): Extent => ({ tensor, at, use, rows, width, distance });

/** How many rows a batch has: the sum of `active`, or all. */
function rowsOf(data: Workspace["data"], active: number, T: number, B: number): number {
  let rows = 0;
  for (let t = 0; t < T; t++) rows += active < 0 ? B : data[active + t];
  return rows;
}

/** States of every step, read, and what says which steps there are. */
function packedStates(
  { data }: Sizes,
  states: number,
  mask: number,
  active: number,
  T: number,
  B: number,
  Hp: number,
): Extent[] {
  const R = rowsOf(data, active, T, B);
  return [
    ...[
      block("states", states, "in", R * Hp),
      block("mask", mask, "in", R),
      block("active", active, "in", T),
    ],
  ];
}

/** What each kernel may touch, as src/engine/engine.ts and kernels/src promise it. */
const EXTENTS: { [Name in keyof Kernels]: (sizes: Sizes, ...args: Args<Name>) => Extent[] } = {
  gemmPack: ({ lanes }, packed, b, K, N, ldb, transposed) => [
    block("packed", packed, "out", K * padTo(N, lanes)),
    transposed ? matrix("b", b, "in", N, K, ldb) : matrix("b", b, "in", K, N, ldb),
  ],
  gemm: (_, c, a, packed, bias, M, N, K, ldc, lda, accumulate) => [
    matrix("c", c, accumulate ? "inout" : "out", M, N, ldc),
    matrix("a", a, "in", M, K, lda),
    block("packed", packed, "in", K * N),
    block("bias", bias, "in", N),
  ],
  gemmTransposed: (_, c, a, g, M, N, K, ldc, lda, ldg) => [
    matrix("c", c, "inout", K, N, ldc),
    matrix("a", a, "in", M, K, lda),
    matrix("g", g, "in", M, N, ldg),
  ],
  lstmPackForward: ({ lanes }, packed, weights, H, rows) => [
    block("packed", packed, "out", rows * 4 * padTo(H, lanes)),
    block("weights", weights, "in", rows * 4 * H),
  ],
  lstmPackInput: ({ lanes }, packed, weights, H, rows) => [
    block("packed", packed, "out", rows * 4 * padTo(H, lanes)),
    block("weights", weights, "in", rows * 4 * H),
  ],
  lstmPackBackward: ({ lanes }, packed, weights, H, rows) => [
    block("packed", packed, "out", 4 * padTo(H, lanes) * padTo(rows, lanes)),
    block("weights", weights, "in", rows * 4 * H),
  ],
  lstmUnpackGradient: ({ lanes }, gradient, padded, H, rows) => [
    block("gradient", gradient, "inout", rows * 4 * H),
    block("padded", padded, "in", rows * 4 * padTo(H, lanes)),
  ],
  lstmForward: (
    sizes,
    hidden,
    cells,
    gates,
    last,
    x,
    packed,
    constant,
    mask,
    active,
    T,
    B,
    H,
    F,
    ldx,
    keep,
  ) => {
    const Hp = padTo(H, sizes.lanes);
    const R = rowsOf(sizes.data, active, T, B);
    return [
      ...(["hidden", "cells"] as const).flatMap((name) => {
        const at = name === "hidden" ? hidden : cells;
        const steps = keep
          ? block(name, at + B * Hp, "out", R * Hp)
          : block(name, at + B * Hp, "scratch", 2 * B * Hp);
        return [block(`${name} before`, at, "in", B * Hp), steps];
      }),
      block("gates", gates, mask < 0 ? "out" : "scratch", R * 4 * Hp), // a step that is skipped has none
      block("last", last, "out", B * Hp),
      matrix("x", x, "in", R, F, ldx),
      block("packed", packed, "in", (constant < 0 ? H + F + 1 : H) * 4 * Hp),
      block("constant", constant, "in", B * 4 * Hp),
      block("mask", mask, "in", R),
      block("active", active, "in", T),
    ];
  },
  lstmBackward: (
    sizes,
    ...[
      gates,
      dh,
      dc,
      dweights,
      dx,
      dconstant,
      cells,
      hidden,
      x,
      dhidden,
      packedU,
      packedW,
      mask,
      active,
      ...rest
    ]
  ) => {
    const [T, B, H, F, ldx, ldd] = rest;
    const Hp = padTo(H, sizes.lanes);
    const Fp = padTo(F, sizes.lanes);
    const G = 4 * Hp;
    const R = rowsOf(sizes.data, active, T, B);
    return [
      block("gates", gates, "inout", R * G),
      block("dh", dh, "inout", B * Hp),
      block("dc", dc, "inout", B * Hp),
      block("dweights", dweights, "inout", (dconstant < 0 ? H + F + 1 : H) * G),
      block("dx", dx, "out", R * Fp),
      block("dconstant", dconstant, "inout", B * G),
      block("cells", cells, "in", (B + R) * Hp),
      block("hidden", hidden, "in", (B + R) * Hp),
      matrix("x", x, "in", R, F, ldx),
      matrix("dhidden", dhidden, "in", R, Hp, ldd),
      block("packedU", packedU, "in", G * Hp),
      block("packedW", packedW, "in", G * Fp),
      block("mask", mask, "in", R),
      block("active", active, "in", T),
    ];
  },
  poolForward: (sizes, rows, places, states, mask, active, T, B, H) => {
    const Hp = padTo(H, sizes.lanes);
    return [
      ...[block("rows", rows, "out", B * 2 * Hp), block("places", places, "out", B * 2 * Hp)],
      ...packedStates(sizes, states, mask, active, T, B, Hp),
    ];
  },
  poolBackward: (sizes, dstates, drows, places, mask, active, T, B, H) => {
    const Hp = padTo(H, sizes.lanes);
    const [states, ...others] = packedStates(sizes, dstates, mask, active, T, B, Hp);
    return [
      ...[{ ...states, tensor: "dstates", use: "inout" as const }, ...others],
      ...[block("drows", drows, "in", B * 2 * Hp), block("places", places, "in", B * 2 * Hp)],
    ];
  },
  stateSums: (sizes, sums, states, mask, active, T, B, H) => {
    const Hp = padTo(H, sizes.lanes);
    return [block("sums", sums, "out", B * 2 * Hp), ...packedStates(sizes, states, mask, active, T, B, Hp)];
  },
  readOutForward: (sizes, rows, places, states, middle, slope, mask, active, T, B, H) => {
    const Hp = padTo(H, sizes.lanes);
    return [
      ...[block("rows", rows, "out", B * 9 * Hp), block("places", places, "out", B * 3 * Hp)],
      ...[block("middle", middle, "in", Hp), block("slope", slope, "in", Hp)],
      ...packedStates(sizes, states, mask, active, T, B, Hp),
    ];
  },
  readOutBackward: (
    sizes,
    ...[dstates, drows, rows, places, states, middle, slope, mask, active, T, B, H]
  ) => {
    const Hp = padTo(H, sizes.lanes);
    return [
      block("dstates", dstates, "inout", rowsOf(sizes.data, active, T, B) * Hp),
      ...[block("drows", drows, "in", B * 9 * Hp), block("rows", rows, "in", B * 9 * Hp)],
      ...[block("places", places, "in", B * 3 * Hp)],
      ...[block("middle", middle, "in", Hp), block("slope", slope, "in", Hp)],
      ...packedStates(sizes, states, mask, active, T, B, Hp),
    ];
  },
  columnSums: (_, sums, a, M, N, lda) => [block("sums", sums, "inout", N), matrix("a", a, "in", M, N, lda)],
  sumBlocks: (_, sums, blocks, count, stride, n) => [
    block("sums", sums, "out", n),
    matrix("blocks", blocks, "in", count, n, stride),
  ],
  copyRows: (_, to, from, M, width, ldto, ldfrom) => [
    matrix("to", to, "out", M, width, ldto),
    matrix("from", from, "in", M, width, ldfrom),
  ],
  multiplyRows: (_, y, a, b, M, width, ldy, lda, ldb) => [
    matrix("y", y, "out", M, width, ldy),
    matrix("a", a, "in", M, width, lda),
    matrix("b", b, "in", M, width, ldb),
  ],
  bernoulli: (_, out, _key, _rate, n) => [block("out", out, "out", n)],
  maskedSquaredError: (_, dy, y, x, observed, weights, _scale, M, F, ldy) => [
    block("dy", dy, "out", M * ldy),
    matrix("y", y, "in", M, F, ldy),
    block("x", x, "in", M * F),
    block("observed", observed, "in", M * F),
    block("weights", weights, "in", M),
  ],
  squaredNorm: (_, a, n) => [block("a", a, "in", n)],
  adam: (_, w, m, v, g, _rate, _beta1, _beta2, _epsilon, _scale, n) => [
    ...[block("w", w, "inout", n), block("m", m, "inout", n), block("v", v, "inout", n)],
    block("g", g, "in", n),
  ],
};

const READ = 1;
const WRITTEN = 2;
const WHOLE = 4;

/** Makes a NaN that no arithmetic makes, in one word or in two. */
const PATTERN = { float32: 0x7fa5a5a5, float64: 0x7ff5a5a5 };

/** Numbers behind the arena that nothing may touch. */
const BEHIND = 64;

/** In the build with sanitizers: see kernels/bind/napi.c. */
type Guard = (data: Float32Array, allowed: Uint8Array) => void;

/** Whether C that reads what it must not is reported even where the number read makes no difference. */
export const guard: Guard | undefined = process.env.UNDERTONE_NATIVE
  ? createRequire(import.meta.url)(process.env.UNDERTONE_NATIVE).guard
  : undefined;

/**
 * The same engine, every kernel of which is watched. While it runs, all numbers that it may not read are a NaN that
 * spoils what is made of them; an error says what it wrote elsewhere and what it should have written and did not.
 * The time goes with the size of the arena.
 * @param most numbers of an arena that is still watched
 */
export function checked(engine: Engine, most = Number.POSITIVE_INFINITY): Engine {
  const watched: Engine = {
    ...engine,
    createWorkspace(elements, threads) {
      if (elements > most) return engine.createWorkspace(elements, threads);
      const inner = engine.createWorkspace(elements + BEHIND, threads);
      const kernels = Object.fromEntries(
        (Object.keys(EXTENTS) as (keyof Kernels)[]).map((name) => [name, watch(inner, name, elements)]),
      ) as unknown as Kernels;
      return { engine: watched, memory: inner.memory, data: inner.data.subarray(0, elements), ...kernels };
    },
    attachWorkspace() {
      throw new Error("A watched engine has one thread.");
    },
  };
  return watched;
}

function watch(ws: Workspace, name: keyof Kernels, elements: number) {
  const { data, engine } = ws;
  const kernel = ws[name] as (...args: number[]) => number;
  const extents = EXTENTS[name] as (sizes: Sizes, ...args: number[]) => Extent[];
  const words = data.BYTES_PER_ELEMENT / 4;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length * words);
  const pattern = PATTERN[engine.precision];
  const native = guard && engine.name.startsWith("native") ? guard : undefined;
  return (...args: number[]): number => {
    const allowed = extents({ lanes: engine.lanes, data }, ...args).filter(({ at }) => at >= 0);
    const marks = new Uint8Array(data.length);
    for (const each of allowed) mark(marks, each, elements, name);
    const fail = (what: string, k: number) => {
      throw new Error(`${engine.name} ${name}(${args}): ${what} at ${k}, ${near(allowed, k)}`);
    };
    const before = bits.slice();
    for (let word = 0; word < bits.length; word++)
      if (!(marks[word >> (words - 1)] & READ)) bits[word] = pattern;
    const held = bits.slice();
    native?.(data as Float32Array, marks);
    const result = kernel(...args);
    native?.(data as Float32Array, new Uint8Array(data.length).fill(READ));
    for (let k = 0, word = 0; k < data.length; k++, word += words) {
      const use = marks[k];
      const changed = bits[word] !== held[word] || bits[word + words - 1] !== held[word + words - 1];
      if (changed && !(use & WRITTEN)) fail("something was written", k);
      if (!changed && use & WHOLE) fail("nothing was written", k);
      if (!changed) for (let w = word; w < word + words; w++) bits[w] = before[w];
    }
    return result;
  };
}

function mark(
  marks: Uint8Array,
  { tensor, at, rows, width, distance, use }: Extent,
  elements: number,
  name: string,
) {
  if (rows < 1 || width < 1) return;
  const end = at + (rows - 1) * distance + width;
  if (end > elements) throw new Error(`${name}: ${tensor} ends at ${end}, the arena at ${elements}`);
  const bit = { in: READ, inout: READ | WRITTEN, out: WRITTEN | WHOLE, scratch: WRITTEN }[use];
  for (let row = 0; row < rows; row++)
    for (let k = at + row * distance; k < at + row * distance + width; k++) marks[k] |= bit;
}

/** Where a number lies, in words. */
function near(extents: Extent[], k: number): string {
  const [nearest] = extents
    .map((extent) => ({ ...extent, end: extent.at + (extent.rows - 1) * extent.distance + extent.width }))
    .filter(({ rows, width }) => rows > 0 && width > 0)
    .sort((a, b) => distanceTo(a, k) - distanceTo(b, k));
  const { tensor, at, end } = nearest;
  const place =
    k < at ? `${at - k} before` : k >= end ? `${k - end + 1} behind the end of` : `${k - at} inside`;
  return `${place} ${tensor} [${at}, ${end})`;
}

function distanceTo({ at, end }: { at: number; end: number }, k: number): number {
  return k < at ? at - k : k >= end ? k - end + 1 : 0;
}
