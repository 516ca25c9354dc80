import { bootstrapDraws, type Draws, differenceOf, intervalOf, type PredictedCases } from "../metrics/bootstrap.js";
import { LANES, type Weighted } from "../metrics/part-sums.js";
import { correctedResampledTest, redrawnTest } from "../metrics/resampled-t-test.js";
import { rankedAuc, rankedPrecision } from "../metrics/weighted-ranking.js";
import type { Resample } from "../plan/resample.js";
import type { AnomalyDifference, AnomalyMeasure, AnomalyRow, Rate } from "./anomaly-comparison.js";
import type { DetectorScores } from "./anomaly-scores.js";

/** Draws of the deciding measure, for differences, and of other figures, for their own interval: as in `compare`. */
const DECIDING = 2000;
const SHOWN = 500;

/** What rows are scored with. */
export interface AnomalyScoring {
  resamples: readonly Resample[];
  /** [test cases of all resamples], 1 for an anomaly. */
  labels: Int32Array;
  /** What is drawn together; see `groupsOf`. */
  groups?: readonly (string | number)[];
  measure: AnomalyMeasure;
  level: number;
  /** Resamples are a given split and others of its sizes. */
  redrawn: boolean;
  seed: number;
}

export interface ScoredAnomalyRow {
  row: AnomalyRow;
  /** Of the deciding measure. */
  draws: Draws;
}

type MeasureOf = (cases: PredictedCases, unitOf: Int32Array) => Weighted;
const ranked: Record<AnomalyMeasure, MeasureOf> = { auc: rankedAuc, "average-precision": rankedPrecision };

/** Figures and intervals of every detector, on the same draws of test cases. */
export function scoreRows(all: readonly DetectorScores[], scoring: AnomalyScoring): ScoredAnomalyRow[] {
  const { labels, measure, level, seed, groups } = scoring;
  const rows = all.map(({ scores, pValues }) => ({
    labels,
    predicted: Int32Array.from(pValues, (p) => (p <= level ? 1 : 0)),
    scores,
  }));
  const drawsOf = (of: MeasureOf, repeats = SHOWN) => bootstrapDraws(rows, of, { groups, repeats, seed });
  const rankedDraws = (each: AnomalyMeasure) =>
    drawsOf(overResamples(ranked[each], scoring), each === measure ? DECIDING : SHOWN);
  const byMeasure = {
    auc: rankedDraws("auc"),
    "average-precision": rankedDraws("average-precision"),
  };
  const called = [0, 1].map((label) => drawsOf(callsOf(label), SHOWN));
  const rateOf = (label: 0 | 1, r: number): Rate => {
    const cases = labels.filter((each) => each === label).length;
    const hits = rows[r].predicted.filter((each, n) => each === 1 && labels[n] === label).length;
    return { cases, called: hits, rate: cases > 0 ? hits / cases : 0, ...intervalOf(called[label][r]) };
  };
  return all.map(({ detector, seconds, notes }, r) => ({
    row: {
      detector,
      role: detector === "autoencoder" ? "autoencoder" : "baseline",
      auc: byMeasure.auc[r].value,
      averagePrecision: byMeasure["average-precision"][r].value,
      intervals: {
        auc: intervalOf(byMeasure.auc[r]),
        "average-precision": intervalOf(byMeasure["average-precision"][r]),
      },
      byResample: valuesByResample(rows[r], scoring),
      falseAlarms: rateOf(0, r),
      found: rateOf(1, r),
      seconds,
      notes,
    },
    draws: byMeasure[measure][r],
  }));
}

/** The autoencoder against each other row. */
export function anomalyDifferences(
  rows: readonly ScoredAnomalyRow[],
  { resamples, redrawn }: Pick<AnomalyScoring, "resamples" | "redrawn">,
): AnomalyDifference[] {
  const ours = rows.find(({ row }) => row.role === "autoencoder");
  if (!ours) return [];
  const level = 0.95;
  const sizeOf = (part: "train" | "test") => resamples.reduce((sum, each) => sum + each[part].length, 0);
  return rows
    .filter((each) => each !== ours)
    .map((other) => {
      const steps = ours.row.byResample.map((value, k) => value - other.row.byResample[k]).filter(Number.isFinite);
      const drawn = ours.draws.drawn.map((value, n) => value - other.draws.drawn[n]);
      const corrected = redrawn
        ? redrawnTest(steps, drawn, level)
        : correctedResampledTest(steps, sizeOf("test") / sizeOf("train"), level);
      return {
        detector: ours.row.detector,
        against: other.row.detector,
        ...differenceOf(ours.draws, other.draws, level),
        level,
        ...(corrected && { corrected }),
      };
    });
}

/** Ends of the test parts in the list of all test cases. */
function spansOf(resamples: readonly Resample[]): [from: number, to: number][] {
  let to = 0;
  return resamples.map(({ test }) => [to, (to += test.length)]);
}

/** The mean over the resamples: scores of two fits have no scale in common. */
function overResamples(of: MeasureOf, { resamples }: Pick<AnomalyScoring, "resamples">): MeasureOf {
  return (cases, unitOf) => {
    const parts = spansOf(resamples).map(([from, to]) => of(partOf(cases, from, to), unitOf.subarray(from, to)));
    const own = new Float64Array(LANES);
    return (counts, values) => {
      const [sums, seen] = [new Float64Array(LANES), new Float64Array(LANES)];
      for (const part of parts) {
        part(counts, own);
        own.forEach((value, lane) => {
          if (Number.isNaN(value)) return;
          sums[lane] += value;
          seen[lane]++;
        });
      }
      sums.forEach((sum, lane) => {
        values[lane] = seen[lane] > 0 ? sum / seen[lane] : Number.NaN;
      });
    };
  };
}

/** The share of the cases of a label that are called. */
function callsOf(label: number): MeasureOf {
  return ({ labels, predicted }, unitOf) => {
    const own = Int32Array.from(labels.keys()).filter((n) => labels[n] === label);
    return (counts, values) => {
      for (let lane = 0; lane < LANES; lane++) {
        let [hits, all] = [0, 0];
        for (const n of own) {
          const count = counts[unitOf[n] * LANES + lane];
          hits += count * predicted[n];
          all += count;
        }
        values[lane] = all > 0 ? hits / all : Number.NaN;
      }
    };
  };
}

function valuesByResample(cases: PredictedCases, { resamples, measure }: AnomalyScoring): number[] {
  return spansOf(resamples).map(([from, to]) => {
    const part = partOf(cases, from, to);
    const once = new Int32Array((to - from) * LANES).fill(1);
    const values = new Float64Array(LANES);
    ranked[measure](
      part,
      Int32Array.from({ length: to - from }, (_, n) => n),
    )(once, values);
    return values[0];
  });
}

function partOf({ labels, predicted, scores }: PredictedCases, from: number, to: number): PredictedCases {
  return {
    labels: labels.subarray(from, to),
    predicted: predicted.subarray(from, to),
    scores: scores!.subarray(from, to),
  };
}
