import { type AnomalyState, anomalyStateSchema } from "../anomaly/anomaly-state.js";
import { type AnomalyPredictor, openAnomaly } from "../anomaly/open-anomaly.js";
import type { Engine } from "../engine/engine.js";
import type { Model } from "../model/model.js";
import { conformChannels } from "../model/prepare.js";
import { expectOptions } from "../options.js";
import { mapSteps, type Sequences } from "../sequences/set/windowed-set.js";
import { type AnomalyAbout, anomalyAboutSchema } from "./about.js";
import { readContainer, writeContainer } from "./container.js";

/** A detector of anomalies as its file holds it, opened: cases are read by the channels of the training part. */
export interface Detector extends AnomalyPredictor {
  /** What it was fitted on. */
  about: AnomalyAbout;
  /** By which part of the training cases it compares, and its threshold. */
  state: AnomalyState;
  /** The bytes of its file, with a checksum. */
  toBytes(): Uint8Array;
}

/** @throws {ArtefactError} for a state that does not match the models */
export function openDetector(
  engine: Engine,
  parts: { about: AnomalyAbout; models: readonly Model[]; state: AnomalyState },
  threads?: number,
): Detector {
  const { about, models, state } = parts;
  const opened = openAnomaly(engine, { models, state });
  const conform = (set: Sequences) => mapSteps(set, (steps) => conformChannels(steps, about.channels));
  return {
    ...opened,
    about,
    state,
    score: (set, options = { threads }) => opened.score(conform(set), options),
    scoreSteps: (set, options = { threads }) => opened.scoreSteps(conform(set), options),
    toBytes: () => writeContainer(about, models, { anomaly: state }),
  };
}

/**
 * Reads the bytes of a detector and checks everything in it, its checksum first.
 * @param where names the file in errors
 * @throws {ArtefactError} if it was cut short, is damaged, is newer than this library or is no detector
 */
export function decodeDetector(
  engine: Engine,
  bytes: Uint8Array,
  where: string,
  options: { threads?: number } = {},
): Detector {
  expectOptions("decodeDetector", options, ["threads"]);
  const { about, networks, jsonOf, damaged } = readContainer(bytes, where, "anomaly");
  const parsed = anomalyAboutSchema.safeParse(about);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return damaged(` at ${issue.path.join(".")}: ${issue.message}`);
  }
  const state = anomalyStateSchema.safeParse(jsonOf("anomaly"));
  if (!state.success) {
    const [issue] = state.error.issues;
    return damaged(` in what it compares with, at ${issue.path.join(".")}: ${issue.message}`);
  }
  return openDetector(engine, { about: parsed.data, models: networks, state: state.data }, options.threads);
}
