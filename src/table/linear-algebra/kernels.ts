import base64 from "../../../dist/kernels/classify.js";

/** The kernels of kernels/bind/classify.c. Arguments are addresses in bytes, then sizes. */
export interface ClassifyKernels {
  histogram_add(
    histogram: number,
    gradients: number,
    codes: number,
    offsets: number,
    rows: number,
    count: number,
    n: number,
    C: number,
  ): void;
  histogram_subtract(whole: number, part: number, bins: number): void;
  find_split(
    found: number,
    histogram: number,
    offsets: number,
    hasMissing: number,
    C: number,
    best: number,
    rules: number,
  ): number;
  near_pairs(
    places: number,
    distances: number,
    left: number,
    m: number,
    right: number,
    n: number,
    first: number,
    count: number,
    width: number,
  ): number;
  scale_rows(
    block: number,
    rows: number,
    first: number,
    x: number,
    mean: number,
    scale: number,
    count: number,
    columns: number,
    width: number,
    fours: number,
  ): void;
  row_products(out: number, x: number, b: number, rows: number, columns: number, outputs: number): void;
  add_rows(sums: number, x: number, factors: number, rows: number, columns: number, outputs: number): void;
  add_squares(sums: number, x: number, centre: number, rows: number, columns: number): void;
  dot_products(
    out: number,
    a: number,
    b: number,
    aside: number,
    m: number,
    n: number,
    length: number,
    lower: number,
  ): void;
  inverse_forms(forms: number, z: number, lower: number, inverse: number, n: number, stride: number): void;
  subtract_product(out: number, z: number, factors: number, n: number, stride: number): void;
}

const PAGE = 65536;
const MOST_PAGES = 65536;
let compiled: WebAssembly.Module | undefined;

/**
 * The kernels over a memory of their own, in which `bytes` are free from address `start` on (a multiple of 16); taken
 * from the package itself, so that nobody waits for a file. Undefined where WebAssembly is forbidden (a page's
 * security policy), lacks SIMD, or would need more than its 4 GB.
 */
export function classifyKernels(
  bytes: number,
): { buffer: ArrayBuffer; start: number; kernels: ClassifyKernels } | undefined {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    const start = Math.ceil((exports.__heap_base as WebAssembly.Global).value / 16) * 16;
    const pages = Math.ceil((start + bytes) / PAGE);
    if (pages > MOST_PAGES) return undefined;
    memory.grow(pages - 1);
    return { buffer: memory.buffer, start, kernels: exports as unknown as ClassifyKernels };
  } catch {
    return undefined;
  }
}
