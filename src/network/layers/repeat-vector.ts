import type { Layer, Signal } from "./layer.js";

/**
 * [B, Z] -> [R, Z], the same vector at every step. Nothing is copied: the signal is marked as repeated,
 * and the LSTM that reads it projects it once; the mask goes past it untouched.
 */
export function createRepeatVector(name: string, input: Signal): Layer {
  return {
    name,
    output: { ...input, kind: "repeated" },
    forward() {},
    backward: (_pass, dOutput) => dOutput,
  };
}
