import type { Crew } from "../../engine/threads/crew.js";
import { clipScale } from "./optimizer.js";
import { byLength } from "./shards.js";
import type { BatchGradient } from "./step.js";
import type { Trainer } from "./trainer.js";
import type { Evaluation } from "./validation.js";

/** The three things that training does with a crew. */
export interface Updates {
  /** Fills the gradient from the sequences in `batch`. @param update names the random draws */
  gradient(batch: Int32Array, update: number): BatchGradient & { norm: number };
  /** Moves the weights: clipping, then Adam. @param step counts from 1 */
  apply(rate: number, step: number, norm: number): void;
  /** Of the validation part, without noise. */
  evaluate(): Evaluation;
}

export function createUpdates(trainer: Trainer, crew: Crew): Updates {
  const { job, shared, numbers, step, sum, adam, pack, validation } = trainer;
  return {
    gradient(batch, update) {
      shared.indices.set(byLength(job.train, batch.slice()));
      numbers.cases = batch.length;
      numbers.update = update;
      step.begin(batch);
      crew.run(...step.phases, sum);
      const squares = shared.norms.reduce((total, each) => total + each, 0);
      return { ...step.result(), norm: Math.sqrt(squares) };
    },
    apply(rate, adamStep, norm) {
      numbers.rate = rate;
      numbers.step = adamStep;
      numbers.clip = clipScale(norm, job.options.clipNorm);
      crew.run(adam, pack);
    },
    evaluate() {
      crew.run(validation.phase);
      return validation.result();
    },
  };
}
