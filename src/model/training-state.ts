import { z } from "zod";
import { listOf } from "../options.js";
import { type HistoryEntry, historySchema, isInOrder } from "./history.js";

/** Everything that training needs to continue as if it had never stopped. Arrays have the engine's precision. */
export interface TrainState {
  /** Updates done, skipped ones included. */
  update: number;
  /** Steps that Adam took with its present moments. */
  adamSteps: number;
  weights: Float32Array | Float64Array;
  mean: Float32Array | Float64Array;
  variance: Float32Array | Float64Array;
  /** Where the not-finite guard goes back to. */
  good: {
    adamSteps: number;
    weights: Float32Array | Float64Array;
    mean: Float32Array | Float64Array;
    variance: Float32Array | Float64Array;
  };
  /** Weights of the lowest loss of the validation part, of its classes where training looks at labels. */
  best?: { update: number; loss: number; weights: Float32Array | Float64Array };
  /** Halved whenever the guard had to go back. */
  rateScale: number;
  rollbacks: number;
  /** Of them, those to the present good point. */
  sameGood: number;
  /** Evaluations since the best one. */
  stale: number;
  /** Sums since the last evaluation. */
  lossSum: number;
  lossCount: number;
  /** Loss of the first batch, to distinguish divergence from a bad start. */
  firstLoss?: number;
  history: HistoryEntry[];
  warnings: string[];
}

type Block = Float32Array | Float64Array;

const BLOCKS = ["weights", "mean", "spread", "good.weights", "good.mean", "good.spread"];

/** The tensors of a state by name, for a checkpoint; there Adam's variance is called spread, as it always was. */
export function stateTensors(state: TrainState): Record<string, Block> {
  const { weights, mean, variance, good, best } = state;
  return {
    weights,
    mean,
    spread: variance,
    "good.weights": good.weights,
    "good.mean": good.mean,
    "good.spread": good.variance,
    ...(best && { "best.weights": best.weights }),
  };
}

/** The rest of a state, as JSON. */
export function stateNumbers(state: TrainState) {
  const { weights: _w, mean: _m, variance: _v, good, best, ...numbers } = state;
  return { ...numbers, goodAdamSteps: good.adamSteps, best: best && { update: best.update, loss: best.loss } };
}

const count = z.int().nonnegative();
const numbersSchema = z
  .strictObject({
    update: count,
    adamSteps: count,
    goodAdamSteps: count,
    rateScale: z.number(),
    rollbacks: count,
    sameGood: count,
    stale: count,
    lossSum: z.number(),
    lossCount: z.number().nonnegative(),
    firstLoss: z.number().optional(),
    history: historySchema,
    warnings: listOf(z.string()),
    best: z.strictObject({ update: count, loss: z.number() }).optional(),
  })
  .refine((state) => state.adamSteps <= state.update && state.goodAdamSteps <= state.adamSteps, {
    error: "more steps of Adam than updates",
  })
  .refine(({ rateScale, rollbacks }) => rateScale === 2 ** -rollbacks, {
    error: "rateScale is not halved per rollback",
  })
  .refine(({ sameGood, rollbacks }) => sameGood <= rollbacks, { error: "sameGood is above rollbacks" })
  .refine(({ history, update }) => isInOrder(history, update), { error: "its history is not in the order of updates" })
  .refine(({ stale, best, history, update }) => stale <= history.length && (best?.update ?? 0) <= update, {
    error: "its best weights are of an update to come",
  });

/**
 * Puts a state together again, and checks it: fields, what they say of one another, and that all blocks are of one
 * length. Weights may be not finite: the next update finds that out and goes back.
 * @throws {ArtefactError} made by `damaged`, which gets the cause
 */
export function restoreState(
  numbers: unknown,
  tensors: Record<string, Block>,
  damaged: (why: string) => never,
): TrainState {
  const issue = numbersSchema.safeParse(numbers).error?.issues[0];
  if (issue) return damaged(`${["state", ...issue.path].join(".")}: ${issue.message}`);
  const { goodAdamSteps, best, ...rest } = numbers as ReturnType<typeof stateNumbers>;
  const { weights } = tensors;
  const names = [...BLOCKS, ...(best ? ["best.weights"] : [])];
  const fits = (name: string) =>
    tensors[name]?.length === weights?.length && tensors[name]?.constructor === weights?.constructor;
  const wrong = names.find((name) => !fits(name)) ?? Object.keys(tensors).find((name) => !names.includes(name));
  if (!weights || wrong) return damaged(`tensor "${wrong ?? "weights"}" does not belong to the others`);
  return {
    ...rest,
    weights: tensors.weights,
    mean: tensors.mean,
    variance: tensors.spread,
    good: {
      adamSteps: goodAdamSteps,
      weights: tensors["good.weights"],
      mean: tensors["good.mean"],
      variance: tensors["good.spread"],
    },
    best: best && { ...best, weights: tensors["best.weights"] },
  };
}
