import {
  addPair,
  advance,
  assemble,
  get,
  loadPair,
  multiplyPair,
  repeat,
  set,
  storePair,
  subtractPair,
} from "./wasm-assembler.js";

/** The inner loop of nearest neighbours as WebAssembly, two columns at a time; distances.ts has the plain loop. */
export interface DistanceLoops {
  /**
   * Sums of squared differences of four rows a and two rows b, for even and odd columns apart.
   * @param a0 address of float64 columns, as the others; `end` that of a0's last column plus 8
   * @param out eight pairs (even, odd): a0 b0, a0 b1, a1 b0, ...
   */
  squares(
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    end: number,
    out: number,
  ): void;
}

function squares(): number[] {
  // 4 x 2 tile: 8 sums, 2 operands, a row's value and a difference stay in the 16 vector registers of x86-64
  const [end, out, sums, u, v, p, d] = [6, 7, 8, 16, 17, 18, 19];
  const difference = (b: number, sum: number) => [
    ...[...get(p), ...get(b), ...subtractPair, ...set(d)],
    ...[...get(sum), ...get(d), ...get(d), ...multiplyPair, ...addPair, ...set(sum)],
  ];
  const row = (a: number) => [
    ...[...get(a), ...loadPair, ...set(p)],
    ...difference(u, sums + 2 * a),
    ...difference(v, sums + 2 * a + 1),
  ];
  return [
    ...repeat(
      [
        ...[...get(4), ...loadPair, ...set(u)],
        ...[...get(5), ...loadPair, ...set(v)],
        ...[0, 1, 2, 3].flatMap(row),
        ...[0, 1, 2, 3, 4, 5].flatMap((pointer) => advance(pointer, 16)),
      ],
      0,
      end,
    ),
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) => [...get(out), ...get(sums + k), ...storePair(16 * k)]),
  ];
}

let compiled: WebAssembly.Module | undefined;

export function distanceModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    assemble([{ name: "squares", parameters: 8, integers: 0, vectors: 12, body: squares() }]),
  );
  return compiled;
}
