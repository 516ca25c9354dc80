import type { Engine } from "../engine/engine.js";
import type { Model } from "../model/model.js";
import { prepareSequences } from "../model/prepare.js";
import { lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { runBatches } from "./run-batches.js";

/** Few at a time: the series may be long, and every step of a batch has its room. */
const BATCH = 16;

/** Series beside what the decoder made of them, both in scaled units. */
export interface Reconstructed {
  /** As the model read them: prepared, with the differences where it adds them. */
  given: SequenceSet;
  /** As `given.values`: numbers as they were made, of categories the likeliest. Also where nothing was observed. */
  made: Float32Array;
}

/**
 * What the decoder makes of every series, step by step in the order of time.
 * @param set as it was read
 * @throws {OptionError} if a channel of the model is missing
 */
export function reconstructSeries(engine: Engine, model: Model, set: SequenceSet): Reconstructed {
  const given = prepareSequences(set, model.metadata.preparation);
  const C = given.channels.length;
  const made = new Float32Array(given.values.length);
  const run = runBatches(engine, model, given, "autoencode", { batch: BATCH, shortestFirst: true });
  for (const { slot, batch, states, indices, groups } of run) {
    const { starts, B } = states;
    const { data } = slot.ws;
    const { stride } = slot.output!;
    const output = slot.output!.offset(batch);
    for (let b = 0; b < B; b++) {
      const n = indices[batch.order[b]];
      const length = lengthOf(given, n);
      for (let t = 0; t < length; t++) {
        const row = output + ((starts ? starts[t] : t * B) + b) * stride;
        const to = (given.offsets[n] + t) * C;
        groups.forEach(({ kind, start, width }, c) => {
          const own = data.subarray(row + start, row + start + width);
          made[to + c] = kind === "numeric" ? own[0] : own.indexOf(Math.max(...own));
        });
      }
    }
  }
  return { given, made };
}
