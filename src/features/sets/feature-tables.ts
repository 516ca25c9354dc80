import type { ClassWeight } from "../../classify/base/classifier.js";
import { ridgeLeaveOneOut } from "../../classify/linear/ridge.js";
import type { Model } from "../../model/model.js";
import { expectOneOf, expectOptions } from "../../options.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { type FeatureTable, selectRows } from "../../table/feature-table.js";
import { selectSparseRows } from "../../table/sparse-rows.js";
import type { ReadOut } from "../read-outs/read-outs.js";
import { type Expression, hasNetwork, nameOfExpression, type SingleSet, setsOf } from "./expression.js";
import type { Cases, FeaturePair, FeatureSet, Features, FitContext, FittedSet } from "./feature-set.js";
import { featureSets } from "./feature-sets.js";
import { joinBlocks, type NamedPairs } from "./join-blocks.js";
import { recall, shareNetworks } from "./networks.js";

/** Of a table that is made of many pieces: what they took lies scattered in memory that the process still holds. */
const MANY_VALUES = 2 ** 22;

/** The tables of an expression: one block, or several that are to stand side by side. */
export interface Blocks extends NamedPairs {
  notes: readonly string[];
}

/** A single set that was made. */
export interface MadeSet {
  expression: SingleSet;
  fitted: FittedSet;
  pair: FeaturePair;
  /** The network that it reads. */
  model?: Model;
  notes: readonly string[];
  seconds: number;
}

export interface TableOptions {
  classCount: number;
  /** Of the ridge that chooses in `select(a, b)`. */
  classWeight: ClassWeight;
  /** Called once per set that was made. */
  onMade?(made: MadeSet, networkSeed: number): Promise<void>;
}

/** The tables of one network seed. */
export interface Tables {
  make(expression: Expression): Promise<Blocks>;
  /** Forgets all sets that these expressions do not name. */
  keepOnly(expressions: readonly Expression[]): void;
}

/**
 * Makes the tables of expressions without averages in one resample. A single set is made once, or once per network
 * seed if it reads a network; so is a network. All expressions share them. No set sees a label of the test part.
 * @throws {OptionError} {DataError} as the builders do
 */
export function featureTables(
  context: FitContext & { test: Cases },
  { classCount, classWeight, onMade }: TableOptions,
): (networkSeed: number) => Tables {
  const ofResample = new Map<string, Promise<MadeSet>>();
  return (networkSeed) => {
    const fit = { ...context.fit, train: { ...context.fit.train, seed: networkSeed } };
    const networkOf = shareNetworks({ ...context, fit });
    const ofSeed = new Map<string, Promise<MadeSet>>();
    const makeSet = async (expression: SingleSet): Promise<MadeSet> => {
      const started = performance.now();
      const set = featureSets[expression.name];
      const own = { ...context, fit, readOut: (expression.readOut as ReadOut) ?? context.readOut };
      const network = set.network && (await networkOf(set.network));
      const fitted = await (set.network ? set.fit(own, network!) : set.fit(own));
      const pair = await bothParts(set, fitted, context);
      if (pair.train.values.length > MANY_VALUES) context.engine.giveBack?.();
      const notes = network?.model.metadata.training.warnings ?? [];
      const seconds = (performance.now() - started) / 1000;
      const made = { expression, fitted, pair, model: network?.model, notes, seconds };
      await onMade?.(made, networkSeed);
      return made;
    };
    const make = async (expression: Expression): Promise<Blocks> => {
      if (expression.kind === "set") {
        const name = nameOfExpression(expression);
        const kept = hasNetwork(expression) ? ofSeed : ofResample;
        const { pair, notes } = await recall(kept, name, () => makeSet(expression));
        return { names: [name], pairs: [pair], notes };
      }
      const parts: Blocks[] = [];
      for (const part of expression.parts) parts.push(await make(part));
      if (expression.kind === "blocks")
        return {
          names: parts.flatMap(({ names }) => names),
          pairs: parts.flatMap(({ pairs }) => pairs),
          notes: parts.flatMap(({ notes }) => notes),
        };
      const tables = parts.map((blocks) => joinBlocks(blocks, false).train);
      const { chosen, errors } = selectByLeaveOneOut(tables, context.train.labels!, classCount, { classWeight });
      const perPart = expression.parts.map((part, k) => `${nameOfExpression(part)} ${errors[k].toFixed(4)}`);
      const note = `${nameOfExpression(expression)} chose ${nameOfExpression(expression.parts[chosen])} (leave-one-out error on the training part: ${perPart.join(", ")}).`;
      return { ...parts[chosen], notes: [note] };
    };
    const keepOnly = (expressions: readonly Expression[]) => {
      const needed = new Set(expressions.flatMap(setsOf).map(nameOfExpression));
      for (const kept of [ofSeed, ofResample]) for (const name of kept.keys()) if (!needed.has(name)) kept.delete(name);
    };
    return { make, keepOnly };
  };
}

/** The features of both parts. No set sees a label of the test part. */
async function bothParts(
  set: FeatureSet,
  fitted: FittedSet,
  { cases, test, engine, fit }: FitContext & { test: Cases },
): Promise<FeaturePair> {
  const means = { engine, threads: fit.threads };
  const train = await set.features(fitted, cases, means);
  const other = countOf(test.set) > 0 ? await set.features(fitted, test, means) : noneOf(train);
  return {
    train: train.table,
    test: other.table,
    ...(fitted.components && { components: true }),
    ...(train.sparse && other.sparse && { sparse: { train: train.sparse, test: other.sparse } }),
  };
}

/** The same columns of no case. */
function noneOf({ table, sparse }: Features): Features {
  const none = new Int32Array();
  return { table: selectRows(table, none), ...(sparse && { sparse: selectSparseRows(sparse, none) }) };
}

export interface Selection {
  /** Index of the table with the smallest error; the first of equals. */
  chosen: number;
  /** Mean squared leave-one-out error of ridge on each. */
  errors: number[];
}

/**
 * Chooses among feature tables of the same training rows by ridge's leave-one-out error. Test cases have no part in it.
 * @param tables of the training part
 * @param labels [rows] of the training part
 */
export function selectByLeaveOneOut(
  tables: readonly FeatureTable[],
  labels: Int32Array,
  classCount: number,
  options: { classWeight?: ClassWeight } = {},
): Selection {
  expectOptions("selectByLeaveOneOut", options, ["classWeight"]);
  const { classWeight = "none" } = options;
  expectOneOf("selectByLeaveOneOut", "classWeight", classWeight, ["none", "balanced"]);
  const errors = tables.map((table) => ridgeLeaveOneOut(table, labels, classCount, { classWeight }));
  return { chosen: errors.indexOf(Math.min(...errors)), errors };
}
