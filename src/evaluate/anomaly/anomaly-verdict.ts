import { type DetectorName, detectors } from "../../anomaly/detectors/detectors.js";
import type { Bounds } from "../comparison/comparison.js";
import { measureTable } from "../metrics/measures.js";
import { bestOf } from "../verdict/chosen-rows.js";
import { isAbove } from "../verdict/differences.js";
import { sayGain } from "../verdict/say.js";
import type { AnomalyComparison, AnomalyMeasure, AnomalyRow, AnomalyVerdict } from "./anomaly-comparison.js";

/** Fewer anomalous test cases than this show nothing. */
const FEW = 20;
/** False alarms of more than this many times the stated rate are told. */
const MANY = 1.5;

/** What a verdict is made of. */
export interface JudgedAnomaly
  extends Pick<AnomalyComparison, "measure" | "minGain" | "level" | "held" | "expected" | "rows" | "differences"> {
  /** Anomalous test cases, each once. */
  anomalies: number;
}

/**
 * Whether the autoencoder is worth its training: it must rank anomalies better than each baseline, beyond doubt, and by a
 * gain that counts. In doubt the baseline with the best figure is taken.
 */
export function anomalyVerdict(judged: JudgedAnomaly): AnomalyVerdict {
  const { rows, differences, measure, minGain, anomalies } = judged;
  const baselines = rows.filter(({ role }) => role === "baseline");
  const ours = rows.find(({ role }) => role === "autoencoder");
  const best = bestOf(rows, (row) => figureOf(row, measure));
  if (anomalies < FEW)
    return {
      decision: "too few anomalies",
      answer: `Only ${anomalies} anomalous test cases: too few to decide anything. Bring more.`,
      sentences: sayAlarms(best, judged),
    };
  if (!ours || baselines.length === 0)
    return {
      decision: "nothing to decide",
      answer: `The best row is ${phraseOf(best)}, with ${sayFigure(best, measure)}. ${ours ? "Compare with a baseline, too." : "Add the autoencoder to see whether it helps."}`,
      sentences: sayAlarms(best, judged),
    };
  const strongest = bestOf(baselines, (row) => figureOf(row, measure));
  const of = (row: AnomalyRow) => differences.find(({ against }) => against === row.detector)!;
  const against = of(strongest);
  const doubts = baselines.filter((row) => row !== strongest && !isAbove(of(row)));
  if (differences.every(isAbove) && against.difference >= minGain)
    return {
      decision: "use the autoencoder",
      answer: `Use the autoencoder: ${sayFigure(ours, measure)} instead of ${showFigure(strongest, measure)} with ${phraseOf(strongest)}, a gain of ${sayGain(against, measure)}.`,
      choice: ours.detector,
      sentences: sayAlarms(ours, judged),
    };
  const why = !isAbove(against)
    ? "it is not shown to be better"
    : against.difference < minGain
      ? "that is shown, and small"
      : `it is not shown to be above ${doubts.map(phraseOf).join(" and ")}`;
  return {
    decision: "take a baseline",
    answer: `Take ${phraseOf(strongest)}: ${sayFigure(strongest, measure)}. The autoencoder has ${showFigure(ours, measure)}, ${sayGain(against, measure)}: ${why}.`,
    choice: strongest.detector,
    sentences: sayAlarms(strongest, judged),
  };
}

/** False alarms at the stated rate, and what they buy. */
function sayAlarms(row: AnomalyRow, { level, held, expected }: JudgedAnomaly): string[] {
  const { falseAlarms, found } = row;
  const told = `At a false-alarm rate of ${percent(level)} ${phraseOf(row)} calls ${percent(falseAlarms.rate)} of the ${falseAlarms.cases} normal test cases ${range(falseAlarms)} and ${percent(found.rate)} of the ${found.cases} anomalies.`;
  const chance = expected
    ? [
        `A fit with ${held} held-out cases has a rate between ${percent(expected.low)} and ${percent(expected.high)} nine times in ten.`,
      ]
    : [];
  const isMore = falseAlarms.rate > MANY * level && falseAlarms.low > level;
  if (!isMore) return [told, ...chance];
  return [
    told,
    ["That is more than was stated.", ...chance, "Normal test cases may differ from normal training cases."].join(" "),
  ];
}

const phraseOf = ({ detector }: { detector: DetectorName }) => detectors[detector].phrase;

export const figureOf = (row: AnomalyRow, measure: AnomalyMeasure) =>
  measure === "auc" ? row.auc : row.averagePrecision;

const showFigure = (row: AnomalyRow, measure: AnomalyMeasure) => figureOf(row, measure).toFixed(3);

const sayFigure = (row: AnomalyRow, measure: AnomalyMeasure) =>
  `${measureTable[measure].name} ${showFigure(row, measure)}`;

const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
const range = ({ low, high }: Bounds) => `[${percent(low)}, ${percent(high)}]`;
