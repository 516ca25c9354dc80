import { type States, type StatesView, validRows } from "../../network/batch/states.js";

/** The states of one case over the rows that are there: values [V, Z], views side by side. */
export interface StateSeries {
  /** Longer than V * Z: only its first V rows belong to this case. */
  values: Float64Array;
  V: number;
  Z: number;
}

/** One direction of one layer among the columns of a StateSeries. */
export interface Direction {
  layer: number;
  reverse: boolean;
  width: number;
}

export function directionsOf(views: readonly StatesView[]): Direction[] {
  return views.map(({ layer, reverse, width }) => ({ layer, reverse, width }));
}

/** "forward_", "backward_", with "layer1_" before it where there are several layers: what columns are named by. */
export function directionPrefix(direction: Direction, all: readonly Direction[]): string {
  return `${layerPrefix(direction.layer, all)}${direction.reverse ? "backward" : "forward"}_`;
}

export function layerPrefix(layer: number, all: readonly Direction[]): string {
  return all.every((each) => each.layer === all[0].layer) ? "" : `layer${layer}_`;
}

/** Copies the series of one case after another into the same memory. */
export function seriesReader(states: States): (b: number) => StateSeries {
  const { T, views } = states;
  const Z = views.reduce((sum, { width }) => sum + width, 0);
  const values = new Float64Array(T * Z);
  const rows = new Int32Array(T);
  return (b) => {
    const V = validRows(states, b, rows);
    let column = 0;
    for (const { data, offset, stride, width } of views) {
      for (let v = 0; v < V; v++) {
        const from = offset + rows[v] * stride;
        const to = v * Z + column;
        for (let k = 0; k < width; k++) values[to + k] = data[from + k];
      }
      column += width;
    }
    return { values, V, Z };
  };
}
