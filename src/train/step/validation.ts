import { fillBatch } from "../../network/batch/fill-batch.js";
import { classLoss } from "../../network/losses/read-out/read-out-loss.js";
import { countOf } from "../../sequences/set/sequence-set.js";
import { observedCounts } from "./plain-step.js";
import { byLength, dealt, shardCount } from "./shards.js";
import type { TrainingThread } from "./step.js";

export interface Evaluation {
  /** Mean reconstruction loss over the observed values. */
  loss: number;
  /** Cross-entropy of the labels, where training looks at them and the part has any. */
  classes?: number;
}

/**
 * The validation part, without noise: a phase, and what came of it. Read-outs have the centre and sharpness of the last
 * batch of training.
 */
export function validationPass({ job: { validation }, network, slot, groups, shared }: TrainingThread) {
  const count = validation ? countOf(validation) : 0;
  const order = Int32Array.from({ length: count }, (_, n) => n);
  if (validation) byLength(validation, order);
  const shards = () => shardCount(count);
  let values: number | undefined;

  const work = (shard: number) => {
    const own = dealt(order, shard, shards());
    const batch = fillBatch(slot, validation!, groups, own);
    slot.forward(batch);
    shared.losses[shard] = slot.loss(batch);
    if (shared.readOuts.length === 0) return;
    slot.readOut!.read(batch);
    slot.readOut!.copyRows(batch, shared.readOuts, (k) => own[k]);
  };

  return {
    phase: { items: shards, work },
    result(): Evaluation {
      values ??= validation ? observedCounts(validation).reduce((total, each) => total + each, 0) : 0;
      const sum = shared.losses.subarray(0, shards()).reduce((total, loss) => total + loss, 0);
      const { head, weights } = network;
      return {
        loss: values > 0 ? sum / values : 0,
        classes: validation?.labels && head && classLoss(head, shared.readOuts, validation.labels, weights),
      };
    },
  };
}
