import type { Engine } from "../engine/engine.js";
import { nameOfExpression } from "../features/sets/expression.js";
import { withHooks } from "../hooks.js";
import { describeSet } from "../sequences/inspect/inspect.js";
import type { DataSource } from "../sequences/set/sequence-set.js";
import type { Sequences } from "../sequences/set/windowed-set.js";
import type { CompareOptions } from "./comparison/compare-options.js";
import type { Comparison } from "./comparison/comparison.js";
import { openResults } from "./comparison/result-store.js";
import { describePlan } from "./plan/resample-plan.js";
import { planComparison } from "./plan.js";
import { predict } from "./predict.js";
import { provenanceOf } from "./provenance.js";
import { type Question, resolve } from "./resolve.js";
import { openScoring } from "./score.js";
import { differencesOf } from "./verdict/differences.js";
import { verdictOf } from "./verdict/verdict.js";

/**
 * Feeds classifiers with feature sets over the same resamples and decides whether the latents helped. Everything is
 * fitted on the training part of each resample; test labels are for the scores alone. One exception: forward in time,
 * `aggregates` sees the labels of earlier events of the test period once they are `labelDelay` old, as in operation.
 * @throws {DataError} without labels, with one class only, or if an entity would be on both sides (unless forward)
 * @throws {OptionError} for an option this source has no use for
 */
export async function compare(
  engine: Engine,
  source: DataSource<Sequences>,
  options: CompareOptions = {},
): Promise<Comparison> {
  const started = new Date();
  const resolved = resolve(source, options);
  return withHooks("compare", resolved.hooks ?? {}, ["onEstimate", "onProgress"], (hooks) =>
    compareResolved(engine, source, { ...resolved, hooks }, started),
  );
}

async function compareResolved(
  engine: Engine,
  source: DataSource<Sequences>,
  question: Question,
  started: Date,
): Promise<Comparison> {
  const clock = performance.now();
  const plan = await planComparison(question);
  const provenance = await provenanceOf(engine, question, plan);
  const results = await openResults(question.store, provenance.hashes, {
    classes: plan.classCount,
    resamples: plan.resamples.map(({ test, validation }) => ({
      test: test.length,
      validation: validation?.labels.length,
    })),
  });
  const scoring = openScoring(question, plan, results);
  const data = await predict(engine, question, plan, results, async (pause) => {
    await scoring.early(pause);
    return describeSet(question.cases);
  });
  const scored = scoring.finish();
  const differences = differencesOf(scored, { ...plan, redrawn: question.plan.kind === "redrawn" });
  question.hooks?.onProgress?.("intervals", 1, 0);
  const rows = scored.map(({ row }) => row);
  const latent = rows.find(({ role }) => role === "latent")?.features;
  const shownBudget = plan.budget && { ...plan.budget, periods: new Set(plan.budget.periods).size };
  const { measure, minGain, positives } = plan;
  const verdict = verdictOf({ rows, differences, measure, minGain, positives, budget: shownBudget });

  const { networkSeeds, seed } = question;
  const { set, resamples } = plan;
  const built = networkSeeds.flatMap((networkSeed) =>
    resamples.flatMap((_, k) =>
      question.features.flatMap((expression) => {
        const key = { resample: k + 1, features: nameOfExpression(expression), seed: networkSeed };
        return results.built(key) ?? [];
      }),
    ),
  );
  const { map, reconstructions } =
    (latent && results.built({ resample: 1, features: latent, seed: networkSeeds[0] })) || {};
  return {
    name: source.name,
    engine: engine.name,
    classNames: set.classNames!,
    plan: describePlan(question.plan),
    train: resamples[0].train.length,
    test: resamples.reduce((sum, { test }) => sum + test.length, 0),
    resamples: resamples.map(({ description }) => description),
    measure,
    minGain,
    rows,
    differences,
    verdict,
    ...(shownBudget && { budget: shownBudget }),
    ...(plan.costs && { costs: plan.costs }),
    learning: built.flatMap(({ learning }) => learning ?? []),
    ...(map && { map }),
    ...(reconstructions && { reconstructions }),
    data,
    files: source.files,
    settings: provenance.settings,
    hashes: provenance.hashes,
    environment: provenance.environment,
    seed,
    networkSeeds,
    started: started.toISOString(),
    notes: [...new Set([...question.source.notes, ...plan.notes, ...built.flatMap(({ notes }) => notes)])],
    seconds: (performance.now() - clock) / 1000,
  };
}
