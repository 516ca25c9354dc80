import { type ClassifierName, classWeightsOf } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import { describeSet } from "../sequences/inspect/inspect.js";
import { checkLeakage } from "../sequences/inspect/leakage.js";
import { concatSequences } from "../sequences/set/concat.js";
import { hashEvents, hashJson, hashSequences } from "../sequences/set/hash.js";
import { type DataSource, selectSequences } from "../sequences/set/sequence-set.js";
import { alertsAllowed, budgetOf } from "./alert-budget.js";
import { type CompareOptions, resolveOptions } from "./comparison/compare-options.js";
import type { Comparison, Measure } from "./comparison/comparison.js";
import { openResults } from "./comparison/predictions.js";
import { openProgress } from "./comparison/progress.js";
import { describeEnvironment } from "./environment.js";
import { countClasses, expectClasses, expectTwoClasses, pick, swapClasses } from "./plan/classes.js";
import { describePlan, planOf } from "./plan/plan.js";
import { planResamples } from "./plan/resample.js";
import { describeResample, groupsOf } from "./plan/resample-description.js";
import { caseTimes, validationPart } from "./plan/validation-part.js";
import { predictResample } from "./predict-resample.js";
import { bestOf, differencesOf } from "./score/differences.js";
import { describeBudget, type Scoring } from "./score/score-row.js";
import { scoreRows } from "./score/score-rows.js";
import { verdictOf } from "./score/verdict.js";
import { eventAggregates } from "./sets/event-aggregates.js";
import { nameOfExpression } from "./sets/expression.js";

/** Positives are rare where the rarer of two classes is below this share of the training part. */
const RARE = 0.1;

/**
 * Feeds classifiers with feature sets over the same resamples and says whether the latents helped. Everything is
 * fitted on the training part of each resample; test labels only judge. With one exception: forward in time,
 * `aggregates` sees the labels of earlier events of the test period once they are `labelDelay` old, as in operation.
 * @throws {DataError} without labels, with one class only, or if an entity would be on both sides (unless forward)
 * @throws {OptionError} for an option this source has no use for
 */
