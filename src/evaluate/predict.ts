import type { Engine } from "../engine/engine.js";
import { defaultThreads } from "../engine/threads/threads.js";
import { eventAggregates } from "../features/sets/event-aggregates.js";
import { type Expression, hasNetwork, nameOfExpression, partsOf, setsOf } from "../features/sets/expression.js";
import type { Aggregates } from "../features/sets/feature-set.js";
import { featureSets } from "../features/sets/feature-sets.js";
import type { MadeSet } from "../features/sets/feature-tables.js";
import { featureKey, idOfPrediction, isDone, type Results } from "./comparison/predictions.js";
import { openEstimate } from "./estimate.js";
import { MOST_BYTES, openFits } from "./fits/fits.js";
import { type ComparisonPlan, isForward } from "./plan.js";
import { type Progress, predictResample } from "./predict-resample.js";
import type { Question } from "./resolve.js";

/**
 * Predictions of all classifiers on all feature sets, one resample after another. What `results` has already is not
 * done again.
 * @param meanwhile what the calling thread does when a core is free and no more tables are made
 * @param onMade called once per feature set, resample and network
 * @returns what it returns
 */
export async function predict<T>(
  engine: Engine,
  question: Question,
  plan: ComparisonPlan,
  results: Results,
  meanwhile: (pause: () => Promise<void>) => Promise<T>,
  onMade?: (made: MadeSet) => void,
): Promise<T> {
  const { source, labelDelay } = question;
  const { set } = plan;
  let made: Aggregates | undefined;
  const aggregatesFor = (k: number) => () => {
    const all = made ?? eventAggregates(set, source.events!, pastLabels(question, plan), labelDelay);
    made = k + 1 < plan.resamples.length ? all : undefined; // the last resample has its tables
    return all;
  };
  const { threads, ...work } = await planWork(engine, question, plan, results);
  const progress = openProgress(question, work);
  const fits = openFits(threads, question.hooks?.signal);
  try {
    for (const k of plan.resamples.keys())
      await predictResample({
        ...{ engine, question, plan, k, results, fits, progress },
        aggregates: source.events?.amounts && aggregatesFor(k),
        onMade,
      });
    await fits.lastOnes();
    progress.step("intervals");
    const found = await meanwhile(fits.pause);
    await fits.idle();
    progress.step("intervals");
    return found;
  } finally {
    await fits.close();
  }
}

/** Labels that aggregates may see late: only a plan forward in time has a "by now". */
export function pastLabels(
  question: Question,
  { set, classCount }: Pick<ComparisonPlan, "set" | "classCount">,
): Int32Array | undefined {
  return isForward(question) && classCount === 2 ? set.labels : undefined;
}

/** Seconds of fits below which starting threads takes longer than the work. */
const LITTLE = 0.5;

/** Seconds of all work that is not done yet, item by item. */
interface Planned {
  all: number;
  /** Of the tables of an expression, what its networks need included; the key is `itemKey`. */
  items: Map<string, number>;
  /** Of it, the training of its networks. */
  trainings: Map<string, number>;
  /** Of each classifier, by `idOfPrediction`. */
  fits: Map<string, number>;
}

const itemKey = (k: number, expression: Expression, seed: number) => `${k} ${seed} ${nameOfExpression(expression)}`;

