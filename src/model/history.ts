import { z } from "zod";
import { listOf } from "../options.js";

/** One evaluation during training. Losses are means over observed values. */
export interface HistoryEntry {
  update: number;
  trainLoss: number;
  validationLoss?: number;
  /** Cross-entropy of the labels of the validation part, where training looks at labels; then it decides. */
  classLoss?: number;
  /** 1 - loss / loss of predicting the mean, of the validation part where there is one, else of training. */
  explainedVariance: number;
  learningRate: number;
}

const count = z.int().nonnegative();
/** JSON has no NaN: a loss that was not finite comes back as null. */
const loss = z.number().nullable();

/** Evaluations in the order of training. */
export const historySchema = listOf(
  z.object({
    update: count,
    trainLoss: loss,
    validationLoss: loss.optional(),
    classLoss: loss.optional(),
    explainedVariance: loss,
    learningRate: loss,
  }),
) as unknown as z.ZodType<HistoryEntry[]>;

/** Whether evaluations follow one another, up to the last update. */
export function isInOrder(history: readonly HistoryEntry[], updates: number): boolean {
  return history.every(({ update }, k) => update > (history[k - 1]?.update ?? 0) && update <= updates);
}