export async function compare(
  engine: Engine,
  source: DataSource,
  options: CompareOptions = {},
): Promise<Comparison> {
  const started = new Date();
  const clock = performance.now();
  const resolved = resolveOptions(source, options);
  const { seed, networkSeeds, features } = resolved;
  const given = source.test ? concatSequences(source.train, source.test) : source.train;
  expectClasses(source.name, given);
  const plan = planOf(source, { ...options, labelDelay: resolved.labelDelay }, seed);
  const givenTimes = caseTimes(given);
  const parts = planResamples(plan, given.labels!, given.entities, givenTimes);
  // Test labels only judge: what is rare, and with it the weights of classes, is told by the training part.
  const known = countClasses(pick(given.labels!, parts[0].train), given.classNames!);
  const rare = known.length === 2 && Math.min(...known) < RARE * (known[0] + known[1]);
  const set = rare && known[0] < known[1] ? swapClasses(given) : given;
  const labels = set.labels!;
  const classNames = set.classNames!;
  const measure: Measure = rare ? "averagePrecision" : "accuracy";
  const classWeights = classWeightsOf(options.classWeight, rare);
  const classifiers: readonly ClassifierName[] =
    options.classifiers ??
    (rare && resolved.align === "end" ? ["logistic", "boosting"] : ["ridge", "logistic"]);
  const binary = classNames.length === 2;
  const rule = !binary
    ? undefined
    : options.costs
      ? "cost"
      : options.alerts !== undefined || options.alertsPerDay !== undefined
        ? "alerts"
        : rare
          ? "F1"
          : undefined;
  const budget = binary ? budgetOf(options, source, rare, parts, givenTimes) : undefined;

  const forward = plan.kind === "forward";
  const { threads, ...fit } = resolved.fit;
  const environment = await describeEnvironment(engine, threads);
  const answering = {
    ...{ plan, fit, classWeights, seed, thresholds: rule !== undefined },
    ...{ readOut: resolved.readOut, align: resolved.align, labelDelay: forward ? resolved.labelDelay : null },
    ...{ engine: engine.name, undertone: environment.undertone },
  };
  const hashes = {
    data: await hashJson([await hashSequences(set), source.events ? await hashEvents(source.events) : null]),
    settings: await hashJson(answering),
  };
  const results = await openResults(options.store, hashes);

  const notes = [...source.notes];
  let aggregates: ReturnType<typeof eventAggregates> | undefined;
  // Outside of a plan forward in time there is no "by now", so that past labels are no features there.
  const pastLabels = forward && binary ? labels : undefined;
  const aggregated =
    source.events?.amounts &&
    (() => (aggregates ??= eventAggregates(set, source.events!, pastLabels, resolved.labelDelay)));
  const judging: Scoring = {
    ...{ measure, classCount: classNames.length, rule, costs: options.costs, budget },
    trainLabels: pick(labels, parts[0].train),
    resamples: [],
  };
  const progress = openProgress(resolved, classifiers.length, parts.length, options.hooks);
  const labelled = labels.filter((label) => label >= 0).length;
  const described: Comparison["resamples"] = [];
  for (const [k, part] of parts.entries()) {
    const train = selectSequences(set, part.train);
    expectTwoClasses(source.name, k, train, classNames);
    const validation = rule && validationPart(train, seed, forward ? caseTimes(train) : undefined);
    judging.resamples.push({
      labels: pick(labels, part.test),
      validation: validation && {
        labels: pick(train.labels!, validation.held),
        alerts: budget && alertsAllowed(budget, caseTimes(train), validation.held, part),
      },
    });
    const test = selectSequences(set, part.test);
    const { duplicates } = checkLeakage(train, test, { allowSharedEntities: forward });
    if (duplicates.length > 0)
      notes.push(
        `${duplicates.length} test sequences are also in the training part (resample ${k + 1}); scores are that much too good.`,
      );
    described.push(await describeResample(set, part, labelled));
    await predictResample({
      ...{
        engine,
        set,
        train,
        part,
        resample: k + 1,
        options: resolved,
        classifiers,
        classWeights,
        validation,
      },
      ...{ aggregates: aggregated, results },
      hooks: { signal: options.hooks?.signal, onStep: progress.step, onDone: progress.done },
    });
  }

  progress.step("intervals", 0);
  const drawn = scoreRows(resolved, classifiers, results, judging, groupsOf(set, parts), seed);
  const rows = drawn.map(({ row }) => row);
  const learning = networkSeeds.flatMap((networkSeed) =>
    parts.flatMap((_, k) =>
      features.flatMap((expression) => {
        const built = results.built({
          resample: k + 1,
          features: nameOfExpression(expression),
          seed: networkSeed,
        });
        notes.push(...(built?.notes ?? []));
        return built?.learning ?? [];
      }),
    ),
  );
  const classifierOf = (name: string): string => {
    const own = drawn.filter(({ row }) => row.features === name);
    if (own.some(({ validated }) => validated === undefined) || measure === "accuracy") return classifiers[0];
    return bestOf(own, ({ validated }) => validated!).row.classifier;
  };
  const differences = differencesOf(drawn, {
    measure,
    classifierOf,
    testToTrain:
      described.reduce((sum, { test }) => sum + test, 0) /
      described.reduce((sum, { train }) => sum + train, 0),
  });
  const latent = rows.find(({ role }) => role === "latent")?.features;
  const tested = parts.flatMap((part) => Array.from(part.test));
  const positives = rare ? new Set(tested.filter((n) => labels[n] === 1)).size : undefined;
  const { map, reconstructions } =
    (latent && results.built({ resample: 1, features: latent, seed: networkSeeds[0] })) || {};
  return {
    ...{ name: source.name, engine: engine.name, classNames, plan: describePlan(plan) },
    ...{
      train: parts[0].train.length,
      test: tested.length,
      resamples: described,
      measure,
      rows,
      differences,
    },
    verdict: verdictOf(differences, measure, latent, positives),
    ...(budget && { budget: describeBudget(budget.unit, budget) }),
    ...(options.costs && { costs: options.costs }),
    learning,
    ...(map && { map }),
    ...(reconstructions && { reconstructions }),
    data: describeSet(given),
    files: source.files,
    settings: {
      ...answering,
      ...{ features: features.map(nameOfExpression), classifiers, networkSeeds, threshold: rule ?? "none" },
      ...(source.events && {
        events: {
          entity: source.events.entityName,
          amount: source.events.amountName ?? null,
          secondEntity: source.events.secondName ?? null,
        },
      }),
    },
    ...{ hashes, environment, seed, networkSeeds, started: started.toISOString() },
    notes: [...new Set(notes)],
    seconds: (performance.now() - clock) / 1000,
  };
}
