import { rateRange } from "../../anomaly/p-values.js";
import type { Engine } from "../../engine/engine.js";
import { withHooks } from "../../hooks.js";
import { checkLeakage } from "../../sequences/inspect/leakage.js";
import type { DataSource } from "../../sequences/set/sequence-set.js";
import { pickSequences, type Sequences } from "../../sequences/set/windowed-set.js";
import { VERSION } from "../../version.js";
import { groupsOf } from "../plan/groups.js";
import { describePlan } from "../plan/resample-plan.js";
import type { AnomalyComparison } from "./anomaly-comparison.js";
import { type AnomalyQuestion, type CompareAnomalyOptions, resolveAnomalyQuestion } from "./anomaly-options.js";
import { scoreDetectors } from "./anomaly-scores.js";
import { anomalyVerdict } from "./anomaly-verdict.js";
import { type AnomalyScoring, anomalyDifferences, scoreRows } from "./score-anomaly.js";

/**
 * Fits detectors without labels and judges by the labels of the test part how well they rank anomalies, and whether their
 * false alarms are as many as stated. One class is normal, all others are anomalies. Labels of the training part are
 * looked at to leave out anomalies (`trainOn: "normal"`), and for nothing else.
 * @throws {DataError} without labels, with one class only, or if an entity would be on both sides (unless forward)
 * @throws {OptionError} for an option this source has no use for, or a false-alarm rate that no p-value reaches
 */
export async function compareAnomaly(
  engine: Engine,
  source: DataSource<Sequences>,
  options: CompareAnomalyOptions = {},
): Promise<AnomalyComparison> {
  const started = new Date();
  const question = resolveAnomalyQuestion(source, options);
  return withHooks("compareAnomaly", question.hooks ?? {}, ["onProgress"], (hooks) =>
    judge(engine, { ...question, hooks }, started),
  );
}

async function judge(engine: Engine, question: AnomalyQuestion, started: Date): Promise<AnomalyComparison> {
  const clock = performance.now();
  const { source, cases, plan, resamples, normal, trainOn, measure, minGain, seed } = question;
  const duplicates = tellDuplicates(question);
  const found = await scoreDetectors(engine, question);
  const tested = resamples.flatMap(({ test }) => Array.from(test));
  const isAnomaly = (n: number) => cases.labels![n] !== normal;
  const scoring: AnomalyScoring = {
    ...{ resamples, measure, seed, level: found.level },
    labels: Int32Array.from(tested, (n) => (isAnomaly(n) ? 1 : 0)),
    groups: groupsOf(cases, resamples),
    redrawn: plan.kind === "redrawn",
  };
  const scored = scoreRows(found.detectors, scoring);
  const differences = anomalyDifferences(scored, scoring);
  question.hooks?.onProgress?.("intervals", 1, 0);
  const judged = {
    ...{ measure, minGain, differences },
    rows: scored.map(({ row }) => row),
    level: found.level,
    held: found.held,
    ...(found.units === found.held && { expected: rateRange(found.held, found.level) }),
  };
  return {
    name: source.name,
    engine: engine.name,
    normal: cases.classNames![normal],
    classNames: cases.classNames!,
    trainOn,
    plan: describePlan(plan),
    train: resamples[0].train.length,
    trainAnomalies: resamples[0].train.filter(isAnomaly).length,
    test: tested.length,
    testAnomalies: tested.filter(isAnomaly).length,
    ...judged,
    verdict: anomalyVerdict({ ...judged, anomalies: new Set(tested.filter(isAnomaly)).size }),
    files: source.files,
    settings: {
      plan,
      fit: question.fit,
      detectors: question.detectors,
      falseAlarmRate: question.falseAlarmRate ?? null,
    },
    seed,
    started: started.toISOString(),
    undertone: VERSION,
    notes: [...new Set([...source.notes, ...duplicates, ...found.detectors.flatMap(({ notes }) => notes)])],
    seconds: (performance.now() - clock) / 1000,
  };
}

/** @throws {DataError} for an entity on both sides, except forward in time */
function tellDuplicates({ cases, resamples, plan }: AnomalyQuestion): string[] {
  return resamples.flatMap(({ train, test }, k) => {
    const { duplicates } = checkLeakage(pickSequences(cases, train), pickSequences(cases, test), {
      allowSharedEntities: plan.kind === "forward",
    });
    return duplicates.length > 0
      ? [`${duplicates.length} test sequences are also in the training part (resample ${k + 1}).`]
      : [];
  });
}
