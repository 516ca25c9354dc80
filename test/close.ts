import { expect } from "vitest";

/**
 * Fails with the tensor's name, the worst index, both values and how many were off.
 * @param rtol error allowed, relative to the largest magnitude in `expected`
 */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol, atol = 0, name }: { rtol: number; atol?: number; name: string },
): void {
  if (got.length !== expected.length) expect.fail(`${name}: got ${got.length} numbers, expected ${expected.length}`);
  let scale = 0;
  for (let k = 0; k < expected.length; k++) scale = Math.max(scale, Math.abs(expected[k]));
  const allowed = rtol * scale + atol;
  let worst = -1;
  let worstError = 0;
  let off = 0;
  for (let k = 0; k < got.length; k++) {
    const error = Math.abs(got[k] - expected[k]);
    if (error <= allowed) continue;
    off++;
    if (!(error <= worstError)) {
      worst = k;
      worstError = error;
    }
  }
  if (off > 0)
    expect.fail(
      `${name}: ${off} of ${got.length} numbers are off by more than ${allowed.toExponential(2)}; worst at ${worst}: ` +
        `got ${got[worst]}, expected ${expected[worst]}`,
    );
}