/** In the order of the work: a set or a network is made once, where it is needed first. */
async function planWork(
  engine: Engine,
  question: Question,
  plan: ComparisonPlan,
  results: Results,
): Promise<Planned & { threads: number }> {
  const { features, networkSeeds } = question;
  const estimate = await openEstimate(engine, question, plan);
  const items = new Map<string, number>();
  const trainings = new Map<string, number>();
  const fits = new Map<string, number>();
  let alone = 0; // of them, seconds of those that no thread takes
  for (const k of plan.resamples.keys())
    for (const [s, seed] of networkSeeds.entries()) {
      const made = new Set<string>(); // sets and networks of this seed
      for (const expression of features) {
        if (s > 0 && !hasNetwork(expression)) continue;
        let work = 0;
        let training = 0;
        for (const part of partsOf(expression)) {
          const key = { resample: k + 1, ...featureKey(part, seed) };
          const missing = plan
            .classifiersOf(expression)
            .filter((classifier) => !isDone(results, { ...key, classifier }, plan.resamples[k]));
          const isLarge = estimate.bytes(k, part) > MOST_BYTES;
          for (const classifier of missing) {
            const id = idOfPrediction({ ...key, classifier });
            const seconds = estimate.classifier(k, part, classifier);
            if (isLarge && !fits.has(id)) alone += seconds;
            fits.set(id, seconds);
          }
          for (const single of missing.length > 0 ? setsOf(part) : []) {
            const name = nameOfExpression(single);
            const { network } = featureSets[single.name];
            if (made.has(name) || (s > 0 && !network)) continue;
            const trains = network !== undefined && !made.has(`network ${network}`);
            work += estimate.set(k, single, !trains);
            if (trains) training += estimate.training(single);
            made.add(name).add(`network ${network}`);
          }
        }
        items.set(itemKey(k, expression, seed), work);
        trainings.set(itemKey(k, expression, seed), training);
      }
    }
  const rows = features.reduce((sum, expression) => sum + plan.classifiersOf(expression).length, 0);
  const scoring = estimate.scoring(rows);
  const fitting = sum(fits);
  const threads = question.fit.threads ?? (fitting < LITTLE ? 0 : await defaultThreads());
  const making = sum(items) - sum(trainings);
  const share = shareOnThreads({ making, fitting, alone }, Math.min(threads, estimate.threads));
  for (const [key, seconds] of items) {
    const training = trainings.get(key) ?? 0;
    items.set(key, training + share * (seconds - training));
  }
  for (const [key, seconds] of fits) fits.set(key, share * seconds);
  return { all: sum(items) + sum(fits) + scoring, items, trainings, fits, threads };
}

/**
 * How much of the seconds of tables and fits is left where they are spread: the calling thread makes the tables, and fits
 * what is too large for others, while these fit the rest. A training has all threads.
 */
export function shareOnThreads(
  { making, fitting, alone }: { making: number; fitting: number; alone: number },
  threads: number,
): number {
  const all = making + fitting;
  return all > 0 ? Math.max(making + alone, all / Math.max(1, threads)) / all : 1;
}

function sum(seconds: ReadonlyMap<string, number>): number {
  return [...seconds.values()].reduce((total, each) => total + each, 0);
}

/** Tells how long the work will take, then how far it is and how long the rest will take; shares never fall. */
function openProgress({ hooks }: Question, { all, items, trainings, fits }: Planned): Progress {
  const started = performance.now();
  const total = Math.max(1e-9, all);
  let done = 0;
  let present = ""; // the item that is worked on
  let shown = 0;
  hooks?.onEstimate?.(all);
  const step = (text: string, trained = 0) => {
    const own = trained * (trainings.get(present) ?? 0);
    shown = Math.max(shown, Math.min(1, (done + own) / total));
    const seconds = (performance.now() - started) / 1000;
    // of the estimate, which counts at first: a long fit that runs is not yet done
    const pace = shown > 0 ? 1 + (seconds / (shown * total) - 1) * Math.min(1, 3 * shown) : 1;
    hooks?.onProgress?.(text, shown, (1 - shown) * total * pace);
  };
  return {
    step,
    begin(k, expression, seed) {
      present = itemKey(k, expression, seed);
    },
    made() {
      done += items.get(present) ?? 0;
      present = "";
    },
    expected: (key) => fits.get(idOfPrediction(key)) ?? 0,
    fitted(text, key) {
      done += fits.get(idOfPrediction(key)) ?? 0;
      step(text);
    },
  };
}
