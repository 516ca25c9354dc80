import type { Classifier, ClassWeight } from "../classify/classifier.js";
import { logisticRegression } from "../classify/logistic.js";
import { ridgeClassifier } from "../classify/ridge.js";
import type { Engine } from "../engine/engine.js";
import { DataError, OptionError } from "../errors.js";
import type { ReadOut } from "../features/read-outs.js";
import type { FitOptions } from "../model/fit.js";
import type { TrainHooks } from "../model/train.js";
import type { HistoryEntry } from "../model/train-state.js";
import { concatSequences } from "../sequences/concat.js";
import { checkLeakage } from "../sequences/leakage.js";
import { countOf, type DataSource, type SequenceSet, selectSequences } from "../sequences/sequence-set.js";
import { type Answers, pairedBootstrap } from "./bootstrap.js";
import { buildFeatures, type FeatureSetName, featureSetNames } from "./feature-sets.js";
import { judgePredictions, type Metrics } from "./metrics.js";
import { type ResamplePlan, resamples } from "./resample.js";
import { type Differences, type Verdict, verdictOf } from "./verdict.js";

export interface CompareOptions {
  fit?: FitOptions;
  /** default "pooled" */
  readOut?: ReadOut;
  /** default: the given split; else whole entities held out once (30 %); else 5 stratified folds */
  plan?: "given" | "stratified" | "grouped";
  /** folds of a stratified or grouped plan */
  folds?: number;
  /** default: "balanced" where the rarer of two classes is below 10 %, else "none" */
  classWeight?: ClassWeight;
  /** windows of events are aligned at their end; default "stretch" */
  align?: "stretch" | "end";
  featureSets?: readonly FeatureSetName[];
  hooks?: Pick<TrainHooks, "signal"> & { onProgress?(step: string, done: number): void };
}

/** One line of the table. Metrics are of all test cases of all resamples together. */
export interface ComparisonRow {
  features: FeatureSetName;
  columns: number;
  classifier: string;
  metrics: Metrics;
  notes: readonly string[];
}

export interface Comparison {
  name: string;
  engine: string;
  /** Where positives are rare the rarer class comes second, whatever its name: figures of two classes are its. */
  classNames: readonly string[];
  plan: string;
  train: number;
  test: number;
  /** What decides: accuracy, or average precision where positives are rare. */
  measure: "accuracy" | "averagePrecision";
  rows: ComparisonRow[];
  /** Latents with the classifier of the verdict minus each other set with its better one; 95 % paired bootstrap. */
  differences: Differences;
  verdict: Verdict;
  /** Of the model of the last resample. */
  history: HistoryEntry[];
  notes: string[];
  seconds: number;
}

const RARE = 0.1;

/**
 * Feeds classifiers with feature sets over the same resamples and says whether the latents helped. Everything is
 * fitted on the training part of each resample; test labels only judge.
 * @throws {DataError} without labels, with one class only, or if an entity would be on both sides
 */
