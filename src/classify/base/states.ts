import { z } from "zod";

const common = {
  classCount: z.int().min(2),
  /** The classes that had training rows, ascending. */
  classes: z.array(z.int().min(0)).min(2),
  columns: z.int().min(1),
  notes: z.array(z.string()),
};

/**
 * A fitted linear classifier as plain data, for columns as they come (the scaling is folded in). Two fitted
 * classes share one row of coefficients, whose positive side is the second class.
 */
const linearState = z.object({
  kind: z.enum(["ridge", "logistic"]),
  ...common,
  /** [outputs, columns], row-major; outputs is 1 for two fitted classes and their number otherwise. */
  coefficients: z.array(z.number()),
  /** [outputs] */
  intercepts: z.array(z.number()),
  /** Ridge only: the penalty chosen by leave-one-out. */
  alpha: z.number().optional(),
});

/** Decision trees as plain data; `trees.ts` has the meaning of each array, `packed.ts` the form of the strings. */
const packedTrees = z.object({
  outputs: z.int().min(1),
  starts: z.string(),
  feature: z.string(),
  threshold: z.string(),
  child: z.string(),
  missingLeft: z.string(),
  leaves: z.string(),
});

/** Fitted boosting. Two fitted classes share one score, whose positive side is the second class. */
const boostingState = z.object({
  kind: z.literal("boosting"),
  ...common,
  /** Scores before the first tree; 1 for two fitted classes and their number otherwise. */
  baseline: z.array(z.number()),
  /** Rounds that were kept. Each has one tree for every score, in order. */
  iterations: z.int().min(0),
  trees: packedTrees,
});

/** A fitted random forest; leaves hold the shares of the classes. */
const randomForestState = z.object({ kind: z.literal("randomForest"), ...common, trees: packedTrees });

/** Fitted nearest neighbours: the training rows themselves. */
const neighboursState = z.object({
  kind: z.literal("neighbours"),
  ...common,
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

/** Any fitted classifier as plain JSON; `kind` tells them apart. */
export const classifierState = z
  .discriminatedUnion("kind", [linearState, boostingState, randomForestState, neighboursState])
  .refine((state) => state.classes.every((c) => c < state.classCount), "a class beyond classCount");

export type LinearState = z.infer<typeof linearState>;
export type PackedTrees = z.infer<typeof packedTrees>;
export type BoostingState = z.infer<typeof boostingState>;
export type RandomForestState = z.infer<typeof randomForestState>;
export type NeighboursState = z.infer<typeof neighboursState>;
export type ClassifierState = z.infer<typeof classifierState>;
