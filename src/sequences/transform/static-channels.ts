import { OptionError } from "../../errors.js";
import { withRoomFor } from "../set/add-channels.js";
import { type Channel, countOf, createBitmap, type SequenceSet, setBit } from "../set/sequence-set.js";

/**
 * Adds each static column as a channel that has the same value at every step, so that a network sees it. The columns
 * stay static, too.
 * @throws {OptionError} if there is no static column, or a channel already has the name of one
 */
export function addStaticChannels(set: SequenceSet): SequenceSet {
  const { statics } = set;
  if (!statics) throw new OptionError("addStaticChannels: the sequences have no static columns, expected some.");
  const before = set.channels.length;
  const S = statics.names.length;
  const room = withRoomFor(set, statics.names, { name: "addStaticChannels", kind: "static" });
  const { values, F } = room;
  let { observed } = room;
  for (let n = 0; n < countOf(set); n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++)
      for (let c = 0; c < S; c++) {
        const value = statics.values[n * S + c];
        const k = s * F + before + c;
        if (!Number.isNaN(value)) values[k] = value;
        else {
          observed ??= createBitmap(values.length, true);
          setBit(observed, k, false);
        }
      }
  const added = statics.names.map((name, c): Channel => {
    const vocabulary = statics.vocabularies?.[c];
    return vocabulary ? { name, kind: "categorical", vocabulary } : { name, kind: "numeric" };
  });
  return { ...set, channels: [...set.channels, ...added], values, observed };
}
