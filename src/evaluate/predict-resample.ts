import { type ClassifierName, type ClassWeights, classifierTable } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import type { SequenceSet } from "../sequences/set/sequence-set.js";
import { type FeatureTable, selectRows } from "../table/feature-table.js";
import type { TrainHooks } from "../train/train.js";
import type { ResolvedOptions } from "./comparison/compare-options.js";
import type { Learning } from "./comparison/comparison.js";
import type { Built, Prediction, PredictionKey, Results } from "./comparison/predictions.js";
import { TRAINING, workOf } from "./comparison/progress.js";
import { latentMap } from "./latent-map.js";
import type { Resample } from "./plan/resample.js";
import { reconstructedCases } from "./reconstructed-cases.js";
import { averageAnswers } from "./score/answer-from.js";
import { type Expression, nameOfExpression } from "./sets/expression.js";
import { type FeaturePair, featureSets, withoutLabels } from "./sets/feature-sets.js";
import { type Blocks, featureTables, hasNetwork, joinBlocks } from "./sets/feature-tables.js";
import { selectByLeaveOneOut } from "./sets/select-by-leave-one-out.js";

export interface ResampleJob {
  engine: Engine;
  /** All cases, and the training part of this resample. */
  set: SequenceSet;
  train: SequenceSet;
  part: Resample;
  /** From 1. */
  resample: number;
  options: ResolvedOptions;
  classifiers: readonly ClassifierName[];
  classWeights: ClassWeights;
  aggregates?: () => FeatureTable;
  /** Where a threshold is wanted: training rows to fit on, and to choose on. */
  validation?: { fitted: Int32Array; held: Int32Array };
  results: Results;
  hooks: {
    signal?: AbortSignal;
    onStep(step: string, share: number): void;
    onDone(work: number, wasFound: boolean): void;
  };
}

/**
 * Answers of all classifiers on all feature sets in one resample, one network seed after another. What `results` has
 * already is not done again.
 */
export async function predictResample(job: ResampleJob): Promise<void> {
  const { options, classifiers, results, hooks } = job;
  const forResample = new Map<string, Promise<unknown>>();
  for (const [s, networkSeed] of options.networkSeeds.entries()) {
    const tables = tablesOf(job, networkSeed, forResample);
    for (const expression of options.features) {
      if (s > 0 && !hasNetwork(expression)) continue;
      const name = nameOfExpression(expression);
      const joined = new Map<boolean, FeaturePair>(); // by whether blocks are balanced
      let blocks: Blocks | undefined;
      let fresh = false;
      const answer = async (classifier: ClassifierName, of: Expression): Promise<Prediction> => {
        const key = keyOf(job, of, classifier, networkSeed);
        const known = results.answer(key);
        if (known) return known;
        if (of.kind === "average") {
          const parts: Prediction[] = [];
          for (const part of of.parts) parts.push(await answer(classifier, part));
          return averageAnswers(parts);
        }
        fresh = true;
        const made = of === expression ? (blocks ??= await tables(of)) : await tables(of);
        const { balanced } = classifierTable[classifier];
        const pair = (of === expression && joined.get(balanced)) || joinBlocks(made, balanced);
        if (of === expression) joined.set(balanced, pair);
        hooks.onStep(`${stepOf(job, key.features, networkSeed)}: ${classifier}`, 0);
        await new Promise((resolve) => setTimeout(resolve, 0));
        hooks.signal?.throwIfAborted();
        const standardise = made.pairs.length > 1 ? !balanced : made.pairs[0].components ? "auto" : true;
        const answered = fitAndAnswer(job, classifier, pair, standardise, made.notes);
        await results.keepAnswer(key, answered);
        return answered;
      };
      for (const classifier of classifiers) await answer(classifier, expression);
      hooks.onDone(workOf(expression, classifiers.length), !fresh);
      hooks.onStep(stepOf(job, name, networkSeed), 0);
    }
  }
}

function keyOf(
  { resample }: ResampleJob,
  of: Expression,
  classifier: string,
  networkSeed: number,
): PredictionKey {
  return { resample, features: nameOfExpression(of), classifier, seed: hasNetwork(of) ? networkSeed : 0 };
}

