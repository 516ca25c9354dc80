import { z } from "zod";
import { OptionError } from "../../errors.js";
import { expectOptions } from "../../options.js";
import { columnSums, expectFinite, type FeatureTable } from "../../table/feature-table.js";
import { expectColumns, expectState, optionChecks } from "../base/checks.js";
import {
  type Chosen,
  type Classifier,
  type ClassifierEntry,
  type ClassWeight,
  type FittedClassifier,
  likeliest,
  stateFields,
} from "../base/classifier.js";
import { pack, unpack } from "../base/packed.js";
import { type ColumnScaling, columnScaling, trainingRows } from "../base/training-rows.js";
import { type Nearest, nearest, nearestOthers } from "./nearest.js";

/** Numbers of neighbours among which "auto" chooses. */
export const NEIGHBOUR_COUNTS: readonly number[] = [1, 3, 5, 9];

/** Settings of `kNearestNeighbours`. */
export interface NeighboursOptions {
  /** auto: the one of NEIGHBOUR_COUNTS with the least (weighted) leave-one-out error; of equal ones the smallest. */
  k?: number | "auto";
  classWeight?: ClassWeight;
}

/**
 * The k nearest training rows vote, by Euclidean distance between standardised columns. A row's vote is its
 * weight; a class's probability is its share of the votes, so with k = 1 it is 0 or 1. Between equal shares the
 * first class wins, and among equally near rows those that come first in training count. All training rows are
 * kept, except those of weight 0. Missing values are errors.
 *
 * @param chosen by another fit: its number of neighbours is taken
 * @throws {OptionError} when k is not a whole number from 1 up; at `fit`, when it is above the training rows
 */
export function kNearestNeighbours(settings: NeighboursOptions = {}, chosen?: Chosen): Classifier<NeighboursState> {
  expectOptions("nearest neighbours", settings, ["k", "classWeight"]);
  const { k = "auto", classWeight = "none" } = settings;
  const { whole, oneOf } = optionChecks("nearest neighbours");
  if (k !== "auto") whole("k", k, 1);
  oneOf("classWeight", classWeight, ["none", "balanced"]);
  return {
    name: "neighbours",
    fit(x, labels, classCount, options = {}) {
      const where = "nearest neighbours fit";
      expectOptions(where, options, ["weights"]);
      const training = trainingRows(where, x, labels, classCount, classWeight, options.weights);
      expectFinite(where, x, columnSums(x));
      const counting = Int32Array.from(training.weights.keys()).filter((row) => training.weights[row] > 0);
      const rows = counting.length;
      if (k !== "auto" && k > rows)
        throw new OptionError(
          `${where}: k is ${k} with ${rows} training rows, expected no more neighbours than rows. ` +
            'Take a smaller k, or "auto".',
        );
      const columns = x.names.length;
      const values = new Float32Array(rows * columns);
      for (let i = 0; i < rows; i++)
        values.set(x.values.subarray(counting[i] * columns, (counting[i] + 1) * columns), i * columns);
      const model: NeighboursModel = {
        kind: "neighbours",
        classCount,
        classes: training.classes,
        columns,
        k: 1,
        values,
        target: counting.map((row) => training.target[row]),
        weights: Float64Array.from(counting, (row) => training.weights[row]),
        scaling: neighbourScaling({ values, names: x.names, rows }),
        notes: [],
      };
      if (chosen?.k !== undefined) model.k = Math.min(chosen.k, rows);
      else model.k = k === "auto" ? chooseCount(model) : k;
      return { ...neighboursClassifier(model), chosen: { k: model.k } };
    },
  };
}

/** Fitted nearest neighbours: the training rows themselves. */
const neighboursState = z.object({
  kind: z.literal("neighbours"),
  ...stateFields,
  k: z.int().min(1),
  /** [rows, columns] float32, as they came. */
  values: z.string(),
  /** [rows] int32, positions in `classes`. */
  target: z.string(),
  /** [rows] float64, the weight of each row's vote. */
  weights: z.string(),
  /** [columns] float64, of the training rows. */
  mean: z.string(),
  scale: z.string(),
});
export type NeighboursState = z.infer<typeof neighboursState>;

