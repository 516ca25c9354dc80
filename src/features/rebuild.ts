import type { Engine } from "../engine/engine.js";
import { columnsOf } from "../model/columns.js";
import { fillPass } from "../model/fill-pass.js";
import { type Model, networkModel, openNetwork } from "../model/model.js";
import { prepare } from "../model/prepare.js";
import { countOf, lengthOf, longestOf, type SequenceSet } from "../sequences/sequence-set.js";
import { statesOf } from "./states-of.js";

/** Few at a time: the series may be long, and every step of a batch has its room. */
const BATCH = 16;

/** Series beside what the decoder made of them, both in scaled units. */
export interface Rebuilt {
  /** As the model read them: prepared, with the differences where it adds them. */
  given: SequenceSet;
  /** As `given.values`: numbers as they were made, of categories the likeliest. Also where nothing was observed. */
  made: Float32Array;
}

/**
 * What the decoder makes of every series, step by step in the order of time.
 * @param set as it was read
 * @throws {OptionError} if a channel of the model is not there
 */
export function rebuildSeries(engine: Engine, model: Model, set: SequenceSet): Rebuilt {
  const given = prepare(set, model.metadata.preparation);
  const { groups } = columnsOf(given.channels);
  const C = groups.length;
  const N = countOf(given);
  const made = new Float32Array(given.values.length);
  const reversed = model.metadata.spec.target === "reversed";
  const size = { batch: BATCH, steps: Math.max(1, longestOf(given)) };
  const [slot] = openNetwork(engine, networkModel(model), size, "autoencode").slots;
  const order = Int32Array.from({ length: N }, (_, n) => n).sort(
    (a, b) => lengthOf(given, a) - lengthOf(given, b) || a - b,
  );
  for (let from = 0; from < N; from += BATCH) {
    const indices = order.subarray(from, from + BATCH);
    const pass = fillPass(slot, given, groups, indices);
    slot.forward(pass);
    const { starts, B } = statesOf(slot, pass);
    const { data } = slot.ws;
    const { stride } = slot.output!;
    const output = slot.output!.offset(pass);
    for (let b = 0; b < B; b++) {
      const n = indices[pass.order[b]];
      const length = lengthOf(given, n);
      for (let t = 0; t < length; t++) {
        const row = output + ((starts ? starts[t] : t * B) + b) * stride;
        const to = (given.offsets[n] + (reversed ? length - 1 - t : t)) * C;
        groups.forEach(({ kind, start, width }, c) => {
          const own = data.subarray(row + start, row + start + width);
          made[to + c] = kind === "numeric" ? own[0] : own.indexOf(Math.max(...own));
        });
      }
    }
  }
  return { given, made };
}
