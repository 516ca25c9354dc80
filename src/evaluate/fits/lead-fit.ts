import type { Line } from "../../engine/threads/serve.js";
import type { Prediction } from "../comparison/predictions.js";
import { type FitTask, fitAndPredict } from "./fit-and-predict.js";

/** Sent to a worker: fit a classifier and predict. */
export interface FitMessage {
  kind: "classify";
  task: FitTask;
}

/** In a worker: the fit that a message asks for. Others read the same tables meanwhile. */
export function leadFit({ task }: FitMessage, { pause }: Line): Promise<Prediction> {
  return fitAndPredict(task, { alone: false, pause });
}
