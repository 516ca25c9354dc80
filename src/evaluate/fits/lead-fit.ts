import type { Line } from "../../engine/threads/serve.js";
import { joinBlocks, type NamedPairs } from "../../features/sets/join-blocks.js";
import type { Prediction } from "../comparison/predictions.js";
import { type FitTask, fitAndPredict } from "./fit-and-predict.js";

/** A fit whose blocks are joined where it is done: joined, they are in memory once per fit that runs. */
export interface BlockedFit extends Omit<FitTask, "pair"> {
  blocks: NamedPairs;
  /** Whether they are scaled to equal variance. */
  balanced: boolean;
}

/** Sent to a worker: fit a classifier and predict. */
export interface FitMessage {
  kind: "classify";
  fit: BlockedFit;
}

/** In a worker: the fit that a message asks for. Others read the same blocks meanwhile, but not what is joined of them. */
export function leadFit({ fit }: FitMessage, { pause }: Line): Promise<Prediction> {
  const { blocks, balanced, ...task } = fit;
  const alone = blocks.pairs.length > 1;
  return fitAndPredict({ ...task, pair: joinBlocks(blocks, balanced) }, { alone, pause });
}
