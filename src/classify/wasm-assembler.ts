/**
 * Just enough of WebAssembly's binary format (webassembly.github.io/spec/core/binary) to write an inner loop down
 * instruction by instruction. Loops of this room are assembled like this because `fit` does not wait for a file.
 * Every function takes addresses (i32) in a memory that is handed in, and returns nothing.
 */
export interface WasmFunction {
  name: string;
  parameters: number;
  /** Local variables after the parameters: first so many i32, then so many v128. */
  integers: number;
  vectors: number;
  body: number[];
}

const I32 = 0x7f;
const V128 = 0x7b;

export const get = (local: number) => [0x20, local];
export const set = (local: number) => [0x21, local];
/** Sets and keeps the value. */
export const tee = (local: number) => [0x22, local];
/** @param value below 64 */
export const constant = (value: number) => [0x41, value];
export const add = [0x6a];
export const shiftLeft = [0x74];
export const loadInt = [0x28, 2, 0];
export const loadByte = [0x2d, 0, 0];
/** Two float64. */
export const loadPair = [0xfd, 0x00, 3, 0];
/** @param offset bytes after the address, below 128 */
export const storePair = (offset = 0) => [0xfd, 0x0b, 3, offset];
export const addPair = [0xfd, 0xf0, 0x01];
export const subtractPair = [0xfd, 0xf1, 0x01];
export const multiplyPair = [0xfd, 0xf2, 0x01];
/** local += bytes; @param bytes below 64 */
export const advance = (local: number, bytes: number) => [
  ...get(local),
  ...constant(bytes),
  ...add,
  ...set(local),
];
/** Once, and again while `local` is below `end` (unsigned). */
export const repeat = (body: number[], local: number, end: number) => [
  ...[0x03, 0x40],
  ...body,
  ...[...get(local), ...get(end), 0x49],
  ...[0x0d, 0x00, 0x0b],
];

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}
const sized = (bytes: number[]) => [...unsigned(bytes.length), ...bytes];
const list = (items: number[][]) => [...unsigned(items.length), ...items.flat()];
const text = (letters: string) => sized(Array.from(letters, (letter) => letter.charCodeAt(0)));
const section = (id: number, bytes: number[]) => [id, ...sized(bytes)];

/** A module of these functions over an imported memory, env.memory. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [I32])),
    0,
  ]);
  const bodies = functions.map(({ integers, vectors, body }) =>
    sized([
      ...list([
        [...unsigned(integers), I32],
        [...unsigned(vectors), V128],
      ]),
      ...body,
      0x0b,
    ]),
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(2, list([[...text("env"), ...text("memory"), 0x02, 0x00, 1]])),
    ...section(3, list(functions.map((_, k) => unsigned(k)))),
    ...section(7, list(functions.map(({ name }, k) => [...text(name), 0x00, ...unsigned(k)]))),
    ...section(10, list(bodies)),
  ]);
}

/**
 * Memory of so many bytes and the functions over it; undefined where WebAssembly is forbidden (a page's security
 * policy), lacks SIMD, or would need more than its 4 GB.
 */
export function wasmLoops<Loops>(
  bytes: number,
  compile: () => WebAssembly.Module,
): { buffer: ArrayBuffer; loops: Loops } | undefined {
  const pages = Math.max(1, Math.ceil(bytes / 65536));
  if (pages > 65536) return undefined;
  try {
    const memory = new WebAssembly.Memory({ initial: pages });
    const instance = new WebAssembly.Instance(compile(), { env: { memory } });
    return { buffer: memory.buffer as ArrayBuffer, loops: instance.exports as Loops };
  } catch {
    return undefined;
  }
}
