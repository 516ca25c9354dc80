import type { Layer, Plan, Signal } from "./layer.js";
import { createMultiplier } from "./multiplier.js";

/**
 * Inverted dropout: while training every number becomes 0 with probability `rate` and is divided by
 * 1 - rate otherwise; else the input passes as it is.
 */
export function createDropout(plan: Plan, name: string, input: Signal, rate: number): Layer {
  return createMultiplier(plan, name, input, (draws, offset, rows, width) =>
    draws.dropout(name, offset, rows, width, rate),
  );
}
