import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { readSignatures } from "../../scripts/signatures.mjs";
import { type Engine, padTo, type Workspace } from "../../src/engine/engine.js";
import type { Kernels } from "../../src/engine/kernels.js";

export const signatures = readSignatures(fileURLToPath(new URL("../..", import.meta.url)));
type Name = keyof Kernels;
type Args<N extends Name> = Parameters<Kernels[N]>[0];

/**
 * in: read; inout: read and written; out: every number is written, none read before; scratch: written or not, none
 * read before.
 */
type Use = "in" | "inout" | "out" | "scratch";

/** Part of a tensor: `rows` rows (1) of `width` numbers, `distance` apart; from the tensor's begin and used as kernels.def says. */
interface Part {
  width: number;
  rows?: number;
  distance?: number;
  from?: number;
  use?: Use;
}

/** Part of the arena that a kernel may touch. */
type Extent = Required<Part> & { tensor: string; at: number };

type Sizes = { lanes: number; data: Workspace["data"] };
/** A number is the width of a tensor without gaps. */
type Extents = Record<string, number | Part | Part[]>;

const rowsApart = (rows: number, width: number, distance: number): Part => ({ rows, width, distance });

/** How many rows a batch has, and the padded widths of its states. */
function sizesOf({ lanes, data }: Sizes, { active, T, B, H }: Record<"active" | "T" | "B" | "H", number>) {
  let R = 0;
  for (let t = 0; t < T; t++) R += active < 0 ? B : data[active + t];
  const Hp = padTo(H, lanes);
  return { R, Hp, G: 4 * Hp, steps: { mask: R, active: T } };
}

const packedWeights = ({ H, rows }: { H: number; rows: number }, { lanes }: Sizes): Extents => ({
  packed: rows * 4 * padTo(H, lanes),
  weights: rows * 4 * H,
});

/** How much of each tensor a kernel may touch. */
const EXTENTS: { [N in Name]: (args: Args<N>, sizes: Sizes) => Extents } = {
  gemmPack: ({ K, N, ldb, transposed }, { lanes }) => ({
    packed: K * padTo(N, lanes),
    b: transposed ? rowsApart(N, K, ldb) : rowsApart(K, N, ldb),
  }),
  gemm: ({ M, N, K, ldc, lda, accumulate }) => ({
    c: { ...rowsApart(M, N, ldc), use: accumulate ? "inout" : "out" },
    a: rowsApart(M, K, lda),
    packed: K * N,
    bias: N,
  }),
  gemmTransposed: ({ M, N, K, ldc, lda, ldg }) => ({
    c: rowsApart(K, N, ldc),
    a: rowsApart(M, K, lda),
    g: rowsApart(M, N, ldg),
  }),
  lstmPackForward: packedWeights,
  lstmPackInput: packedWeights,
  lstmPackBackward: ({ H, rows }, { lanes }) => ({
    packed: 4 * padTo(H, lanes) * padTo(rows, lanes),
    weights: rows * 4 * H,
  }),
  lstmUnpackGradient: ({ H, rows }, { lanes }) => ({
    gradient: rows * 4 * H,
    padded: rows * 4 * padTo(H, lanes),
  }),
  lstmForward: (args, sizes) => {
    const { B, H, F, ldx, constant, mask, keep } = args;
    const { R, Hp, G, steps } = sizesOf(sizes, args);
    const states: Part[] = [
      { width: B * Hp, use: "in" }, // before the first step
      { from: B * Hp, ...(keep ? { width: R * Hp, use: "out" } : { width: 2 * B * Hp, use: "scratch" }) },
    ];
    return {
      hidden: states,
      cells: states,
      gates: { width: R * G, use: mask < 0 ? "out" : "scratch" }, // a step that is skipped has none
      last: B * Hp,
      x: rowsApart(R, F, ldx),
      packed: (constant < 0 ? H + F + 1 : H) * G,
      constant: B * G,
      ...steps,
    };
  },
  lstmBackward: (args, sizes) => {
    const { B, H, F, ldx, ldd, dconstant } = args;
    const { R, Hp, G, steps } = sizesOf(sizes, args);
    const Fp = padTo(F, sizes.lanes);
    return {
      gates: R * G,
      dh: B * Hp,
      dc: B * Hp,
      dweights: (dconstant < 0 ? H + F + 1 : H) * G,
      dx: R * Fp,
      dconstant: B * G,
      cells: (B + R) * Hp,
      hidden: (B + R) * Hp,
      x: rowsApart(R, F, ldx),
      dhidden: rowsApart(R, Hp, ldd),
      packedU: G * Hp,
      packedW: G * Fp,
      ...steps,
    };
  },
  poolForward: (args, sizes) => {
    const { R, Hp, steps } = sizesOf(sizes, args);
    return { rows: args.B * 2 * Hp, argmax: args.B * 2 * Hp, states: R * Hp, ...steps };
  },
  poolBackward: (args, sizes) => {
    const { R, Hp, steps } = sizesOf(sizes, args);
    return { dstates: R * Hp, drows: args.B * 2 * Hp, argmax: args.B * 2 * Hp, ...steps };
  },
  stateSums: (args, sizes) => {
    const { R, Hp, steps } = sizesOf(sizes, args);
    return { sums: args.B * 2 * Hp, states: R * Hp, ...steps };
  },
  readOutForward: (args, sizes) => {
    const { R, Hp, steps } = sizesOf(sizes, args);
    const [rows, argmax] = [args.B * 9 * Hp, args.B * 3 * Hp];
    return { rows, argmax, states: R * Hp, centre: Hp, sharpness: Hp, ...steps };
  },
  readOutBackward: (args, sizes) => {
    const { R, Hp, steps } = sizesOf(sizes, args);
    const [rows, argmax] = [args.B * 9 * Hp, args.B * 3 * Hp];
    const states = R * Hp;
    return { dstates: states, drows: rows, rows, argmax, states, centre: Hp, sharpness: Hp, ...steps };
  },
  columnSums: ({ M, N, lda }) => ({ sums: N, a: rowsApart(M, N, lda) }),
  sumBlocks: ({ count, stride, n }) => ({ sums: n, blocks: rowsApart(count, n, stride) }),
  copyRows: ({ M, width, ldto, ldfrom }) => ({
    to: rowsApart(M, width, ldto),
    from: rowsApart(M, width, ldfrom),
  }),
  multiplyRows: ({ M, width, ldy, lda, ldb }) => ({
    y: rowsApart(M, width, ldy),
    a: rowsApart(M, width, lda),
    b: rowsApart(M, width, ldb),
  }),
  bernoulli: ({ n }) => ({ out: n }),
  maskedSquaredError: ({ M, F, ldy }) => ({
    dy: M * ldy,
    y: rowsApart(M, F, ldy),
    x: M * F,
    observed: M * F,
    weights: M,
  }),
  squaredNorm: ({ n }) => ({ a: n }),
  adam: ({ n }) => ({ w: n, m: n, v: n, g: n }),
  multiplyAddPeak: () => ({}),
};

