import { type ClassifierName, classifierTable } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import { conformChannels } from "../model/prepare.js";
import { mapSteps, pickSequences, type Sequences } from "../sequences/set/windowed-set.js";
import { limitCategories } from "../sequences/transform/limit-categories.js";
import type { TrainHooks } from "../train/train.js";
import { isTokens } from "./comparison/compare-options.js";
import { type Built, featureKey, type Results } from "./comparison/predictions.js";
import { fitAndPredict } from "./fit-and-predict.js";
import { latentMap } from "./latent-map.js";
import type { Resample } from "./plan/resample.js";
import type { ComparisonPlan } from "./plan.js";
import { reconstructedCases } from "./reconstructed-cases.js";
import type { Question } from "./resolve.js";
import { type Expression, hasNetwork, nameOfExpression, roleOf } from "./sets/expression.js";
import type { Aggregates, FeaturePair } from "./sets/feature-set.js";
import { featureTables, joinBlocks, type MadeSet, type Tables } from "./sets/feature-tables.js";

/** How far the work is, for a display. */
export interface Progress {
  /** @param k the resample, from 0 */
  begin(k: number, expression: Expression, networkSeed: number): void;
  /** @param trained share of the training of its network */
  step(text: string, trained?: number): void;
  /** What was begun. */
  done(): void;
}

export interface ResampleJob {
  engine: Engine;
  question: Question;
  plan: ComparisonPlan;
  /** Index of the resample. */
  k: number;
  /** Aggregates of all events, made once. */
  aggregates?: () => Aggregates;
  results: Results;
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
  const onProgress: TrainHooks["onProgress"] = ({ update, total }) =>
    progress.step(`${step}: update ${update} of ${total}`, update / total);
  const tablesOfSeed = openTables(job, sides, { signal: hooks?.signal, onProgress });
  for (const [s, networkSeed] of networkSeeds.entries()) {
    const tables = tablesOfSeed(networkSeed);
    const later = s + 1 < networkSeeds.length ? features.filter(hasNetwork) : [];
    const wanted = s > 0 ? features.filter(hasNetwork) : features;
    for (const [e, expression] of wanted.entries()) {
      progress.begin(k, expression, networkSeed);
      const parts = partsOf(expression);
      for (const [p, part] of parts.entries()) {
        const missing = plan.classifiers.filter(
          (classifier) => !results.prediction(keyOf(k, part, networkSeed, classifier)),
        );
        if (missing.length === 0) continue;
        report(part, networkSeed);
        const rest = [...parts.slice(p + 1), ...wanted.slice(e + 1), ...later];
        await predictPart(job, { tables, part, networkSeed, missing, rest, labels: train.labels!, step });
      }
      progress.done();
      report(expression, networkSeed);
    }
  }
}

function keyOf(k: number, part: Expression, networkSeed: number, classifier: ClassifierName) {
  return { resample: k + 1, classifier, ...featureKey(part, networkSeed) };
}

/** Features for classifiers that have no predictions yet. */
interface PartWork {
  tables: Tables;
  part: Expression;
  networkSeed: number;
  missing: readonly ClassifierName[];
  /** What is to come. */
  rest: readonly Expression[];
  /** Of the training part. */
  labels: Int32Array;
  /** In words. */
  step: string;
}

/** In a function of its own: what it made is free when it is done, and not when the next one overwrites it. */
async function predictPart(job: ResampleJob, work: PartWork): Promise<void> {
  const { question, plan, k, results, progress } = job;
  const { tables, part, networkSeed, missing, rest, labels, step } = work;
  const { joined, several, components, notes } = await tablesFor(tables, part, missing, rest);
  for (const classifier of missing) {
    progress.step(`${step}: ${classifier}`);
    await new Promise((go) => setTimeout(go, 0));
    question.hooks?.signal?.throwIfAborted();
    const { balanced } = classifierTable[classifier];
    const standardise = several ? !balanced : components ? "auto" : true;
    const prediction = fitAndPredict(plan, plan.resamples[k], labels, classifier, joined.get(balanced)!, {
      standardise,
      seed: question.seed,
    });
    prediction.notes.unshift(...notes);
    await results.keepPrediction(keyOf(k, part, networkSeed, classifier), prediction);
  }
}