/** Neighbours standardise every column themselves, so blocks need no balance. */
export const neighbours: ClassifierEntry<NeighboursState> = {
  balanced: false,
  rareWeight: "balanced",
  make: ({ classWeight, chosen }) => kNearestNeighbours({ classWeight }, chosen),
  state: neighboursState,
  load(state) {
    const { columns, k, classes } = state;
    const values = unpack("float32", state.values);
    const target = unpack("int32", state.target);
    const weights = unpack("float64", state.weights);
    const scaling = { mean: unpack("float64", state.mean), scale: unpack("float64", state.scale) };
    const rows = target.length;
    expectState(values.length === rows * columns && weights.length === rows, "rows that do not match");
    expectState(
      scaling.mean.length === columns && scaling.scale.length === columns,
      "a scaling that does not match the columns",
    );
    expectState(k <= rows, "more neighbours than rows");
    expectState(
      target.every((c) => c >= 0 && c < classes.length),
      "a row of an unknown class",
    );
    return neighboursClassifier({ ...state, values, target, weights, scaling });
  },
};

/** NeighboursState with its numbers at hand. */
export type NeighboursModel = Omit<NeighboursState, "values" | "target" | "weights" | "mean" | "scale"> & {
  values: Float32Array;
  target: Int32Array;
  weights: Float64Array;
  scaling: ColumnScaling;
};

/** A constant column carries no distance, whatever value a later row has: it is scaled to 0. */
function neighbourScaling(x: FeatureTable): ColumnScaling {
  const { mean, scale } = columnScaling("nearest neighbours fit", x);
  const F = mean.length;
  for (let j = 0; j < F; j++) {
    let row = 1;
    while (row < x.rows && x.values[row * F + j] === x.values[j]) row++;
    if (row === x.rows) scale[j] = Number.POSITIVE_INFINITY;
  }
  return { mean, scale };
}

function chooseCount({ values, target, weights, scaling, classes }: NeighboursModel): number {
  const rows = target.length;
  const counts = NEIGHBOUR_COUNTS.filter((count) => count < rows);
  const found = nearestOthers({ values, rows, scaling }, counts[counts.length - 1]);
  let best = { error: Number.POSITIVE_INFINITY, count: 1 };
  for (const count of counts) {
    const guessed = likeliest(votes(found, count, target, weights, classes.length), classes.length);
    const error = guessed.reduce((sum, c, row) => sum + (c === target[row] ? 0 : weights[row]), 0);
    if (error < best.error) best = { error, count };
  }
  return best.count;
}

/** Shares of the votes of the first `count` neighbours, [rows, K]. */
function votes(
  { indices, k }: Nearest,
  count: number,
  target: Int32Array,
  weights: Float64Array,
  K: number,
): Float64Array {
  const shares = new Float64Array((indices.length / k) * K);
  for (let row = 0; row * k < indices.length; row++) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const neighbour = indices[row * k + i];
      shares[row * K + target[neighbour]] += weights[neighbour];
      total += weights[neighbour];
    }
    for (let c = 0; c < K; c++) shares[row * K + c] /= total;
  }
  return shares;
}

export function neighboursClassifier(model: NeighboursModel): FittedClassifier<NeighboursState> {
  const { classes, classCount, columns, k, values, target, weights, scaling, notes } = model;
  const training = { values, rows: target.length, scaling };
  const predictProba = (x: FeatureTable): Float64Array => {
    const where = "nearest neighbours predict";
    expectColumns(where, x, columns);
    expectFinite(where, x, columnSums(x));
    const found = nearest(training, { values: x.values, rows: x.rows, scaling }, k);
    const shares = votes(found, k, target, weights, classes.length);
    const out = new Float64Array(x.rows * classCount);
    for (let row = 0; row < x.rows; row++)
      for (let c = 0; c < classes.length; c++) out[row * classCount + classes[c]] = shares[row * classes.length + c];
    return out;
  };
  return {
    notes,
    toJSON() {
      const { scaling: _, ...plain } = model;
      return {
        ...plain,
        values: pack("float32", values),
        target: pack("int32", target),
        weights: pack("float64", weights),
        mean: pack("float64", scaling.mean),
        scale: pack("float64", scaling.scale),
      };
    },
    predict: (x) => likeliest(predictProba(x), classCount),
    predictProba,
  };
}
