import type { ClassifierName, classifierTable } from "../classify/classifiers.js";
import type { Engine } from "../engine/engine.js";
import { defaultThreads } from "../engine/threads/threads.js";
import { mustBeFitted, type ReadOut } from "../features/read-outs/read-outs.js";
import { columnsOfSet, limited, widthOf } from "../features/sets/columns-of-set.js";
import { type Expression, type SingleSet, setsOf } from "../features/sets/expression.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { type NetworkName, networkOptions } from "../features/sets/networks.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { listParameters } from "../network/network.js";
import { countOf } from "../sequences/set/sequence-set.js";
import { differenceChannels } from "../sequences/transform/differences.js";
import { type FitOptions, resolveFitOptions, specOf, USUAL } from "../train/options.js";
import { slowness, timeUpdates } from "./machine.js";
import type { ComparisonPlan } from "./plan.js";
import type { Question } from "./resolve.js";

const NANO = 1e-9;
/** Nanoseconds of a step of training for each parameter that it goes through, on one thread. */
const PER_PARAMETER = 0.6;
/** So many updates are run and the last of them timed, where training takes longer than these seconds, and many more. */
const MEASURED = 100;
const WORTH_MEASURING = { seconds: 5, times: 8 };
/** From these seconds for one update on, fewer will do. */
const LONG_UPDATE = 0.2;

/** Seconds that work will take on this machine, by what comparable work took on another one. */
export interface Estimate {
  /** To make a set, its network included where it was not made before. */
  set(k: number, set: SingleSet, networkIsMade: boolean): number;
  /** Of it, to train its network. */
  training(set: SingleSet): number;
  /** To fit a classifier on an expression and predict, with those fits that a threshold is chosen by. */
  classifier(k: number, expression: Expression, name: ClassifierName): number;
  /** About as many bytes as the tables of an expression will have. */
  bytes(k: number, expression: Expression): number;
  /** To score all rows. */
  scoring(rows: number): number;
  /** Threads that really work at once: others' work takes some. */
  threads: number;
}

export async function openEstimate(engine: Engine, question: Question, plan: ComparisonPlan): Promise<Estimate> {
  const { readOut, fit, align } = question;
  const { set, resamples, classCount } = plan;
  const factor = slowness();
  const most = fit.threads === 0 ? 1 : Math.min(4, fit.threads ?? (await defaultThreads()));
  const threads = 1 + (most - 1) / Math.max(1, factor); // others' work is why a machine is slow: no processor is free
  const N = Math.max(1, countOf(set));
  const length = set.offsets[countOf(set)] / N;
  const width = widthOf(set.channels);
  const channels = set.channels.length;
  const casesOf = (k: number) => resamples[k].train.length + resamples[k].test.length;
  const columnsOf = (single: SingleSet) => columnsOfSet(single, { set, readOut, align });
  const numeric = set.channels.filter(({ kind }) => kind === "numeric").length / Math.max(1, width);
  const rarest = question.C === undefined ? rarestShare(plan) : 0; // 0: no strength is chosen
  const gradedOf = (single: SingleSet) => (ONE_HOT.has(single.name) ? numeric : 1) * columnsOf(single);

  const networks = new Map<NetworkName, NetworkCost>();
  const network = ({ name }: SingleSet) => {
    const wanted = featureSets[name].network;
    if (!wanted) return undefined;
    if (!networks.has(wanted)) networks.set(wanted, networkOf(question, plan, wanted));
    return networks.get(wanted)!;
  };
  /** Seconds of one update, by the parameters that its steps go through. */
  const perUpdate = (own: NetworkCost, steps: number) =>
    (own.batch * steps * own.views * own.parameters * PER_PARAMETER * NANO) / threads;
  const trains = question.features.flatMap(setsOf).flatMap((single) => network(single) ?? []);
  const [longest] = trains.sort((a, b) => b.updates * perUpdate(b, length) - a.updates * perUpdate(a, length));
  let pace = factor; // of networks
  const slow = longest ? factor * perUpdate(longest, length) : 0;
  const updates = slow > LONG_UPDATE ? 5 : MEASURED;
  const { seconds, times } = WORTH_MEASURING;
  if (longest && longest.updates * slow > seconds && longest.updates > times * updates) {
    const among = resamples[0].train;
    const timed = await timeUpdates(engine, set, among, longest.options, { updates, batch: longest.batch });
    pace = timed.seconds / perUpdate(longest, timed.length);
  }
  const training = (single: SingleSet) => {
    const own = network(single);
    return own ? pace * own.updates * perUpdate(own, length) : 0;
  };
  return {
    threads,
    training,
    set(k, single, networkIsMade) {
      const cases = casesOf(k);
      const own = network(single);
      if (!own) {
        const perCase = PER_CASE[single.name] ?? PER_CASE.raw;
        const alone = factor * cases * perCase({ length, width, channels, columns: columnsOf(single) }) * NANO;
        return single.name === "convolutions" ? alone / threads : alone;
      }
      const fitted = mustBeFitted((single.readOut ?? readOut) as ReadOut);
      const decodes = single.name === "residuals" || single.name === "surprise";
      const times = decodes || !fitted ? 1 : 6.5;
      const perStep =
        times * (decodes ? factor * 2000 + pace * 0.2 * own.parameters : factor * 500 + pace * 0.07 * own.parameters);
      const running = (cases * length * perStep * NANO) / threads;
      return running + (networkIsMade ? 0 : training(single));
    },
    classifier(k, expression, name) {
      const { train, test, validation } = resamples[k];
      const columns = setsOf(expression).reduce((sum, single) => sum + columnsOf(single), 0);
      const graded = setsOf(expression).reduce((sum, single) => sum + gradedOf(single), 0);
      const sparse = name === "logistic" && expression.kind === "set" && expression.name === "ngrams";
      const cost = (rows: number, predicted: number) =>
        sparse
          ? SPARSE_LOGISTIC * rows * length
          : CLASSIFIERS[name](rows, columns, predicted, classCount, graded, rarest);
      const again = (validation?.trials ?? []).map(
        ({ fitted: { length: rows }, held }) =>
          cost(rows, held.length) - cost(rows, 0) * shareOfChoice(name, rows, classCount, rarest, sparse),
      );
      return factor * again.reduce((sum, each) => sum + each, cost(train.length, test.length)) * NANO;
    },
    bytes: (k, expression) => 4 * casesOf(k) * setsOf(expression).reduce((sum, single) => sum + columnsOf(single), 0),
    scoring: (rows) => factor * rows * resamples.reduce((sum, { test }) => sum + test.length, 0) * 30_000 * NANO,
  };
}