export async function compare(
  engine: Engine,
  source: DataSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const started = performance.now();
  const { readOut = "pooled", align = "stretch", featureSets = featureSetNames, hooks = {} } = options;
  const seed = options.fit?.train?.seed ?? 1;
  const given = source.test ? concatSequences(source.train, source.test) : source.train;
  if (!given.labels)
    throw new DataError(
      `${source.name}: the sequences have no labels, so there is nothing to compare on. Name the column with --label.`,
    );
  const counts = countClasses(given.labels, given.classNames ?? []);
  const present = counts.filter((count) => count > 0).length;
  if (present < 2)
    throw new DataError(
      `${source.name}: got ${present === 1 ? `one class only ("${given.classNames?.[counts.findIndex((count) => count > 0)]}")` : "no labelled sequence"}, expected at least two classes to tell apart. Check the label column.`,
    );
  const plan = planOf(source, options, seed);
  const parts = resamples(plan, given.labels, given.entities);
  // Test labels only judge: what is rare, and with it the weights of classes, is told by the training part.
  const known = countClasses(
    parts[0].train.map((n) => given.labels![n]),
    given.classNames ?? [],
  );
  const rare = known.length === 2 && Math.min(...known) < RARE * (known[0] + known[1]);
  const set = rare && known[0] < known[1] ? swapClasses(given) : given;
  const labels = set.labels!;
  const classNames = set.classNames ?? [];
  const measure = rare ? "averagePrecision" : "accuracy";
  const classWeight = options.classWeight ?? (rare ? "balanced" : "none");
  const classifiers: Classifier[] = [ridgeClassifier({ classWeight }), logisticRegression({ classWeight })];
  const judge = classifiers[rare ? 1 : 0].name;

  const notes = [...source.notes];
  const collected = new Map<string, Collected>();
  let history: HistoryEntry[] = [];
  for (const [k, part] of parts.entries()) {
    const train = selectSequences(set, part.train);
    const test = selectSequences(set, part.test);
    const single = new Set(train.labels).size === 1 ? classNames[train.labels![0]] : undefined;
    if (single !== undefined)
      throw new DataError(
        `${source.name}: the training part of resample ${k + 1} has one class only ("${single}"), expected at least two to tell apart. Take another plan (--resamples, --folds), or bring more cases.`,
      );
    const { duplicates } = checkLeakage(train, test);
    if (duplicates.length > 0)
      notes.push(
        `${duplicates.length} test sequences are also in the training part (resample ${k + 1}); scores are that much too good.`,
      );
    for (const [f, features] of featureSets.entries()) {
      const done = (k + f / featureSets.length) / parts.length;
      const step = `${features}${parts.length > 1 ? `, resample ${k + 1} of ${parts.length}` : ""}`;
      hooks.onProgress?.(step, done);
      const pair = await buildFeatures(
        features,
        engine,
        train,
        test,
        { fit: options.fit ?? {}, readOut, align },
        {
          signal: hooks.signal,
          onProgress: ({ update, total }) =>
            hooks.onProgress?.(`${step}: update ${update} of ${total}`, done),
        },
      );
      if (features === "latent") {
        history = pair.model!.metadata.training.history;
        notes.push(...pair.model!.metadata.training.warnings);
      }
      for (const classifier of classifiers) {
        hooks.onProgress?.(`${step}: ${classifier.name}`, done);
        await new Promise((resolve) => setTimeout(resolve, 0));
        hooks.signal?.throwIfAborted();
        const fitted = classifier.fit(pair.train, train.labels!, classNames.length);
        collect(collected, features, classifier.name, pair.train.names.length, {
          labels: test.labels!,
          predicted: fitted.predict(pair.test),
          probabilities: fitted.predictProba(pair.test),
          notes: fitted.notes,
        });
      }
    }
  }

  const tested = Int32Array.from(parts.flatMap((part) => Array.from(part.test)));
  const trainLabels = Int32Array.from(parts[0].train, (n) => labels[n]);
  const rows = [...collected.values()].map(
    ({ features, columns, classifier, labels, predicted, probabilities, notes }) => ({
      features,
      columns,
      classifier,
      metrics: judgePredictions({
        labels,
        predicted,
        probabilities,
        classCount: classNames.length,
        trainLabels,
      }),
      notes,
    }),
  );
  const groups = set.entities && Array.from(tested, (n) => set.entities![n]);
  const answersOf = (row: ComparisonRow) =>
    asAnswers(collected.get(`${row.features} ${row.classifier}`)!, classNames.length);
  const latent = rows.find((row) => row.features === "latent" && row.classifier === judge);
  const differences: Comparison["differences"] = {};
  for (const features of featureSets) {
    if (!latent || features === "latent") continue;
    const opponent = bestRow(
      rows.filter((row) => row.features === features),
      measure,
    );
    const interval = pairedBootstrap(answersOf(latent), answersOf(opponent), measure, { groups, seed });
    differences[features] = { ...interval, classifier: opponent.classifier };
  }
  const positives = rare ? tested.filter((n) => labels[n] === 1).length : undefined;
  return {
    name: source.name,
    engine: engine.name,
    classNames,
    plan: describePlan(plan),
    train: parts[0].train.length,
    test: tested.length,
    measure,
    rows,
    differences,
    verdict: verdictOf(differences, measure, judge, positives),
    history,
    notes: [...new Set(notes)],
    seconds: (performance.now() - started) / 1000,
  };
}

