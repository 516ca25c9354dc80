import type { Engine } from "../engine/engine.js";
import { NONE } from "../engine/engine.js";
import { DataError, OptionError, ShapeError } from "../errors.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { CarriedState, Layer } from "../network/layers/layer.js";
import { expectOptions, expectWhole } from "../options.js";
import { eventWriter } from "./event-writer.js";
import { type Model, networkModel, openNetwork } from "./model.js";

/** Encodes sequences event by event: what a stream needs. */
export interface Stepper {
  /** Numbers a state has: hidden and cell state of every recurrent layer. */
  readonly stateSize: number;
  /** Numbers a latent has. */
  readonly latentSize: number;
  /** States of `batch` sequences that have seen nothing, [batch, stateSize]: plain numbers, to be stored anywhere. */
  start(batch?: number): Float32Array;
  /**
   * One event more for each of B sequences.
   * @param states [B, stateSize], changed in place
   * @param events [B, channels], as read: unscaled, categories as their index in the channel's vocabulary. NaN is
   *   missing, and so are marks for no data (3.4028235e38). An index beyond the vocabulary is a category that training did
   *   not have: one of the channel's rest, or missing without such
   * @returns the latents after it, [B, latentSize]; the same memory at every call
   * @throws {ShapeError} if there are more sequences than the stepper was made for, or sizes do not fit
   * @throws {DataError} for a value that `encode` would refuse, a state or a latent that is not finite, and a missing
   *   value where the model was trained on interpolated series; the states stay as they were
   */
  step(states: Float32Array, events: ArrayLike<number>): Float32Array;
}

/**
 * Opens a model for streams. A sequence stepped event by event ends in the latent that `encode` with the read-out
 * `last` gives it, whatever the scaling.
 * @param batch the most sequences of one step
 * @throws {OptionError} for a model that must see the whole sequence: bidirectional or backward layers, scaling by
 *   series, resampling to a grid
 */
export function openStepper(engine: Engine, model: Model, options: { batch?: number } = {}): Stepper {
  const batch = batchOf(options);
  expectStepwise(model);
  const network = openNetwork(engine, networkModel(model), { batch, steps: 1, states: false }, "encode");
  const [slot] = network.slots;
  const carried = slot.encoder.flatMap(carriedOf);
  const C = model.metadata.preparation.channels.length;
  const { data } = slot.ws;
  const { place, latent, width: F } = slot;
  const writeEvent = eventWriter(model.metadata.preparation);
  const stateSize = carried.reduce((sum, { width }) => sum + 2 * width, 0);
  const after = new Float32Array(batch * stateSize);
  const latents = new Float32Array(batch * latent.width);
  const packed: PackedBatch = {
    T: 1,
    B: 1,
    rows: 1,
    active: NONE,
    mask: NONE,
    present: 1,
    masked: false,
    weighted: false,
    count: 0,
    order: new Int32Array(0),
    gradients: 0,
    resume: true,
  };

  return {
    stateSize,
    latentSize: latent.width,
    start(count = batch) {
      expectWhole("start", "batch", count, 1);
      return new Float32Array(count * stateSize);
    },
    step(states, events) {
      const B = statesIn(states, stateSize);
      if (!Number.isInteger(B) || B < 1 || B > batch || events?.length !== B * C)
        throw new ShapeError(
          `step: got ${states?.length} numbers of state and ${events?.length} of events, expected B times ${stateSize} and B times ${C}, B from 1 to ${batch}. ` +
            "Open the stepper with a larger batch, or give one event for each state.",
        );
      let present = 0;
      data.fill(0, place.x, place.x + B * F);
      for (let b = 0; b < B; b++) {
        const seen = writeEvent(events, b, data, place.x + b * F);
        data[place.mask + b] = seen ? 1 : 0;
        if (seen) present++;
      }
      packed.B = packed.rows = B;
      packed.present = present;
      packed.mask = present < B ? place.mask : NONE;
      putStates(data, carried, states, B);
      slot.forward(packed);
      takeStates(data, carried, after, B);
      const from = latent.offset(packed);
      for (let b = 0; b < B; b++)
        for (let k = 0; k < latent.width; k++) latents[b * latent.width + k] = data[from + b * latent.stride + k];
      const ends = latents.subarray(0, B * latent.width);
      expectFinite(ends, latent.width, "a latent");
      expectFinite(after.subarray(0, states.length), stateSize, "a state");
      states.set(after.subarray(0, states.length));
      return ends;
    },
  };
}

/** How many states there are. */
function statesIn(states: Float32Array, stateSize: number): number {
  if (states?.[Symbol.toStringTag] !== "Float32Array")
    throw new ShapeError("step: got states that are no Float32Array. Take those that start gave, and step them.");
  const at = states.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new DataError(
      `step, sequence ${Math.floor(at / stateSize)}: number ${at % stateSize} of its state is ${states[at]}, expected a finite one. The state was damaged where it was kept; take a copy of it, or start the sequence again.`,
    );
  return states.length / stateSize;
}

/** Of what a step gave; the states are then still those from before it. */
function expectFinite(values: Float32Array, width: number, what: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new DataError(
      `step, sequence ${Math.floor(at / width)}: number ${at % width} of ${what} is ${values[at]}, expected a finite one. Values of the event, or of those before it, make sums that leave the range of 32-bit floats; correct them, or mark them as missing (NaN).`,
    );
}

function batchOf(options: { batch?: number }): number {
  expectOptions("openStepper", options, ["batch"]);
  const { batch = 1 } = options;
  expectWhole("openStepper", "batch", batch, 1);
  return batch;
}

/** @throws {OptionError} for a preparation that looks at whole sequences */
function expectStepwise({ metadata }: Model): void {
  const { scaler, resample, differences } = metadata.preparation;
  if (scaler.scope === "series") refuse("this model scales every series by its own statistics");
  if (resample) refuse("this model resamples sequences to a grid");
  if (differences) refuse("this model looks at differences between neighbouring steps");
}

function carriedOf({ name, states, carry }: Layer): CarriedState[] {
  return states ? [carry ?? refuse(`the layer ${name} of this model walks backwards or pools its states`)] : [];
}

function refuse(why: string): never {
  throw new OptionError(`openStepper: ${why}, so it must see whole sequences. Use encode, or train another model.`);
}

/** Copies states [B, stateSize] to where layers go on from. */
function putStates(
  data: Float32Array | Float64Array,
  carried: readonly CarriedState[],
  states: Float32Array,
  B: number,
) {
  for (let b = 0, own = 0; b < B; b++)
    for (const { width, stride, hidden, cells } of carried) {
      for (let k = 0; k < width; k++, own++) data[hidden + b * stride + k] = states[own];
      for (let k = 0; k < width; k++, own++) data[cells + b * stride + k] = states[own];
    }
}

/** Copies the states after a step back. */
function takeStates(
  data: Float32Array | Float64Array,
  carried: readonly CarriedState[],
  states: Float32Array,
  B: number,
) {
  for (let b = 0, own = 0; b < B; b++)
    for (const { width, stride, last, cellsAfter } of carried) {
      const cells = cellsAfter(B);
      for (let k = 0; k < width; k++, own++) states[own] = data[last + b * stride + k];
      for (let k = 0; k < width; k++, own++) states[own] = data[cells + b * stride + k];
    }
}
