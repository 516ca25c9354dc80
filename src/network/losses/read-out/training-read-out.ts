import type { PackedBatch } from "../../batch/packed-batch.js";
import type { Gradient, HiddenStates, Layer, Objective, Plan } from "../../layers/layer.js";
import { PER_UNIT } from "./read-out-loss.js";

const VARIANCE_FLOOR = 1e-8;
/** Width of the smooth shares' sigmoids, in standard deviations. */
const SOFTNESS = 0.5;

/** Offsets of [Hp] each: centre and sharpness of the smooth shares of one direction, alike in all slots. */
export interface Moments {
  centre: number;
  sharpness: number;
  stride: number;
}

/**
 * The read-out of one slot that training looks at: 9 numbers of every unit of the encoder, see Kernels.readOutForward.
 * `forward` sums the states, for `takeMoments`; `read` can follow then; `loss` takes the gradient that `putGradients`
 * left back to the states, and is 0, as the loss is that of the whole batch.
 */
export interface TrainingReadOut extends Objective {
  /** Z, of all directions. */
  readonly units: number;
  readonly moments: readonly Moments[];
  /** Of each direction. */
  readonly states: readonly HiddenStates[];
  /** Adds sums and sums of squares of the states of unit j of direction d to `sums`, case by case. */
  addSums(batch: PackedBatch, d: number, j: number, sums: Float64Array): void;
  read(batch: PackedBatch): void;
  /** Copies what was read to the rows of a table [cases, R]. @param rowOf the row of case k */
  copyRows(batch: PackedBatch, table: Float64Array, rowOf: (k: number) => number): void;
  /** Copies gradients from such a table. */
  putGradients(batch: PackedBatch, table: Float64Array, rowOf: (k: number) => number): void;
}

/** A batch that went forward, and the read-out of the slot that it is in. */
export interface ShardReadOut {
  readOut: TrainingReadOut;
  batch: PackedBatch;
}

/** Arena offsets of one direction: [B, 2, Hp], [B, 9, Hp], [B, 3, Hp], [B, 9, Hp]. */
interface Direction {
  states: HiddenStates;
  gradient: Gradient;
  sums: number;
  rows: number;
  argmax: number;
  drows: number;
}

/** Plans the read-out of every direction of every recurrent layer of an encoder. */
export function planTrainingReadOut(plan: Plan, encoder: readonly Layer[]): TrainingReadOut {
  const directions = encoder.flatMap((layer) => planDirections(plan, layer));
  const strides = directions.map(({ states }) => states.every.stride);
  const moments = strides.map((stride, d) => ({
    centre: plan.share(`readOut.${d}.centre`, stride),
    sharpness: plan.share(`readOut.${d}.sharpness`, stride),
    stride,
  }));
  const Z = directions.reduce((sum, { states }) => sum + states.every.width, 0);
  const eachRun = runsOf(directions, Z);
  const shared = ({ mask, active, T, B }: PackedBatch, d: number) => {
    const { centre, sharpness } = moments[d];
    const { every, reverse } = directions[d].states;
    return { centre, sharpness, mask, active, T, B, H: every.width, reverse };
  };

  return {
    units: Z,
    moments,
    states: directions.map(({ states }) => states),
    forward(batch) {
      const { mask, active, T, B } = batch;
      for (const { sums, states } of directions) {
        const { every } = states;
        plan.ws.stateSums({ sums, states: every.offset(batch), mask, active, T, B, H: every.width });
      }
    },
    addSums({ B }, d, j, sums) {
      const { data } = plan.ws;
      const stride = strides[d];
      for (let at = directions[d].sums + j, b = 0; b < B; b++, at += 2 * stride) {
        sums[0] += data[at];
        sums[1] += data[at + stride];
      }
    },
    read(batch) {
      directions.forEach(({ states, rows, argmax }, d) => {
        plan.ws.readOutForward({ rows, argmax, states: states.every.offset(batch), ...shared(batch, d) });
      });
    },
    copyRows(batch, table, rowOf) {
      const { data } = plan.ws;
      eachRun(batch, rowOf, ({ rows }, at, to, width) => {
        for (let j = 0; j < width; j++) table[to + j] = data[rows + at + j];
      });
    },
    putGradients(batch, table, rowOf) {
      const { data } = plan.ws;
      directions.forEach(({ drows }, d) => {
        data.fill(0, drows, drows + batch.B * PER_UNIT * strides[d]);
      });
      eachRun(batch, rowOf, ({ drows }, at, from, width) => {
        for (let j = 0; j < width; j++) data[drows + at + j] = table[from + j];
      });
    },
    loss(batch) {
      directions.forEach(({ states, gradient, drows, rows, argmax }, d) => {
        const dstates = gradient.offset;
        const every = states.every.offset(batch);
        plan.ws.readOutBackward({ dstates, drows, rows, argmax, states: every, ...shared(batch, d) });
      });
      return 0;
    },
  };
}

/** A walk over the runs of `width` numbers: where each begins in `rows` or `drows`, and where in a table [cases, 9 Z]. */
function runsOf(directions: readonly Direction[], Z: number) {
  return (
    { B, order }: PackedBatch,
    rowOf: (k: number) => number,
    visit: (direction: Direction, at: number, table: number, width: number) => void,
  ): void => {
    let column = 0;
    for (const direction of directions) {
      const { width, stride } = direction.states.every;
      for (let b = 0; b < B; b++) {
        const row = rowOf(order[b]) * PER_UNIT * Z + column;
        for (let part = 0; part < PER_UNIT; part++)
          visit(direction, (b * PER_UNIT + part) * stride, row + part * Z, width);
      }
      column += width;
    }
  };
}

function planDirections(plan: Plan, layer: Layer): Direction[] {
  return (layer.states ?? []).map((states, d) => {
    const rows = plan.B * states.every.stride;
    return {
      states,
      gradient: layer.stateGradients![d]!,
      sums: plan.take(2 * rows),
      rows: plan.take(PER_UNIT * rows),
      argmax: plan.take(3 * rows),
      drows: plan.take(PER_UNIT * rows),
    };
  });
}

/**
 * Centre and sharpness of every unit from its mean and variance over the whole batch, as the sums of its cases say, in
 * the order of the shards.
 */
export function takeMoments(data: Float32Array | Float64Array, shards: readonly ShardReadOut[]): void {
  const present = shards.reduce((sum, { batch }) => sum + batch.present, 0);
  const sums = new Float64Array(2);
  shards[0].readOut.moments.forEach(({ centre, sharpness, stride }, d) => {
    for (let j = 0; j < stride; j++) {
      sums.fill(0);
      for (const { readOut, batch } of shards) readOut.addSums(batch, d, j, sums);
      const mean = present > 0 ? sums[0] / present : 0;
      const variance = present > 0 ? sums[1] / present - mean * mean : 0;
      data[centre + j] = mean;
      data[sharpness + j] = 1 / (SOFTNESS * Math.sqrt(Math.max(variance, 0) + VARIANCE_FLOOR));
    }
  });
}
