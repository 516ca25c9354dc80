import { type Expression, setsOf } from "../sets/expression.js";
import { featureSets } from "../sets/feature-sets.js";
import { hasNetwork } from "../sets/feature-tables.js";
import type { CompareOptions, ResolvedOptions } from "./compare-options.js";

/** What training a network counts as much as, in the estimate of time left; making another set or a fit counts 1. */
export const TRAINING = 6;

/** What a feature set with a classifier costs, for the estimate of time left. */
export function workOf(expression: Expression, classifiers: number): number {
  if (expression.kind === "average") return 0.1;
  const builds = setsOf(expression).reduce(
    (sum, { name }) =>
      sum + (expression.kind === "set" && featureSets[name].role === "latent" ? TRAINING : 1),
    0,
  );
  return builds + classifiers;
}

/** Tells how far the work is and how long the rest will take; shares never fall. */
export function openProgress(
  { features, networkSeeds }: ResolvedOptions,
  classifiers: number,
  resamples: number,
  hooks: CompareOptions["hooks"] = {},
) {
  const works = features.map((expression) => ({
    work: workOf(expression, classifiers),
    times: hasNetwork(expression) ? networkSeeds.length : 1,
  }));
  const all = Math.max(1e-9, resamples * works.reduce((sum, { work, times }) => sum + work * times, 0));
  const started = performance.now();
  let done = 0;
  let found = 0; // of it, what an earlier run had done
  let shown = 0;
  return {
    /** @param part work done of the step, on top of what is done */
    step(text: string, part: number): void {
      shown = Math.max(shown, Math.min(1, (done + part) / all));
      const fresh = shown - found / all;
      const seconds = (performance.now() - started) / 1000;
      const left = fresh > 0.03 ? (seconds * (1 - shown)) / fresh : undefined;
      hooks.onProgress?.(text, shown, left);
    },
    done(work: number, wasFound: boolean): void {
      done += work;
      if (wasFound) found += work;
    },
  };
}