function countClasses(labels: Int32Array, classNames: readonly string[]): number[] {
  return classNames.map((_, c) => labels.filter((label) => label === c).length);
}

/** The same set with its two classes in the other order, so that class 1, the positive one, is the rarer. */
function swapClasses(set: SequenceSet): SequenceSet {
  return {
    ...set,
    labels: set.labels?.map((label) => (label < 0 ? label : 1 - label)),
    classNames: set.classNames?.toReversed(),
  };
}

interface Collected {
  features: FeatureSetName;
  classifier: string;
  columns: number;
  labels: number[];
  predicted: number[];
  probabilities: number[];
  notes: string[];
}

interface Judged {
  labels: Int32Array;
  predicted: Int32Array;
  probabilities: Float64Array;
  notes: readonly string[];
}

/** Puts the answers of one resample behind those of the earlier ones. */
function collect(
  all: Map<string, Collected>,
  features: FeatureSetName,
  classifier: string,
  columns: number,
  judged: Judged,
) {
  const key = `${features} ${classifier}`;
  const row = all.get(key) ?? {
    features,
    classifier,
    columns,
    labels: [],
    predicted: [],
    probabilities: [],
    notes: [],
  };
  for (const label of judged.labels) row.labels.push(label);
  for (const label of judged.predicted) row.predicted.push(label);
  for (const probability of judged.probabilities) row.probabilities.push(probability);
  for (const note of judged.notes) if (!row.notes.includes(note)) row.notes.push(note);
  all.set(key, row);
}

/** The row with the highest measure. */
export function bestRow(rows: readonly ComparisonRow[], measure: Comparison["measure"]): ComparisonRow {
  return rows.reduce((best, row) =>
    (row.metrics[measure] ?? -1) > (best.metrics[measure] ?? -1) ? row : best,
  );
}

function asAnswers(row: Collected, classCount: number): Answers {
  const scores =
    classCount === 2 ? Float64Array.from(row.labels, (_, n) => row.probabilities[2 * n + 1]) : undefined;
  return { labels: Int32Array.from(row.labels), predicted: Int32Array.from(row.predicted), scores };
}

function planOf(source: DataSource, { plan, folds }: CompareOptions, seed: number): ResamplePlan {
  const entities = source.train.entities !== undefined && new Set(source.train.entities).size > 1;
  if (source.train.entities && !entities && !source.test)
    throw new DataError(
      `${source.name}: all sequences are of one entity ("${source.train.entities[0]}"), expected at least two, because one is held out whole to judge on. Bring the data of others, or name another entity column.`,
    );
  const kind = plan ?? (source.test ? "given" : entities ? "grouped" : "stratified");
  if (kind === "given") {
    if (!source.test)
      throw new OptionError(
        `${source.name}: there is no given test part, so --resamples given cannot be. Use stratified or grouped.`,
      );
    if (folds !== undefined)
      throw new OptionError(
        `${source.name}: folds do not apply to the given split. Add --resamples stratified to pool both parts and fold them.`,
      );
    return { kind, trainCount: countOf(source.train) };
  }
  if (kind === "grouped" && folds === undefined) return { kind, repeats: 1, testFraction: 0.3, seed };
  return { kind, folds: folds ?? 5, seed };
}

function describePlan(plan: ResamplePlan): string {
  if (plan.kind === "given") return "the given split";
  const unit = plan.kind === "grouped" ? "whole entities" : "cases, stratified by class";
  if ("folds" in plan) return `${plan.folds} folds of ${unit} (seed ${plan.seed})`;
  return `${100 * plan.testFraction} % of ${unit} held out (seed ${plan.seed})`;
}