/** The tables of a part for each of its classifiers. */
interface PartTables {
  /** By whether blocks are balanced. */
  joined: ReadonlyMap<boolean, FeaturePair>;
  several: boolean;
  components?: boolean;
  notes: readonly string[];
}

/**
 * One table for each way to join blocks. Tables that no later expression needs are forgotten before anything is fitted:
 * of a large set memory holds what is looked at. So what is returned must keep no hold of the blocks.
 */
async function tablesFor(
  tables: Tables,
  part: Expression,
  classifiers: readonly ClassifierName[],
  later: readonly Expression[],
): Promise<PartTables> {
  const blocks = await tables.make(part);
  tables.keepOnly(later);
  const { pairs, notes } = blocks;
  const several = pairs.length > 1;
  const { components } = pairs[0];
  const joined = new Map<boolean, FeaturePair>();
  for (const balanced of [true, false])
    if (classifiers.some((name) => classifierTable[name].balanced === balanced))
      joined.set(balanced, joinBlocks(blocks, balanced, !balanced));
  return { joined, several, components, notes };
}

/** The features that classifiers are fitted on: averages are made of the predictions of their parts. */
export function partsOf(expression: Expression): Expression[] {
  return expression.kind === "average" ? expression.parts.flatMap(partsOf) : [expression];
}

/** Both parts, of many categories those that are frequent in the training part: no case of the test part is counted. */
export function partsWith(set: Sequences, { train, test }: Pick<Resample, "train" | "test">) {
  const fitted = pickSequences(set, train);
  const { channels } = limitCategories(fitted);
  const conform = (part: Sequences) => mapSteps(part, (steps) => conformChannels(steps, channels));
  return { train: conform(fitted), test: conform(pickSequences(set, test)) };
}

function openTables(job: ResampleJob, { train, test }: ReturnType<typeof partsWith>, hooks: TrainHooks) {
  const { engine, question, plan, k, aggregates, results } = job;
  const { set, classCount, classWeights } = plan;
  const tokensOf = (rows: Int32Array) => ({ ...pickSequences(set, rows), labels: undefined, classNames: undefined });
  const rows = plan.resamples[k];
  const tokens = isTokens(set) && { train: tokensOf(rows.train), test: tokensOf(rows.test) };
  return featureTables(
    {
      engine,
      train,
      test,
      ...(tokens && { tokens }),
      rows,
      aggregates,
      hooks,
      fit: question.fit,
      readOut: question.readOut,
      align: question.align,
      seed: question.seed,
    },
    {
      classCount,
      classWeight: classWeights.ridge,
      async onMade(made, networkSeed) {
        const { features, seed } = featureKey(made.expression, networkSeed);
        const built = describeMade(job, made, test, seed);
        await results.keepBuilt({ resample: k + 1, features, seed }, built);
      },
    },
  );
}

/** What the report shows of a set: notes, how its network learned, and of the first network a map and its worst cases. */
function describeMade(
  { engine, question, plan, k }: ResampleJob,
  { expression, pair, model, notes, seconds }: MadeSet,
  test: Sequences,
  seed: number,
): Built {
  const features = nameOfExpression(expression);
  const built: Built = { notes: [...notes], seconds };
  if (roleOf(expression) !== "latent") return built;
  if (model) {
    const { history, bestUpdate, stopped } = model.metadata.training;
    const weights = model.weights.length;
    built.learning = { features, resample: k + 1, seed, history, bestUpdate, stopped, weights, seconds };
  }
  if (k > 0 || seed !== question.networkSeeds[0]) return built;
  const shown = { features, labels: plan.resamples[k].labels, seed: question.seed };
  const { ids } = test;
  built.map = latentMap(pair, { ...shown, resample: k + 1, ids, classCount: plan.classCount });
  if (model) built.reconstructions = reconstructedCases(engine, model, test, shown);
  return built;
}
