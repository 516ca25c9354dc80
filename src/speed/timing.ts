/** V8 compiles kernels again, and better, while they run for the first time. */
const WARM_UP_MS = 300;

/** Runs twice or more, for 300 ms or more; returns the milliseconds of the last run. */
export function warmUp(work: () => unknown): number {
  const end = performance.now() + WARM_UP_MS;
  let [last] = repeat(work, 1);
  do [last] = repeat(work, 1);
  while (performance.now() < end);
  return last;
}

/** Milliseconds of each run. */
export function repeat(work: () => unknown, times: number): number[] {
  return Array.from({ length: times }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
