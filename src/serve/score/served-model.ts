import type { Engine } from "../../engine/engine.js";
import { encode } from "../../features/encode.js";
import { decodeModel } from "../../features/model-bytes.js";
import { type ReadOut, readOuts, resolveReadOut } from "../../features/read-outs/read-outs.js";
import type { Model } from "../../model/model.js";
import type { CaseReading } from "./cases.js";
import { describe, type Served } from "./served.js";

/** @throws {ArtefactError} for bytes that are no sound model */
export function servedModel(engine: Engine, bytes: Uint8Array, where: string): Served {
  const model = decodeModel(bytes, where);
  const { preparation, data } = model.metadata;
  const columns = new Map<ReadOut, number>();
  const reading: CaseReading = {
    channels: preparation.channels,
    reading: data.reading,
    resampled: preparation.resample !== undefined,
  };
  return {
    ...reading,
    about: { kind: "encoder", can: ["encode"], ...describe(reading), readOuts: readOutsOf(model) },
    columns(readOut) {
      let count = columns.get(readOut);
      if (count === undefined)
        columns.set(readOut, (count = resolveReadOut(model.metadata.spec, readOut, model.readOut).names.length));
      return count;
    },
    encode: (set, readOut) => encode(engine, model, set, { readOut, threads: 0 }),
  };
}

/** The read-outs that the model was fitted for. */
function readOutsOf({ metadata, readOut: kept }: Model): ReadOut[] {
  return readOuts.filter((readOut) => {
    try {
      resolveReadOut(metadata.spec, readOut, kept);
      return true;
    } catch {
      return false;
    }
  });
}
