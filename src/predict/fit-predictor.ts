import type { Engine } from "../engine/engine.js";
import { DataError, OptionError } from "../errors.js";
import type { Results } from "../evaluate/comparison/predictions.js";
import { openResults } from "../evaluate/comparison/result-store.js";
import { type ComparisonPlan, planComparison } from "../evaluate/plan.js";
import { pastLabels } from "../evaluate/predict.js";
import { partsWith, setContext } from "../evaluate/predict-resample.js";
import { provenanceOf } from "../evaluate/provenance.js";
import { type Question, resolve } from "../evaluate/resolve.js";
import { calibrateHeld } from "../evaluate/score-probabilities.js";
import { eventAggregates } from "../features/sets/event-aggregates.js";
import { nameOfExpression, setsOf } from "../features/sets/expression.js";
import { withHooks } from "../hooks.js";
import { parseOptions } from "../options.js";
import { countOf, type DataSource, type EventDetails } from "../sequences/set/sequence-set.js";
import { caseTimes, type Sequences, staticsOf } from "../sequences/set/windowed-set.js";
import type { DataOrigin } from "../train/fit.js";
import { VERSION } from "../version.js";
import type { About } from "./about.js";
import { type Candidate, type Choice, choose } from "./choose.js";
import { PREDICTOR_VERSION } from "./container.js";
import { fitMembers } from "./fit-members.js";
import { type PredictorOptions, parseClassifier, predictorOptionsSchema } from "./options.js";
import { openPredictor, type Predictor } from "./predictor.js";
import { referenceOf } from "./reference.js";
import { frozenThreshold, NO_THRESHOLD } from "./threshold.js";

/**
 * Chooses features and a classifier on held-out training cases, fits them on all training cases, and chooses the
 * threshold where positives are rare, costs are known or alerts are limited. Whatever `compare` can compare can be
 * chosen; what is fitted has the same bits as there. Only the training part of a split source is used.
 * @param origin where the data came from, for the file
 * @throws {DataError} without labels, or with one class only
 * @throws {OptionError} for an option that this source has no use for
 */
export async function fitPredictor(
  engine: Engine,
  source: DataSource<Sequences>,
  options: PredictorOptions = {},
  origin?: DataOrigin,
): Promise<Predictor> {
  const resolved = parseOptions(predictorOptionsSchema, options, "fitPredictor");
  return withHooks("fitPredictor", resolved.hooks ?? {}, ["onEstimate", "onProgress"], (hooks) =>
    fitResolved(engine, trainingPart(source), { ...options, hooks }, origin),
  );
}

async function fitResolved(
  engine: Engine,
  source: DataSource<Sequences>,
  options: PredictorOptions,
  origin?: DataOrigin,
): Promise<Predictor> {
  const { question, averaged, calibration } = questionOf(source, options);
  const plan = await planComparison(question);
  const { settings, hashes } = await provenanceOf(engine, question, plan);
  const results: Results = await openResults(question.store, hashes, {
    classes: plan.classCount,
    resamples: [{ test: 0, validation: plan.resamples[0].validation?.labels.length }],
  });
  const candidates = question.features.flatMap((features): Candidate[] =>
    averaged
      ? [{ features, classifiers: averaged }]
      : plan.classifiersOf(features).map((classifier) => ({ features, classifiers: [classifier] })),
  );
  const choice = await choose(engine, question, plan, candidates, results);
  const sides = partsWith(plan.set, plan.resamples[0]);
  const aggregates = source.events?.amounts
    ? () => eventAggregates(plan.set, source.events!, pastLabels(question, plan), question.labelDelay)
    : undefined;
  const context = setContext({ engine, question, plan, k: 0, aggregates }, sides);
  const { features, members, notes } = await fitMembers(choice.chosen, {
    ...{ context, plan, C: question.C, fitted: choice.fitted },
    onProgress: (step) => question.hooks?.onProgress?.(step, 1),
  });
  const named = { features: nameOfExpression(features), classifiers: [...choice.chosen.classifiers] };
  const sets = new Map(
    setsOf(features).map((single) => [nameOfExpression(single), choice.fitted.get(nameOfExpression(single))!]),
  );
  const heldLabels = plan.resamples[0].validation?.labels;
  const calibrated =
    calibration === "none" ? undefined : calibrateHeld(choice.held, heldLabels, plan.classCount, calibration);
  const described = describe(source, question, plan, choice);
  const about: About = {
    ...described,
    ...named,
    ...(calibrated && { calibration: calibrated.toJSON() }),
    task: "classify",
    formatVersion: PREDICTOR_VERSION,
    library: VERSION,
    channels: sides.train.channels.map((channel) => ({ ...channel })),
    ...staticColumns(sides.train),
    training: trainingOf(engine, plan, settings, [
      ...question.source.notes,
      ...plan.notes,
      ...notes,
      ...(calibrated?.notes ?? []),
      ...(choice.tried.length > 1 && !choice.held ? [NOTHING_HELD_OUT] : []),
      ...(plan.rule && choice.held && !described.threshold ? [NO_THRESHOLD] : []),
    ]),
    reference: referenceOf(sides.train, choice.held, plan.classCount),
    data: {
      files: [...(origin?.files ?? source.files)],
      sha256: hashes.data,
      reading: { ...origin?.reading },
      ...(origin?.labelsBeside && { labelsBeside: true }),
    },
  };
  return openPredictor(engine, { about, sets, members }, question.fit.threads);
}

