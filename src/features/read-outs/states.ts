import { NONE } from "../../engine/engine.js";
import type { PackedBatch } from "../../network/batch/packed-batch.js";
import type { Slot } from "../../network/network.js";

/** One direction of one recurrent layer of the encoder. */
export interface Direction {
  /** Which recurrent layer of the encoder, from 0. */
  layer: number;
  /** Whether it walks from the last step to the first. States are in time order all the same. */
  reverse: boolean;
  width: number;
}

/** Units of all directions together. */
export const widthOf = (directions: readonly Direction[]) => directions.reduce((sum, { width }) => sum + width, 0);

/** The hidden states of one direction, for every step of a batch. */
export interface StatesView extends Direction {
  data: Float32Array | Float64Array;
  /** State of row r: `width` numbers from offset + r * stride on. */
  offset: number;
  stride: number;
}

/** All states of a batch. Nothing here is copied: read it before the next forward pass. */
export interface States {
  T: number;
  B: number;
  /**
   * [T + 1], the first row of each step, and the end: step t has rows for the cases 0, 1, ... until those of the next
   * begin. Absent: every case has every step, row t * B + b.
   */
  starts?: Int32Array;
  /** [rows] at `offset`, 0 for a missing step; absent: every step is present. */
  mask?: { data: Float32Array | Float64Array; offset: number };
  views: readonly StatesView[];
}

/** The encoder's states after a forward pass: of every recurrent layer, or of the last one alone. */
export function statesOf(slot: Slot, batch: PackedBatch, layers: "all" | "last" = "all"): States {
  const { data } = slot.ws;
  const { T, B } = batch;
  let starts: Int32Array | undefined;
  if (batch.active !== NONE) {
    starts = new Int32Array(T + 1);
    for (let t = 0; t < T; t++) starts[t + 1] = starts[t] + data[batch.active + t];
  }
  const recurrent = slot.encoder.filter((layer) => layer.states);
  const views = recurrent.flatMap(({ states }, layer) =>
    states!.map(({ every, reverse }) => ({
      data,
      offset: every.offset(batch),
      stride: every.stride,
      width: every.width,
      layer,
      reverse,
    })),
  );
  const mask = batch.mask === NONE ? undefined : { data, offset: batch.mask };
  const last = views.filter(({ layer }) => layer === recurrent.length - 1);
  return { T, B, starts, mask, views: layers === "all" ? views : last };
}

/** The states of one sequence over its present steps. */
export interface StateSeries {
  /** [V, Z], directions side by side. May be longer: only its first V rows belong to this sequence. */
  values: Float64Array;
  V: number;
  Z: number;
  directions: readonly Direction[];
}

/** Copies the series of one sequence after another into the same memory. */
export function seriesReader(states: States): (b: number) => StateSeries {
  const { T, views } = states;
  const Z = views.reduce((sum, { width }) => sum + width, 0);
  const values = new Float64Array(T * Z);
  const rows = new Int32Array(T);
  return (b) => {
    const V = presentRows(states, b, rows);
    let column = 0;
    for (const view of views) {
      copyRows(view, rows, V, values, Z, column);
      column += view.width;
    }
    return { values, V, Z, directions: views };
  };
}

function copyRows(
  { data, offset, stride, width }: StatesView,
  rows: Int32Array,
  V: number,
  values: Float64Array,
  Z: number,
  column: number,
): void {
  for (let v = 0; v < V; v++) {
    let from = offset + rows[v] * stride;
    let to = v * Z + column;
    for (const end = to + width; to < end; ) values[to++] = data[from++];
  }
}

/** Writes the rows of the present steps of case b into `out` [T], in the order of time; returns their number. */
function presentRows({ T, B, starts, mask }: States, b: number, out: Int32Array): number {
  let count = 0;
  for (let t = 0; t < T; t++) {
    const row = (starts ? starts[t] : t * B) + b;
    if (starts && row >= starts[t + 1]) break; // longest first: it has no later step either
    if (mask?.data[mask.offset + row] !== 0) out[count++] = row;
  }
  return count;
}
