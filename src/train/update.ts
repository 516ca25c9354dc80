import type { Crew } from "../engine/threads/crew.js";
import { classLoss } from "../network/losses/read-out/read-out-loss.js";
import { countOf, isObserved, lengthOf, type SequenceSet } from "../sequences/set/sequence-set.js";
import { blockCount, clipScale } from "./optimizer.js";
import { shardCount } from "./shards.js";
import { BOARD, byLength, COMMANDS, type Trainer, type TrainJob } from "./trainer.js";

export interface BatchGradient {
  /** Mean over the observed values. */
  loss: number;
  /** Global norm of the gradient. */
  norm: number;
  /** How many values were observed. */
  count: number;
  /** Terms on the read-out, where there are any. */
  judged?: number;
}

/** The three things that training does with a crew. */
export interface Updates {
  /** Fills the gradient from the sequences in `batch`. @param update names the random draws */
  gradient(batch: Int32Array, update: number): BatchGradient;
  /** Moves the weights: clipping, then Adam. @param step counts from 1 */
  apply(rate: number, step: number, norm: number): void;
  /** Of the validation part, without noise. */
  evaluate(): Evaluation;
}

export interface Evaluation {
  /** Mean reconstruction loss over the observed values. */
  loss: number;
  /** Cross-entropy of the labels, where training looks at them and the part has any. */
  classes?: number;
}

export function createUpdates({ network, board, judged }: Trainer, crew: Crew, job: TrainJob): Updates {
  const { train, validation, options } = job;
  const { indices, numbers, losses, norms } = board;
  const observed = observedCounts(train);
  const validationValues = validation ? sum(observedCounts(validation)) : 0;
  return {
    gradient(batch, update) {
      const count = batch.reduce((total, n) => total + observed[n], 0);
      const shards = shardCount(batch.length);
      indices.set(byLength(train, batch.slice()));
      numbers[BOARD.cases] = batch.length;
      numbers[BOARD.update] = update;
      numbers[BOARD.scale] = 1 / Math.max(count, 1);
      if (judged) {
        const seen = judged.run(crew, COMMANDS);
        crew.run(COMMANDS.sum, blockCount(network));
        return { ...seen, norm: Math.sqrt(sum(norms)) };
      }
      crew.run(COMMANDS.step, shards);
      crew.run(COMMANDS.sum, blockCount(network));
      const loss = sum(losses.subarray(0, shards)) * numbers[BOARD.scale];
      return { loss, norm: Math.sqrt(sum(norms)), count };
    },
    apply(rate, step, norm) {
      numbers[BOARD.rate] = rate;
      numbers[BOARD.step] = step;
      numbers[BOARD.clip] = clipScale(norm, options.clipNorm);
      crew.run(COMMANDS.adam, blockCount(network));
      crew.run(COMMANDS.pack, network.packed.length);
    },
    evaluate() {
      const shards = shardCount(validation ? countOf(validation) : 0);
      crew.run(COMMANDS.evaluate, shards);
      const { head, weights } = network;
      return {
        loss: validationValues > 0 ? sum(losses.subarray(0, shards)) / validationValues : 0,
        classes: validation?.labels && head && classLoss(head, board.readOuts, validation.labels, weights),
      };
    },
  };
}

function sum(values: Float64Array | Int32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** How many values of each sequence were observed. */
function observedCounts(set: SequenceSet): Int32Array {
  const C = set.channels.length;
  return Int32Array.from({ length: countOf(set) }, (_, n) => {
    if (!set.observed) return lengthOf(set, n) * C;
    let count = 0;
    for (let k = set.offsets[n] * C; k < set.offsets[n + 1] * C; k++) if (isObserved(set, k)) count++;
    return count;
  });
}