/** What is tried, and which cases it learns from. */
function questionOf(source: DataSource<Sequences>, options: PredictorOptions) {
  const { classifier = "auto", until, calibration = "auto", ...compared } = options;
  const averaged = parseClassifier(classifier);
  if (!source.train.labels)
    throw new DataError(
      `${source.name}: the sequences have no labels to learn from. Name the column with \`label\`; without labels fit a detector of anomalies instead.`,
    );
  if (averaged && options.classifiers)
    throw new OptionError(
      `\`classifiers\`: got them and \`classifier: "${classifier}"\`, expected one of the two. Of \`classifiers\` the best is chosen (\`classifier: "auto"\`).`,
    );
  if (until !== undefined) expectCasesUntil(source, until);
  if (options.labelDelay !== undefined && !source.events?.amounts)
    throw new OptionError(
      `${source.name}: a label delay is for aggregates of events with amounts; here it would have no effect. Leave it out.`,
    );
  const planned = { kind: "all", ...(until !== undefined && { until }) } as const;
  const asked = { ...compared, plan: "forward", ...(averaged && { classifiers: averaged }) } as const;
  const question = resolve(source, asked, planned);
  const names = averaged && averaged.length > 1 ? averaged : undefined;
  return { question, averaged: names, calibration };
}

/** @throws {OptionError} for cases without times @throws {DataError} if all are later */
function expectCasesUntil({ name, train }: DataSource<Sequences>, until: number): void {
  const times = caseTimes(train);
  if (!times)
    throw new OptionError(
      `${name}: got \`until\`, but these cases have no times. Name the time column (\`time\`), or leave it out.`,
    );
  const first = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  if (first > until)
    throw new DataError(
      `${name}: got \`until\` ${until} s, before all cases, expected some to learn from; the first one ends at ${first} s. Give a later time, in the unit of the data's times.`,
    );
}

/** The note of a choice for which nothing could be held out. */
const NOTHING_HELD_OUT =
  "Too few cases of each class to hold some out: of the candidates the first one was taken, not the best one.";

/** Of a split source the training part alone. */
function trainingPart(source: DataSource<Sequences>): DataSource<Sequences> {
  const { test, events, kept, ...rest } = source;
  const N = countOf(source.train);
  const cut = <V extends { slice(from: number, to: number): V }>(column: V | undefined) => column?.slice(0, N);
  const own: EventDetails | undefined = events && {
    ...events,
    times: events.times.slice(0, N),
    entities: events.entities.slice(0, N),
    amounts: cut(events.amounts),
    secondEntities: cut(events.secondEntities),
  };
  return { ...rest, ...(own && { events: test ? own : events }) };
}

function describe(
  source: DataSource<Sequences>,
  question: Question,
  plan: ComparisonPlan,
  { at, tried, held }: Choice,
): Pick<About, "name" | "classNames" | "align" | "labelDelay" | "threshold" | "choice"> {
  const threshold = frozenThreshold(held, plan);
  const late = source.events?.amounts && pastLabels(question, plan) ? { labelDelay: question.labelDelay } : {};
  return {
    name: source.name,
    classNames: [...plan.set.classNames!],
    align: question.align,
    ...late,
    ...(threshold && { threshold }),
    choice: { measure: plan.measure, at, tried },
  };
}

function staticColumns(train: Sequences): Pick<About, "statics"> {
  const statics = staticsOf(train);
  if (!statics) return {};
  const { names, vocabularies } = statics;
  return {
    statics: {
      names: [...names],
      vocabularies: names.map((_, s) => (vocabularies?.[s] ? [...vocabularies[s]] : null)),
    },
  };
}

function trainingOf(
  engine: Engine,
  { resamples: [resample], trainLabels, classCount }: ComparisonPlan,
  settings: Record<string, unknown>,
  notes: readonly string[],
): About["training"] {
  return {
    engine: engine.name,
    cases: resample.train.length,
    classes: Array.from({ length: classCount }, (_, c) => trainLabels.filter((label) => label === c).length),
    heldOut: resample.validation?.labels.length ?? 0,
    ...(resample.trainUntil !== undefined && { until: resample.trainUntil }),
    settings,
    notes: [...new Set(notes)],
  };
}
