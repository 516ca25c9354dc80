import type { Engine } from "../engine/engine.js";
import { NONE } from "../engine/engine.js";
import { OptionError, ShapeError } from "../errors.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import type { PackedBatch } from "../network/batch/packed-batch.js";
import type { CarriedState, Layer } from "../network/layers/layer.js";
import { expectOptions, expectWhole } from "../options.js";
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
   * @param events [B, channels], as read (unscaled, categories as their index in the channel's vocabulary); NaN: missing
   * @returns the latents after it, [B, latentSize]; the same memory at every call
   * @throws {ShapeError} if there are more sequences than the stepper was made for, or sizes do not fit
   */
  step(states: Float32Array, events: ArrayLike<number>): Float32Array;
}

/**
 * Opens a model for streams. A sequence stepped event by event ends in the latent that `encode` with the read-out
 * `last` gives it.
 * @param batch the most sequences of one step
 * @throws {OptionError} for a model that must see the whole sequence: bidirectional or backward layers, scaling by
 *   series, resampling to a grid
 */
export function openStepper(engine: Engine, model: Model, options: { batch?: number } = {}): Stepper {
  const batch = batchOf(options);
  const { scaler, channels, interpolation } = model.metadata.preparation;
  expectStepwise(model);
  const network = openNetwork(engine, networkModel(model), { batch, steps: 1, states: false }, "encode");
  const [slot] = network.slots;
  const carried = slot.encoder.flatMap(carriedOf);
  const { groups } = oneHotColumns(channels);
  const C = channels.length;
  const F = slot.width;
  const { data } = slot.ws;
  const { place, latent } = slot;
  const stateSize = carried.reduce((sum, { width }) => sum + 2 * width, 0);
  const latents = new Float32Array(batch * latent.width);
  let numeric = 0;
  const scaling = groups.map(({ kind }) => {
    const at = kind === "numeric" ? numeric++ : -1;
    return at < 0 ? { center: 0, scale: 1 } : { center: scaler.center[at], scale: scaler.scale[at] };
  });
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
    start: (count = batch) => new Float32Array(count * stateSize),
    step(states, events) {
      const B = states.length / stateSize;
      if (!Number.isInteger(B) || B < 1 || B > batch || events.length !== B * C)
        throw new ShapeError(
          `step: got ${states.length} numbers of state and ${events.length} of events, expected B times ${stateSize} and B times ${C}, B from 1 to ${batch}. ` +
            "Open the stepper with a larger batch, or give one event for each state.",
        );
      let present = 0;
      data.fill(0, place.x, place.x + B * F);
      for (let b = 0; b < B; b++) {
        let seen = 0;
        for (let c = 0; c < C; c++) {
          const value = events[b * C + c];
          if (Number.isNaN(value)) {
            if (interpolation !== "none")
              throw new ShapeError(
                `step: channel "${channels[c].name}" is missing (NaN), but this model was trained on interpolated series. Give a value, or train with the recipe "masked".`,
              );
            continue;
          }
          const { kind, start, width } = groups[c];
          if (kind === "numeric") data[place.x + b * F + start] = (value - scaling[c].center) / scaling[c].scale;
          else if (value >= 0 && value < width) data[place.x + b * F + start + value] = 1;
          seen++;
        }
        data[place.mask + b] = seen > 0 ? 1 : 0;
        if (seen > 0) present++;
      }
      packed.B = packed.rows = B;
      packed.present = present;
      packed.mask = present < B ? place.mask : NONE;
      putStates(data, carried, states, B);
      slot.forward(packed);
      takeStates(data, carried, states, B);
      const from = latent.offset(packed);
      for (let b = 0; b < B; b++)
        for (let k = 0; k < latent.width; k++) latents[b * latent.width + k] = data[from + b * latent.stride + k];
      return latents.subarray(0, B * latent.width);
    },
  };
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
  return states ? [carry ?? refuse(`the layer ${name} of this model walks backwards`)] : [];
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
