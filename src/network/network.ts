import type { Engine, Workspace, WorkspaceMemory } from "../engine/engine.js";
import type { ColumnGroup } from "./batch/one-hot-columns.js";
import { initialise } from "./initial-weights.js";
import type { Layer, Parameter } from "./layers/layer.js";
import { planReadOutLoss, type ReadOutLoss } from "./losses/read-out/read-out-loss.js";
import type { Moments } from "./losses/read-out/training-read-out.js";
import { type Blocks, type OpenPlan, openPlan } from "./plan.js";
import { planSlot, type Slot } from "./slot.js";
import { checkSpec } from "./spec/check-spec.js";
import type { AutoencoderSpec } from "./spec/spec.js";

export interface NetworkOptions {
  spec: AutoencoderSpec;
  /** The columns of the data and of the output. */
  columns: readonly ColumnGroup[];
  /** Largest number of cases and of steps in a batch. */
  batch: number;
  steps: number;
  /** "training" keeps what a backward pass needs, "autoencode" only runs forward, "encode" has no decoder. */
  purpose: "training" | "autoencode" | "encode";
  /** Batches that can be held at once, at least one per thread; default 1. */
  slots?: number;
  /** Threads that will work in the arena; default 1. */
  threads?: number;
  /** Gradients that are kept apart until they are summed, one per shard of a batch; default 1. */
  shards?: number;
  /** Whether every hidden state of the encoder is wanted, not the last one alone; default true. */
  states?: boolean;
  /** Of the labels, for a loss that looks at them. */
  classes?: number;
}

export type { Slot } from "./slot.js";

/** An autoencoder laid out in an arena: everything planned before the first step. */
export interface Network {
  readonly ws: Workspace;
  readonly elements: number;
  readonly parameters: readonly Parameter[];
  /** Views of the parameter block and of its summed gradient. */
  readonly weights: Float32Array | Float64Array;
  readonly gradients: Float32Array | Float64Array;
  readonly blocks: Blocks;
  readonly slots: readonly Slot[];
  /** The head of a loss on what is read out of the states; in training alone. */
  readonly head: ReadOutLoss | undefined;
  /** Of each direction that is read out. */
  readonly moments: readonly Moments[];
  /** Layers whose weights are packed, for packing them one by one. */
  readonly packed: readonly Layer[];
  /** Call after the weights changed. */
  pack(): void;
}

/**
 * Lays an autoencoder out for an engine; with a seed, its weights are initialised.
 * @param attach the memory of the same network in another thread, and the number of this one
 * @throws {OptionError} if the layers make no autoencoder
 * @throws {EngineError} if it does not fit into memory
 */
export function createNetwork(
  engine: Engine,
  options: NetworkOptions,
  seed?: number,
  attach?: { memory: WorkspaceMemory; thread: number },
): Network {
  const { plan, slots, head } = planNetwork(engine.lanes, options);
  const blocks = plan.takeBlocks(options.shards ?? 1);
  const ws = attach
    ? engine.attachWorkspace(attach.memory, plan.total, attach.thread)
    : engine.createWorkspace(plan.total, options.threads);
  plan.attach(ws);
  const view = (offset: number) => ws.data.subarray(offset, offset + plan.parameterCount);
  if (seed !== undefined) initialise(view(blocks.weights), plan.parameters, seed);
  const [{ encoder, decoder, nextStep, readOut }] = slots;
  const packed = [...encoder, ...decoder, ...(nextStep ? [nextStep.layer] : [])].filter((layer) => layer.pack);
  return {
    ws,
    blocks,
    slots,
    head,
    packed,
    elements: plan.total,
    parameters: plan.parameters,
    weights: view(blocks.weights),
    gradients: view(blocks.gradients),
    moments: readOut?.moments ?? [],
    pack() {
      for (const layer of packed) layer.pack!();
    },
  };
}

/** Names, shapes and places of the parameters of an autoencoder. */
export function listParameters(spec: AutoencoderSpec, columns: readonly ColumnGroup[]): readonly Parameter[] {
  return planNetwork(1, { spec, columns, batch: 1, steps: 1, purpose: "autoencode" }).plan.parameters;
}

/** Plans every slot, and the head of a read-out loss, whose parameters come last. */
function planNetwork(
  lanes: number,
  { spec, columns, batch, steps, purpose, slots: count = 1, states = true, classes = 0 }: NetworkOptions,
): { plan: OpenPlan; slots: Slot[]; head: ReadOutLoss | undefined } {
  checkSpec(spec);
  const training = purpose === "training";
  const readOutLoss = training ? spec.readOutLoss : undefined;
  const predicts = spec.nextStep !== undefined && purpose !== "encode";
  const plan = openPlan({
    lanes,
    T: steps,
    B: batch,
    training,
    keepStates: states || readOutLoss !== undefined || predicts,
    stateGradients: readOutLoss !== undefined || (training && predicts),
  });
  const slots = Array.from({ length: count }, () => planSlot(plan, spec, columns, purpose));
  const head =
    readOutLoss &&
    planReadOutLoss(
      slots[0].readOut!.units,
      {
        contrastive: readOutLoss.contrastive,
        crossEntropy: readOutLoss.crossEntropy && { ...readOutLoss.crossEntropy, classes },
      },
      plan.parameter,
    );
  return { plan, slots, head };
}