/** Sets whose categories are columns of two values. */
const ONE_HOT = new Set(["fields", "raw", "window"]);

/** Nanoseconds to fit and predict. @param graded columns of more than two values @param rarest share of that class */
type Cost = (
  rows: number,
  columns: number,
  predicted: number,
  classes: number,
  graded: number,
  rarest: number,
) => number;
const CLASSIFIERS: Record<keyof typeof classifierTable, Cost> = {
  ridge: (rows, columns) => 3 * Math.max(rows, columns) * Math.min(rows, columns) ** 2 + 1e7,
  logistic: (rows, columns, _, classes, _graded, rarest) =>
    80 * (rows + ofStrength(rows, classes, rarest)) * columns * Math.max(1, classes - 1),
  knn: (rows, columns, predicted) => (0.36 * rows + 0.58 * predicted) * rows * columns,
  forest: (rows, columns, predicted) => 55_000 * rows * Math.sqrt(columns) + 20_000 * predicted,
  boosting(rows, columns, predicted, classes, graded) {
    const trees = 100 * (classes === 2 ? 1 : classes);
    const splits = 60_000 * graded * Math.min(1, rows / 1500); // few rows make few leaves
    return trees * (rows * (5.3 * columns + 60) + splits + 80 * predicted) + 60 * rows * columns;
  },
};

/** What a trial keeps it need not choose: neighbours by leave-one-out, or a strength. This is its share of the cost. */
function shareOfChoice(name: ClassifierName, rows: number, classes: number, rarest: number, sparse: boolean): number {
  if (name === "knn") return 1;
  if (name !== "logistic") return 0;
  const looked = ofStrength(rows, classes, rarest);
  return sparse ? 0.75 : looked / (rows + looked);
}

/** To choose a strength costs as much as a fit of so many rows. With few rows of a class none is chosen. */
function ofStrength(rows: number, classes: number, rarest: number): number {
  return rows * rarest < 100 ? 0 : 3 * Math.min(rows, 20_000 * classes);
}

/** Of the training cases of the first resample. */
function rarestShare({ set: { labels }, resamples: [{ train }], classCount }: ComparisonPlan): number {
  const counts = new Float64Array(classCount);
  for (const n of train) if (labels![n] >= 0) counts[labels![n]]++;
  return Math.min(...counts.filter((count) => count > 0)) / Math.max(1, train.length);
}

/** Nanoseconds a token of the training part, of logistic regression on all n-grams with its choice of C. */
const SPARSE_LOGISTIC = 12_000;

interface Shape {
  length: number;
  width: number;
  channels: number;
  columns: number;
}
/** Nanoseconds a case, of sets without a network. */
const PER_CASE: Record<string, (shape: Shape) => number> = {
  raw: ({ length, width, channels }) => length * (10 * width + 100 * channels),
  fields: ({ width, channels }) => 10 * width + 100 * channels,
  statistics: ({ length, channels }) => 150 * length * channels,
  aggregates: ({ columns }) => 170 * columns,
  convolutions: ({ length, columns }) => length * columns,
  statics: ({ columns }) => 20 * columns,
  ngrams: ({ length }) => 3000 * length,
};

/** Size of a network and of its training. */
interface NetworkCost {
  options: FitOptions;
  parameters: number;
  batch: number;
  /** Passes of an update over its batch. */
  views: number;
  updates: number;
}

function networkOf({ fit }: Question, { set }: ComparisonPlan, name: NetworkName): NetworkCost {
  const options = networkOptions(name, fit);
  const resolved = resolveFitOptions(options, "whole" in set);
  const layers = specOf(resolved);
  const own = set.channels.map(limited);
  const channels = resolved.prepare.differences ? differenceChannels(own) : own;
  const parameters = listParameters(layers, oneHotColumns(channels).groups).reduce((sum, { size }) => sum + size, 0);
  const { updates, epochs, batchSize } = resolved.train;
  const perEpoch = Math.ceil(countOf(set) / batchSize);
  return {
    options,
    parameters,
    batch: batchSize,
    views: layers.readOutLoss ? 2 : 1,
    updates: name === "untrained" ? 0 : (updates ?? (epochs ? epochs * perEpoch : USUAL.updates)),
  };
}