/** What one call may touch: every tensor of the table, except the absent ones. */
function extentsOf(name: Name, args: Record<string, number>, sizes: Sizes): Extent[] {
  const extents = (EXTENTS[name] as (args: unknown, sizes: Sizes) => Extents)(args, sizes);
  const { arguments: tensors } = signatures.find((each) => each.name === name)!;
  return tensors.flatMap(({ name: tensor, kind, tensor: isTensor }): Extent[] => {
    if (!isTensor) return [];
    const parts = extents[tensor];
    if (parts === undefined) throw new Error(`${name}: EXTENTS does not say how long ${tensor} is`);
    if (args[tensor] < 0) return [];
    const use = kind.replace("optional_", "") as Use;
    return [parts].flat().map((part) => {
      const whole = typeof part === "number" ? { width: part } : part;
      const at = args[tensor] + (whole.from ?? 0);
      return { tensor, at, rows: 1, distance: whole.width, from: 0, use, ...whole };
    });
  });
}

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
        (Object.keys(EXTENTS) as Name[]).map((name) => [name, watch(inner, name, elements)]),
      ) as unknown as Kernels;
      return { engine: watched, memory: inner.memory, data: inner.data.subarray(0, elements), ...kernels };
    },
    attachWorkspace() {
      throw new Error("A watched engine has one thread.");
    },
  };
  return watched;
}

function watch(ws: Workspace, name: Name, elements: number) {
  const { data, engine } = ws;
  const kernel = ws[name] as (args: unknown) => unknown;
  const words = data.BYTES_PER_ELEMENT / 4;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length * words);
  const pattern = PATTERN[engine.precision];
  const native = guard && engine.name.startsWith("native") ? guard : undefined;
  return (args: Record<string, number>): unknown => {
    const allowed = extentsOf(name, args, { lanes: engine.lanes, data });
    const marks = new Uint8Array(data.length);
    for (const each of allowed) mark(marks, each, elements, name);
    const fail = (what: string, k: number) => {
      throw new Error(`${engine.name} ${name}(${Object.values(args)}): ${what} at ${k}, ${near(allowed, k)}`);
    };
    const before = bits.slice();
    for (let word = 0; word < bits.length; word++) if (!(marks[word >> (words - 1)] & READ)) bits[word] = pattern;
    const held = bits.slice();
    native?.(data as Float32Array, marks);
    const result = kernel(args);
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

function mark(marks: Uint8Array, { tensor, at, rows, width, distance, use }: Extent, elements: number, name: string) {
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
  const place = k < at ? `${at - k} before` : k >= end ? `${k - end + 1} behind the end of` : `${k - at} inside`;
  return `${place} ${tensor} [${at}, ${end})`;
}

function distanceTo({ at, end }: { at: number; end: number }, k: number): number {
  return k < at ? at - k : k >= end ? k - end + 1 : 0;
}
