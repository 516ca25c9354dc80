import type { Engine } from "./engine.js";

const MEASURE_MS = 80;
/** Vectors per call: tenths of a millisecond, which is long against the clock and short against a time slice. */
const COUNT = 240_000;

/**
 * The multiply-add peak of one core, in GFLOPS (a multiply-add is two operations): the best of many calls within
 * 80 ms. The early calls run before the compiler's second tier, and many are interrupted. The best one is
 * what the core can do.
 */
export function measurePeak(engine: Engine): number {
  const ws = engine.createWorkspace(1);
  let best = 0;
  let now = performance.now();
  const end = now + MEASURE_MS;
  while (now < end) {
    const started = performance.now();
    if (!Number.isFinite(ws.multiplyAddPeak({ factor: 0.5, count: COUNT })))
      throw new Error("The peak loop must converge.");
    now = performance.now();
    best = Math.max(best, (2 * engine.lanes * COUNT) / (now - started) / 1e6);
  }
  return best;
}

/** x = x * factor + factor in twelve independent variables: what plain JavaScript numbers can do. */
export function plainLoop(factor: number, count: number): number {
  let a = 0;
  let b = 1;
  let c = 2;
  let d = 3;
  let e = 4;
  let f = 5;
  let g = 6;
  let h = 7;
  let i = 8;
  let j = 9;
  let k = 10;
  let l = 11;
  for (; count > 0; count -= 12) {
    a = a * factor + factor;
    b = b * factor + factor;
    c = c * factor + factor;
    d = d * factor + factor;
    e = e * factor + factor;
    f = f * factor + factor;
    g = g * factor + factor;
    h = h * factor + factor;
    i = i * factor + factor;
    j = j * factor + factor;
    k = k * factor + factor;
    l = l * factor + factor;
  }
  return a + b + c + d + e + f + g + h + i + j + k + l;
}
