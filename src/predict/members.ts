import { z } from "zod";
import type { FittedClassifier, FittedSparse } from "../classify/base/classifier.js";
import { type ClassifierName, loadClassifier } from "../classify/classifiers.js";
import { loadSparseLogistic, sparseLogisticState } from "../classify/linear/sparse-logistic.js";
import { ArtefactError } from "../errors.js";
import { meanOf } from "../evaluate/comparison/predictions.js";
import { type Expression, nameOfExpression } from "../features/sets/expression.js";
import type { BlockScale } from "../table/blocks.js";
import type { MemberRows } from "./member-rows.js";

/** One classifier on one table of features: plain data. */
export interface Member {
  /** Features without averages. */
  features: string;
  classifier: ClassifierName;
  /** How several blocks were scaled; absent: they stand side by side as they are, or there is one. */
  blocks?: BlockScale;
  /** What `toJSON` of the fit returned. */
  state: unknown;
}

export const blockScaleSchema: z.ZodType<BlockScale> = z.object({
  columns: z.array(z.int().positive()),
  mean: z.array(z.number()),
  factor: z.array(z.number()),
});

/** A classifier that was fitted, of dense or of sparse rows. */
export type FittedMember =
  | { sparse?: undefined; fitted: FittedClassifier }
  | { sparse: FittedSparse; fitted?: undefined };

/** @throws {ArtefactError} for a state that is no classifier's */
export function loadMember({ state, features }: Pick<Member, "state" | "features">): FittedMember {
  if ((state as { kind?: unknown } | null)?.kind !== "sparseLogistic") return { fitted: loadClassifier(state) };
  const parsed = sparseLogisticState.safeParse(state);
  const refuse = (why: string): never => {
    throw new ArtefactError(`The classifier on ${features} is damaged: ${why}. Fit the predictor again.`);
  };
  if (!parsed.success) return refuse(parsed.error.issues[0].message);
  try {
    return { sparse: loadSparseLogistic(parsed.data) };
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** [rows, classes] */
export function probabilitiesOf({ sparse, fitted }: FittedMember, rows: MemberRows): Float64Array {
  return sparse ? sparse.predictProba(rows.sparse!) : fitted.predictProba(rows.table!);
}

/**
 * The scores of an expression by those of its parts: an average is the mean of its parts.
 * @param scoresOf [rows, classes] of a part, by its name
 */
export function averageScores(expression: Expression, scoresOf: (part: string) => Float64Array): Float64Array {
  if (expression.kind !== "average") return scoresOf(nameOfExpression(expression));
  return meanOf(expression.parts.map((part) => averageScores(part, scoresOf)));
}
