import { NONE } from "../engine/engine.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { States } from "../network/batch/states.js";
import type { Slot } from "../network/network.js";

/** The encoder's states after a forward pass: of every recurrent layer whose states are all there. */
export function statesOf(slot: Slot, pass: PackedBatch): States {
  const { data } = slot.ws;
  const { T, B } = pass;
  let starts: Int32Array | undefined;
  if (pass.active !== NONE) {
    starts = new Int32Array(T + 1);
    for (let t = 0; t < T; t++) starts[t + 1] = starts[t] + data[pass.active + t];
  }
  const layers = slot.encoder.filter((layer) => layer.states);
  const views = layers.flatMap(({ states }, layer) =>
    states!.map(({ every, reverse }) => ({
      ...{ data, offset: every.offset(pass), stride: every.stride, width: every.width },
      ...{ layer, reverse },
    })),
  );
  const mask = pass.mask === NONE ? undefined : { data, offset: pass.mask };
  return { T, B, starts, mask, views };
}
