const MEASURE_MS = 80;

/**
 * The multiply-add peak of one core, in GFLOPS (a multiply-add is two operations): the best of many calls within
 * 80 ms. The early calls run before the compiler's second tier and many meet an interruption; the best one is
 * what the core can do.
 * @param flopsPerRound operations in one round of `loop`
 * @param loop runs so many rounds without touching memory; its result keeps the compiler from dropping them
 */
export function measurePeak(flopsPerRound: number, loop: (factor: number, rounds: number) => number): number {
  const rounds = 20_000; // tenths of a millisecond: long against the clock, short against a time slice
  let best = 0;
  let now = performance.now();
  const end = now + MEASURE_MS;
  while (now < end) {
    const started = performance.now();
    if (!Number.isFinite(loop(0.5, rounds))) throw new Error("The peak loop must converge.");
    now = performance.now();
    best = Math.max(best, (flopsPerRound * rounds) / (now - started) / 1e6);
  }
  return best;
}

export const PLAIN_LOOP_FLOPS = 24;

/** x = x * factor + factor in twelve independent variables: what plain JavaScript numbers can do. */
export function plainLoop(factor: number, rounds: number): number {
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
  for (let round = 0; round < rounds; round++) {
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
