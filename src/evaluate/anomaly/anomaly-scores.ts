import type { DetectorName } from "../../anomaly/detectors/detectors.js";
import { detectors } from "../../anomaly/detectors/detectors.js";
import { fitAnomaly } from "../../anomaly/fit-anomaly.js";
import { openAnomaly } from "../../anomaly/open-anomaly.js";
import { unpack } from "../../classify/base/packed.js";
import type { Engine } from "../../engine/engine.js";
import { pickSequences } from "../../sequences/set/windowed-set.js";
import { joined } from "../comparison/predictions.js";
import type { AnomalyQuestion } from "./anomaly-options.js";

/** What a detector says of the test cases of all resamples, one after another. */
export interface DetectorScores {
  detector: DetectorName;
  scores: Float64Array;
  pValues: Float64Array;
  seconds: number;
  notes: string[];
}

export interface AllScores {
  detectors: DetectorScores[];
  /** The false-alarm rate that is stated: the one that was asked for, or the nearest that all resamples can keep to. */
  level: number;
  /** Held-out cases of the first resample. */
  held: number;
  /** Whether they were single cases at random: else they depend on each other. */
  independent: boolean;
}

/** How much longer a detector with a network takes. */
const NETWORK = 50;

/** Fits each detector on the training part of each resample, without a look at labels except to leave out anomalies. */
export async function scoreDetectors(engine: Engine, question: AnomalyQuestion): Promise<AllScores> {
  const { cases, plan, resamples, normal, trainOn, fit, falseAlarmRate, hooks } = question;
  const weights = question.detectors.map((name) => (detectors[name].network ? NETWORK : 1));
  const total = resamples.length * weights.reduce((sum, weight) => sum + weight, 0);
  const started = performance.now();
  let done = 0;
  const found = question.detectors.map((detector) => ({
    detector,
    scores: [] as Float64Array[],
    pValues: [] as Float64Array[],
    seconds: 0,
    notes: [] as string[],
  }));
  let level = 0;
  let held = 0;
  let independent = false;
  for (const [k, { train, test }] of resamples.entries()) {
    const rows = trainOn === "all" ? train : train.filter((n) => cases.labels![n] === normal);
    const training = pickSequences(cases, rows);
    const testing = pickSequences(cases, test);
    for (const [d, each] of found.entries()) {
      const began = performance.now();
      const tell = (share: number) => {
        const all = (done + share * weights[d]) / total;
        const seconds = (performance.now() - started) / 1000;
        hooks?.onProgress?.(`resample ${k + 1}, ${detectors[each.detector].phrase}`, all, (seconds * (1 - all)) / all);
      };
      const { network } = detectors[each.detector];
      const fitted = await fitAnomaly(engine, training, {
        detector: each.detector,
        fit: network ? fit : { threads: fit.threads, train: { seed: fit.train?.seed } },
        falseAlarmRate,
        ...(plan.kind === "forward" && { holdOutBy: "forward" }),
        signal: hooks?.signal,
        onProgress: tell,
      });
      const predictor = openAnomaly(engine, fitted);
      const { scores, pValues } = await predictor.score(testing, { threads: fit.threads });
      each.scores.push(scores);
      each.pValues.push(pValues);
      each.seconds += (performance.now() - began) / 1000;
      if (k === 0) each.notes = fitted.notes;
      level = Math.max(level, predictor.level);
      if (k === 0) {
        independent = fitted.state.heldOut === "random";
        held = fitted.state.parts.reduce((sum, part) => sum + unpack("float64", part.cases).length, 0);
      }
      done += weights[d];
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets Ctrl-C have its turn
    }
  }
  return {
    detectors: found.map(({ scores, pValues, ...each }) => ({
      ...each,
      scores: joined(scores),
      pValues: joined(pValues),
    })),
    ...{ level, held, independent },
  };
}
