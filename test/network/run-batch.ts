import type { Engine } from "../../src/index.js";
import { drawsFor } from "../../src/network/batch/draws.js";
import { fillBatch } from "../../src/network/batch/fill-batch.js";
import { oneHotColumns } from "../../src/network/batch/one-hot-columns.js";
import type { PackedBatch } from "../../src/network/batch/packed-batch.js";
import type { NetworkOptions } from "../../src/network/network.js";
import { createNetwork, type Network } from "../../src/network/network.js";
import type { AutoencoderSpec } from "../../src/network/spec/spec.js";
import type { SequenceSet } from "../../src/sequences/set/sequence-set.js";

/** A network for whole sets in one pass, whose gradients land where the sum of all shards would. */
export function networkFor(
  engine: Engine,
  spec: AutoencoderSpec,
  set: SequenceSet,
  { steps, seed, purpose = "training" }: { steps: number; seed: number; purpose?: NetworkOptions["purpose"] },
): Network {
  const { groups } = oneHotColumns(set.channels);
  const sizes = { batch: set.ids.length, steps, purpose, classes: 3 };
  return createNetwork(engine, { spec, columns: groups, ...sizes }, seed);
}

/**
 * Mean loss of all sequences of a set; with `backward` their gradients in `network.gradients`.
 * @param update turns noise and dropout on
 */
export function runPass(
  network: Network,
  set: SequenceSet,
  {
    backward = false,
    update,
    weightOfNextStep,
  }: { backward?: boolean; update?: number; weightOfNextStep?: number } = {},
): { batch: PackedBatch; loss: number } {
  const [slot] = network.slots;
  const indices = set.ids.map((_, n) => n);
  const batch = fillBatch(slot, set, oneHotColumns(set.channels).groups, indices);
  batch.gradients = network.blocks.gradients;
  slot.forward(batch, update === undefined ? undefined : drawsFor(network.ws, { seed: 1, update }));
  const count = Math.max(batch.count, 1);
  if (backward) network.gradients.fill(0);
  const weight = weightOfNextStep ?? 0;
  const loss = slot.loss(batch, backward ? 1 / count : undefined) + weight * (slot.nextStep?.loss(batch) ?? 0);
  return { batch, loss: loss / count };
}

/** The latents in the order of the set, flat. */
export function latentsOf({ slots: [slot] }: Network, batch: PackedBatch): number[] {
  const { latent, ws } = slot;
  const rows: number[][] = [];
  batch.order.forEach((n, b) => {
    const at = latent.offset(batch) + b * latent.stride;
    rows[n] = Array.from(ws.data.subarray(at, at + latent.width));
  });
  return rows.flat();
}

/** The reconstruction as a list of steps in the order of time, then of the packed rows. */
export function outputOf({ slots: [slot] }: Network, batch: PackedBatch): number[] {
  const { stride, width, offset } = slot.output!;
  return Array.from(
    { length: batch.rows * width },
    (_, k) => slot.ws.data[offset(batch) + Math.floor(k / width) * stride + (k % width)],
  );
}
