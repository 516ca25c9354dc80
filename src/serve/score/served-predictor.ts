import type { Engine } from "../../engine/engine.js";
import { staticChannels } from "../../predict/cases.js";
import { decodePredictor, type Predictor } from "../../predict/predictor.js";
import type { CaseReading } from "./cases.js";
import { describe, type Served } from "./served.js";

/** @throws {ArtefactError} for bytes that are no sound predictor */
export function servedPredictor(engine: Engine, bytes: Uint8Array, where: string): Served {
  const predictor: Predictor = decodePredictor(engine, bytes, where, { threads: 0 });
  const { about } = predictor;
  const { classNames, features, classifiers, threshold } = about;
  const reading: CaseReading = {
    channels: about.channels,
    reading: about.data.reading,
    statics: staticChannels(about),
    classNames,
  };
  return {
    ...reading,
    about: {
      kind: "predictor",
      can: ["predict", "explain"],
      ...describe(reading),
      readOuts: [],
      ...{ classNames, features, classifiers },
      ...(threshold && { positive: classNames[1], threshold: threshold.value }),
    },
    predict: async ({ set, events, rows }) => ({ classNames, ...(await predictor.score({ set, events, rows })) }),
    async explain({ set, events, rows }, top) {
      const { reasons, ...scored } = await predictor.explain({ set, events, rows }, top);
      const moved = reasons.map(({ classIndex, unit, base, contributions }) => ({
        ...{ class: classNames[classIndex], unit, base },
        contributions: contributions.map(({ name, contribution }) => ({ column: name, contribution })),
      }));
      return { classNames, ...scored, moved };
    },
  };
}
