import { type ClassifierName, classifierTable } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import { type Expression, hasNetwork, nameOfExpression, partsOf, roleOf } from "../features/sets/expression.js";
import type { Aggregates, Cases, FitContext } from "../features/sets/feature-set.js";
import { featureTables, type MadeSet, type Tables } from "../features/sets/feature-tables.js";
import { joinBlocks, type NamedPairs } from "../features/sets/join-blocks.js";
import { conformChannels } from "../model/prepare.js";
import { mapSteps, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import type { TrainHooks } from "../train/train.js";
import { isTokens } from "./comparison/compare-options.js";
import {
  type Built,
  featureKey,
  idOfPrediction,
  isDone,
  type PredictionKey,
  type Results,
} from "./comparison/predictions.js";
import type { Fits } from "./fits/fits.js";
import { latentMap } from "./latent-map.js";
import type { Resample } from "./plan/resample.js";
import type { ComparisonPlan } from "./plan.js";
import { reconstructedCases } from "./reconstructed-cases.js";
import type { Question } from "./resolve.js";

/** From the seeds of the networks of one resample to those of the next. */
const NEXT_RESAMPLE = 1000;

/** How far the work is, for a display. */
export interface Progress {
  /** @param k the resample, from 0 */
  begin(k: number, expression: Expression, networkSeed: number): void;
  /** @param trained share of the training of its network */
  step(text: string, trained?: number): void;
  /** The tables of what was begun are made. */
  made(): void;
  /** Seconds that a fit may take. */
  expected(key: PredictionKey): number;
  /** A classifier has predicted; it may be one of earlier tables. */
  fitted(text: string, key: PredictionKey): void;
}

export interface ResampleJob {
  engine: Engine;
  question: Question;
  plan: ComparisonPlan;
  /** Index of the resample. */
  k: number;
  /** Aggregates of all events, made once. */
  aggregates?: () => Aggregates;
  onMade?(made: MadeSet): void;
  results: Results;
  /** Where classifiers are fitted. */
  fits: Fits;
  progress: Progress;
}

/** Predictions of all classifiers on all feature sets in one resample, one network seed after another. */
export async function predictResample(job: ResampleJob): Promise<void> {
  const { features, networkSeeds, hooks } = job.question;
  const { plan, k, results, progress } = job;
  const sides = partsWith(plan.set, plan.resamples[k]);
  const { train } = sides;
  let step = "";
  const report = (expression: Expression, networkSeed: number) => {
    const seed = networkSeeds.length > 1 ? `, seed ${networkSeed}` : "";
    step = `resample ${k + 1}: ${nameOfExpression(expression)}${seed}`;
    progress.step(step);
  };
  const planned = new Set<string>();
  const isMissing = (key: PredictionKey) =>
    !isDone(results, key, plan.resamples[k]) && !planned.has(idOfPrediction(key));
  const onProgress: TrainHooks["onProgress"] = ({ update, total }) =>
    progress.step(`${step}: update ${update} of ${total}`, update / total);
  const tablesOfSeed = openTables(job, sides, { signal: hooks?.signal, onProgress });
  for (const [s, networkSeed] of networkSeeds.entries()) {
    const tables = tablesOfSeed(networkSeed + k * NEXT_RESAMPLE); // so intervals hold the chance of the network too
    const later = s + 1 < networkSeeds.length ? features.filter(hasNetwork) : [];
    const wanted = s > 0 ? features.filter(hasNetwork) : features;
    for (const [e, expression] of wanted.entries()) {
      progress.begin(k, expression, networkSeed);
      const parts = partsOf(expression);
      for (const [p, part] of parts.entries()) {
        const keys = plan.classifiersOf(expression).map((classifier) => keyOf(k, part, networkSeed, classifier));
        const missing = keys.filter(isMissing);
        if (missing.length === 0) continue;
        for (const key of missing) planned.add(idOfPrediction(key));
        report(part, networkSeed);
        const rest = [...parts.slice(p + 1), ...wanted.slice(e + 1), ...later];
        await predictPart(job, { tables, part, missing, rest, labels: train.labels!, step });
      }
      progress.made();
      report(expression, networkSeed);
    }
  }
}

/** A prediction of which this process makes the features. */
type OwnKey = PredictionKey & { classifier: ClassifierName };

function keyOf(k: number, part: Expression, networkSeed: number, classifier: ClassifierName): OwnKey {
  return { resample: k + 1, classifier, ...featureKey(part, networkSeed) };
}

/** Features for classifiers that have no predictions yet. */
interface PartWork {
  tables: Tables;
  part: Expression;
  missing: readonly OwnKey[];
  /** What is to come. */
  rest: readonly Expression[];
  /** Of the training part. */
  labels: Int32Array;
  /** In words. */
  step: string;
}

/** In a function of its own: it keeps no hold of tables that are free when their classifiers have ended. */
async function predictPart(job: ResampleJob, work: PartWork): Promise<void> {
  const { question, plan, k, results, fits, progress } = job;
  const { missing, labels, step } = work;
  await fits.room();
  const { blocksOf, several, components, notes } = await tablesFor(job, work);
  for (const key of missing) {
    const { classifier } = key;
    const { balanced } = classifierTable[classifier];
    const text = `${step}: ${classifier}`;
    progress.step(text);
    const task = {
      classifier,
      labels,
      ...{ blocks: blocksOf(balanced), balanced },
      classWeight: plan.classWeights[classifier],
      C: question.C,
      classCount: plan.classCount,
      standardise: several ? !balanced : components ? ("auto" as const) : true,
      seed: question.seed,
      trials: plan.resamples[k].validation?.trials.map(({ fitted, held }) => ({ fitted, held })),
    };
    await fits.add(task, progress.expected(key), {
      ended: () => progress.fitted(text, key),
      async keep(prediction) {
        prediction.notes.unshift(...notes);
        await results.keepPrediction(key, prediction);
      },
    });
  }
}

/** The tables of a part for each of its classifiers. */
interface PartTables {
  /** By whether they are scaled to equal variance. */
  blocksOf(balanced: boolean): NamedPairs;
  several: boolean;
  components?: boolean;
  notes: readonly string[];
}

/**
 * The blocks of a part, which threads join. What the calling thread fits on is joined here: one table for each way to
 * join blocks. Tables that no later expression needs are forgotten before anything is fitted: of a large set memory
 * holds what is looked at. So what is returned must then keep no hold of the blocks.
 */
async function tablesFor({ fits }: ResampleJob, { tables, part, missing, rest }: PartWork): Promise<PartTables> {
  const blocks = await tables.make(part);
  tables.keepOnly(rest);
  const { pairs, notes } = blocks;
  const [several, { components }] = [pairs.length > 1, pairs[0]];
  const ways = [true, false].filter((way) =>
    missing.some(({ classifier }) => classifierTable[classifier].balanced === way),
  );
  return { blocksOf: fits.spreads(blocks) ? () => blocks : joinedBlocks(blocks, ways), several, components, notes };
}

/** Keeps no hold of the blocks. @param ways whether they are balanced */
function joinedBlocks(blocks: NamedPairs, ways: readonly boolean[]): PartTables["blocksOf"] {
  const joined = ways.map((way): NamedPairs => ({ names: [], pairs: [joinBlocks(blocks, way, !way)] }));
  return joinedOf(ways, joined);
}

const joinedOf = (ways: readonly boolean[], joined: readonly NamedPairs[]) => (balanced: boolean) =>
  joined[ways.indexOf(balanced)];

/** Both parts, of many categories those that are frequent in the training part: no case of the test part is counted. */
export function partsWith(set: Sequences, { train, test }: Pick<Resample, "train" | "test">) {
  const fitted = pickSequences(set, train);
  const { channels } = limitCategories(fitted);
  const conform = (part: Sequences) => mapSteps(part, (steps) => conformChannels(steps, channels));
  return { train: conform(fitted), test: conform(pickSequences(set, test)) };
}

/** What feature sets are fitted on and made of in one resample. */
export function setContext(
  { engine, question, plan, k, aggregates }: Pick<ResampleJob, "engine" | "question" | "plan" | "k" | "aggregates">,
  { train, test }: ReturnType<typeof partsWith>,
): FitContext & { test: Cases } {
  const { set } = plan;
  const rows = plan.resamples[k];
  const casesOf = (part: Sequences, rows: Int32Array): Cases => ({
    set: withoutLabels(part),
    ...(isTokens(set) && { tokens: withoutLabels(pickSequences(set, rows)) }),
    rows,
    aggregates,
  });
  return {
    engine,
    train,
    cases: casesOf(train, rows.train),
    test: casesOf(test, rows.test),
    hooks: { signal: question.hooks?.signal },
    fit: question.fit,
    readOut: question.readOut,
    align: question.align,
    seed: question.seed,
  };
}

function openTables(job: ResampleJob, sides: ReturnType<typeof partsWith>, hooks: TrainHooks) {
  const { plan, k, results, fits } = job;
  const { classCount, classWeights } = plan;
  return featureTables(
    { ...setContext(job, sides), hooks, beside: fits.beside },
    {
      classCount,
      classWeight: classWeights.ridge,
      async onMade(made, trainedWith) {
        job.onMade?.(made);
        const { features, seed } = featureKey(made.expression, trainedWith - k * NEXT_RESAMPLE);
        const built = describeMade(job, made, sides.test, { seed, trainedWith });
        fits.inOrder(() => results.keepBuilt({ resample: k + 1, features, seed }, built));
      },
    },
  );
}

const withoutLabels = (set: Sequences): Sequences => ({ ...set, labels: undefined, classNames: undefined });

/** What the report shows of a set: notes, how its network learned, and of the first network a map and its worst cases. */
function describeMade(
  { engine, question, plan, k }: ResampleJob,
  { expression, pair, model, notes, seconds }: MadeSet,
  test: Sequences,
  { seed, trainedWith }: { seed: number; trainedWith: number },
): Built {
  const features = nameOfExpression(expression);
  const built: Built = { notes: [...notes], seconds };
  if (roleOf(expression) !== "latent") return built;
  if (model) {
    const { history, bestUpdate, stopped } = model.metadata.training;
    const weights = model.weights.length;
    built.learning = { features, resample: k + 1, seed: trainedWith, history, bestUpdate, stopped, weights, seconds };
  }
  if (k > 0 || seed !== question.networkSeeds[0] || test.ids.length === 0) return built;
  const shown = { features, labels: plan.resamples[k].labels, seed: question.seed };
  const { ids } = test;
  built.map = latentMap(pair, { ...shown, resample: k + 1, ids, classCount: plan.classCount });
  if (model) built.reconstructions = reconstructedCases(engine, model, test, shown);
  return built;
}
