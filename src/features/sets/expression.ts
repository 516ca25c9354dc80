import { OptionError } from "../../errors.js";
import type { FeatureRole } from "./feature-set.js";
import { featureSets } from "./feature-sets.js";

/**
 * The features of a row: a feature set by name (with a read-out of its own behind a colon, as in `latent:compact`),
 * blocks side by side, the average of the scores of several, or one that is chosen among several on the training part.
 */
export type Expression = SingleSet | { kind: "blocks" | "average" | "select"; parts: Expression[] };

export interface SingleSet {
  kind: "set";
  name: string;
  readOut?: string;
}

/**
 * Reads `raw`, `latent:wide`, `latent+convolutions`, `average(latent, convolutions)`, `select(latent, untrained)`.
 * @throws {OptionError} that shows what is wrong and what can be written
 */
export function parseExpression(text: string): Expression {
  const tokens = text.match(/[\w-]+(?::[\w-]+)?|[+(),]|\S/g) ?? [];
  let at = 0;
  const fail = (what: string): never => {
    throw new OptionError(
      `features "${text}": ${what}. Write names (raw), blocks side by side (latent+raw), averaged scores (average(latent, raw)) or a choice made on the training part (select(latent, untrained)).`,
    );
  };
  const term = (): Expression => {
    const token = tokens[at++];
    if (token === undefined) return fail("it ends where a name was expected");
    if (!/^[\w-]/.test(token)) return fail(`got "${token}" where a name was expected`);
    if (tokens[at] !== "(") {
      const [name, readOut] = token.split(":");
      return { kind: "set", name, ...(readOut !== undefined && { readOut }) };
    }
    if (token !== "average" && token !== "select")
      return fail(`"${token}" is no way to combine sets, expected average or select`);
    const parts: Expression[] = [];
    do {
      at++; // ( or ,
      parts.push(sum());
    } while (tokens[at] === ",");
    if (tokens[at++] !== ")") return fail("a bracket is not closed");
    if (token === "select" && parts.some((part) => part.kind === "average"))
      return fail("averaged scores are no columns, so select cannot choose them");
    if (parts.length < 2) return fail(`${token} needs at least two feature sets`);
    return { kind: token, parts };
  };
  const sum = (): Expression => {
    const parts = [term()];
    while (tokens[at] === "+") {
      at++;
      parts.push(term());
    }
    if (parts.length === 1) return parts[0];
    if (parts.some((part) => part.kind === "average"))
      return fail("averaged scores are no columns, so they cannot stand beside others with +");
    return { kind: "blocks", parts };
  };
  const parsed = sum();
  if (at < tokens.length) return fail(`got "${tokens[at]}" behind the end`);
  return parsed;
}

/** The one way a feature set is written, by which rows are known. */
export function nameOfExpression(expression: Expression): string {
  switch (expression.kind) {
    case "set":
      return expression.readOut === undefined ? expression.name : `${expression.name}:${expression.readOut}`;
    case "blocks":
      return expression.parts.map(nameOfExpression).join("+");
    default:
      return `${expression.kind}(${expression.parts.map(nameOfExpression).join(", ")})`;
  }
}

/** The single sets that an expression is made of. */
export function setsOf(expression: Expression): SingleSet[] {
  return expression.kind === "set" ? [expression] : expression.parts.flatMap(setsOf);
}

/** Whether features depend on the seed of a network. */
export function hasNetwork(expression: Expression): boolean {
  return setsOf(expression).some(({ name }) => featureSets[name].network !== undefined);
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

/** Whether it averages scores of sets side by side: too much for words. */
export const isNested = (expression: Expression): boolean =>
  expression.kind === "average" && expression.parts.some(({ kind }) => kind === "blocks");

/** An expression in words, or by its name if it is nested. */
export function sayExpression(expression: Expression): string {
  if (isNested(expression)) return nameOfExpression(expression);
  if (expression.kind === "set") {
    const { phrase } = featureSets[expression.name];
    return expression.readOut === undefined ? phrase : `${phrase} (${expression.readOut})`;
  }
  const parts = expression.parts.map(sayExpression);
  const list = `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  if (expression.kind === "blocks") return `${list} together`;
  return expression.kind === "average" ? `the averaged scores of ${list}` : `the choice among ${list}`;
}

/**
 * Splits a list at the commas outside of brackets: `raw, average(latent, raw)` is two.
 * @returns the texts between them, trimmed
 */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let k = 0; k <= text.length; k++) {
    if (text[k] === "(") depth++;
    if (text[k] === ")") depth--;
    if (k < text.length && !(text[k] === "," && depth === 0)) continue;
    parts.push(text.slice(start, k).trim());
    start = k + 1;
  }
  return parts;
}

/** The features that classifiers are fitted on: averages are made of the predictions of their parts. */
export function partsOf(expression: Expression): Expression[] {
  return expression.kind === "average" ? expression.parts.flatMap(partsOf) : [expression];
}
