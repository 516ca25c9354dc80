import type { ReadOut } from "../../features/read-outs/read-outs.js";
import { balanceBlocks } from "../../table/blocks.js";
import { type FeatureTable, sideBySide } from "../../table/feature-table.js";
import { type Expression, nameOfExpression, setsOf } from "./expression.js";
import { type FeatureContext, type FeaturePair, type FeatureRole, featureSets } from "./feature-sets.js";
import type { Selection } from "./select-by-leave-one-out.js";

/** The tables of an expression: one block, or several that are to stand side by side. */
export interface Blocks {
  names: string[];
  pairs: FeaturePair[];
  notes: string[];
}

/** What tables of one resample are made with. */
export interface TableOptions {
  /** All that builders need but where to keep things. */
  context: Omit<FeatureContext, "remember">;
  /** Lives as long as the resample: tables that do not depend on the network's seed. */
  forResample: Map<string, Promise<unknown>>;
  /** Lives as long as one network seed. */
  forSeed: Map<string, Promise<unknown>>;
  /** Chooses among tables of the training part. */
  choose(tables: readonly FeatureTable[]): Selection;
  /** Told of each set that was built, once. */
  onBuilt?(name: string, pair: FeaturePair, seconds: number): Promise<void>;
}

/**
 * Makes the tables of any expression without averages; each single set is made once and used by all.
 * @throws {OptionError} {DataError} as the builders do
 */
export function featureTables(options: TableOptions): (expression: Expression) => Promise<Blocks> {
  const { context, forResample, forSeed, choose, onBuilt } = options;
  const single = async (expression: Extract<Expression, { kind: "set" }>): Promise<Blocks> => {
    const name = nameOfExpression(expression);
    const { network, build } = featureSets[expression.name];
    const kept = network ? forSeed : forResample;
    const remember = <T>(key: string, make: () => Promise<T>): Promise<T> => {
      if (!kept.has(key)) kept.set(key, make());
      return kept.get(key) as Promise<T>;
    };
    const pair = await remember(name, async () => {
      const started = performance.now();
      const readOut = (expression.readOut as ReadOut | undefined) ?? context.readOut;
      const made = await build({ ...context, readOut, remember });
      await onBuilt?.(name, made, (performance.now() - started) / 1000);
      return made;
    });
    return { names: [name], pairs: [pair], notes: [...(pair.notes ?? [])] };
  };
  const make = async (expression: Expression): Promise<Blocks> => {
    if (expression.kind === "set") return single(expression);
    const parts: Blocks[] = [];
    for (const part of expression.parts) parts.push(await make(part));
    if (expression.kind === "blocks")
      return {
        names: parts.flatMap(({ names }) => names),
        pairs: parts.flatMap(({ pairs }) => pairs),
        notes: parts.flatMap(({ notes }) => notes),
      };
    const { chosen, errors } = choose(parts.map((blocks) => joinBlocks(blocks, false).train));
    const told = expression.parts.map((part, k) => `${nameOfExpression(part)} ${errors[k].toFixed(4)}`);
    const note = `${nameOfExpression(expression)} chose ${nameOfExpression(expression.parts[chosen])} (leave-one-out error on the training part: ${told.join(", ")}).`;
    return { ...parts[chosen], notes: [note] };
  };
  return make;
}

/** One table for a classifier: blocks of equal variance, or columns as they are. */
export function joinBlocks({ names, pairs }: Blocks, balanced: boolean): FeaturePair {
  if (pairs.length === 1) return pairs[0];
  const trains = pairs.map(({ train }) => train);
  const tests = pairs.map(({ test }) => test);
  if (balanced) return balanceBlocks(trains, tests, names);
  return { train: sideBySide(trains, names), test: sideBySide(tests, names) };
}

/** Whether features depend on the seed of a network. */
export function hasNetwork(expression: Expression): boolean {
  return setsOf(expression).some(({ name }) => featureSets[name].network);
}

/** What an expression is in the argument: a mix of ours with baselines is a combination. */
export function roleOf(expression: Expression): FeatureRole {
  if (expression.kind === "set") return featureSets[expression.name].role;
  const roles = new Set(expression.parts.map(roleOf));
  if (roles.has("combination")) return "combination";
  if (!roles.has("latent")) return roles.has("control") ? "control" : "baseline";
  if (!roles.has("baseline")) return "latent";
  return "combination";
}

/** An expression in words. */
export function sayExpression(expression: Expression): string {
  if (expression.kind === "set") {
    const { says } = featureSets[expression.name];
    return expression.readOut === undefined ? says : `${says} (${expression.readOut})`;
  }
  const parts = expression.parts.map(sayExpression);
  const list = `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  if (expression.kind === "blocks") return `${list} together`;
  return expression.kind === "average" ? `the averaged scores of ${list}` : `the choice among ${list}`;
}
