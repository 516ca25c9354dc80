import type { Engine } from "../engine/engine.js";
import { nameOfExpression } from "../features/sets/expression.js";
import { hashEvents, hashJson, hashSequences } from "../sequences/set/hash.js";
import { VERSION } from "../version.js";
import type { Environment } from "./comparison/comparison.js";
import { type ComparisonPlan, isForward } from "./plan.js";
import type { Question } from "./resolve.js";

/** What is needed to run a comparison again, and to know whether kept results are of the same one. */
export async function provenanceOf(engine: Engine, question: Question, plan: ComparisonPlan) {
  const { source, seed, readOut, align, labelDelay, features, networkSeeds } = question;
  const { classWeights, classifiersOf, measure, minGain, rule } = plan;
  const { threads, ...fit } = question.fit; // predictions do not depend on threads
  const decisive = {
    plan: question.plan,
    fit,
    classWeights,
    ...(question.C !== undefined && { C: question.C }),
    seed,
    thresholds: rule !== undefined,
    readOut,
    align,
    labelDelay: isForward(question) ? labelDelay : null,
    engine: engine.name,
    undertone: VERSION,
  };
  return {
    settings: {
      ...decisive,
      features: features.map(nameOfExpression),
      classifiers: [...new Set(features.flatMap(classifiersOf))],
      measure,
      minGain,
      networkSeeds,
      threshold: rule ?? "none",
      ...(source.events && {
        events: {
          entity: source.events.entityName,
          amount: source.events.amountName ?? null,
          secondEntity: source.events.secondName ?? null,
        },
      }),
    },
    hashes: {
      data: await hashJson([await hashSequences(plan.set), source.events ? await hashEvents(source.events) : null]),
      settings: await hashJson({
        ...decisive,
        splits: plan.resamples.map(({ description }) => description.splitSha256),
      }),
    },
    environment: await describeEnvironment(engine, threads),
  };
}

/** What a figure was made with: versions, processor, engine. */
async function describeEnvironment(engine: Engine, threads: number | undefined): Promise<Environment> {
  const common = { undertone: VERSION, engine: engine.name, threads: threads ?? ("auto" as const) };
  if (typeof process !== "undefined" && process.versions?.node) {
    const { availableParallelism, cpus } = await import("node:os");
    return {
      ...common,
      runtime: `node ${process.versions.node}`,
      platform: `${process.platform} ${process.arch}`,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
    };
  }
  return {
    ...common,
    runtime: navigator.userAgent,
    platform: "browser",
    processor: "unknown",
    cores: navigator.hardwareConcurrency,
  };
}