function stepOf({ resample, options }: ResampleJob, features: string, networkSeed: number): string {
  const seed = options.networkSeeds.length > 1 ? `, seed ${networkSeed}` : "";
  return `resample ${resample}: ${features}${seed}`;
}

/** A source of the tables of one network seed. */
function tablesOf(job: ResampleJob, networkSeed: number, forResample: Map<string, Promise<unknown>>) {
  const { engine, set, train, part, options, classWeights, aggregates, results, hooks, resample } = job;
  const classCount = set.classNames!.length;
  let progress: TrainHooks["onProgress"];
  const onBuilt = async (name: string, pair: FeaturePair, seconds: number): Promise<void> => {
    const { network, role } = featureSets[name.split(":")[0]];
    const seed = network ? networkSeed : 0;
    const built: Built = { notes: [...(pair.notes ?? [])], seconds };
    if (role === "latent" && pair.model)
      built.learning = learningOf(name, pair.model, { resample, seed, seconds });
    if (role === "latent" && resample === 1 && networkSeed === options.networkSeeds[0]) {
      const shown = {
        features: name,
        labels: Int32Array.from(part.test, (n) => set.labels![n]),
        seed: options.seed,
      };
      const ids = Array.from(part.test, (n) => set.ids[n]);
      built.map = latentMap(pair, { ...shown, resample, ids, classCount });
      if (pair.model) built.reconstructions = reconstructedCases(engine, pair.model, context.test, shown);
    }
    await results.keepBuilt({ resample, features: name, seed }, built);
  };
  const context = {
    engine,
    train,
    test: withoutLabels(set, part.test),
    rows: part,
    aggregates,
    fit: { ...options.fit, train: { ...options.fit.train, seed: networkSeed } },
    readOut: options.readOut,
    align: options.align,
    seed: options.seed,
    hooks: {
      signal: hooks.signal,
      onProgress: (update: Parameters<NonNullable<typeof progress>>[0]) => progress?.(update),
    } as TrainHooks,
  };
  const make = featureTables({
    context,
    forResample,
    forSeed: new Map(),
    choose: (tables) =>
      selectByLeaveOneOut(tables, train.labels!, classCount, { classWeight: classWeights.ridge }),
    onBuilt,
  });
  return (expression: Expression): Promise<Blocks> => {
    const step = stepOf(job, nameOfExpression(expression), networkSeed);
    hooks.onStep(step, 0);
    progress = ({ update, total }) =>
      hooks.onStep(`${step}: update ${update} of ${total}`, (TRAINING * update) / total);
    return make(expression);
  };
}

function learningOf(
  features: string,
  { metadata, weights }: NonNullable<FeaturePair["model"]>,
  { resample, seed, seconds }: { resample: number; seed: number; seconds: number },
): Learning {
  const { history, bestUpdate, stopped } = metadata.training;
  return { features, resample, seed, history, bestUpdate, stopped, weights: weights.length, seconds };
}

/** Fits on the training rows, and where a threshold is wanted once more on a part of them. */
function fitAndAnswer(
  { set, train, classWeights, options, validation }: ResampleJob,
  name: ClassifierName,
  pair: FeaturePair,
  standardise: boolean | "auto",
  notes: readonly string[],
): Prediction {
  const started = performance.now();
  const classifier = classifierTable[name].make({
    classWeight: classWeights[name],
    standardise,
    seed: options.seed,
    rows: pair.train.rows,
  });
  const classCount = set.classNames!.length;
  const labels = train.labels!;
  const fitted = classifier.fit(pair.train, labels, classCount);
  const probabilities = fitted.predictProba(pair.test);
  const answer: Prediction = {
    columns: pair.train.names.length,
    probabilities,
    notes: [...notes, ...fitted.notes],
    seconds: 0,
  };
  if (validation) {
    const some = validation.fitted.map((row) => labels[row]);
    if (new Set(some).size > 1) {
      const trial = classifier.fit(selectRows(pair.train, validation.fitted), some, classCount);
      const held = trial.predictProba(selectRows(pair.train, validation.held));
      answer.validation = Float64Array.from(validation.held, (_, row) => held[2 * row + 1]);
    }
  }
  answer.seconds = (performance.now() - started) / 1000;
  return answer;
}
