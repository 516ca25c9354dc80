import type { Layer, Plan, Signal } from "./layer.js";
import { createMultiplier } from "./multiplier.js";

/**
 * While training `segments` stretches of each sequence become 0, every number of their steps, so that the decoder has
 * to rebuild what the encoder did not see. A stretch is `share` of the sequence's steps, rounded; stretches may
 * overlap. Else the input passes as it is.
 */
export function createSegmentMask(
  plan: Plan,
  name: string,
  input: Signal,
  { share, segments = 1 }: { share: number; segments?: number },
): Layer {
  return createMultiplier(plan, name, input, (draws, offset, _rows, width) =>
    draws.segments(name, offset, width, share, segments),
  );
}
