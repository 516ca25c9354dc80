import { randomStream } from "../../random.js";
import { incrementsOf } from "./proportion.js";
import type { StateSeries } from "./series.js";

/** Units of a group, and how many groups a unit is in. */
const SIZE = 8;
const ROUNDS = 4;
/** Below this share of its largest value a unit's spread is rounding: it counts as standing still. */
const NEGLIGIBLE = 1e-12;

/**
 * Groups of units that are compared step by step, of the states or of their increments: plain JSON. After the competing
 * kernels of Dempster, Schmidt and Webb (Hydra, arXiv 2203.13652), with an encoder's units in place of random kernels.
 */
export interface Competition {
  /** steps that increments reach back; 0: the states themselves */
  lag: number;
  /** units of a group */
  size: number;
  /** [groups, size] */
  members: number[];
  /** [Z], mean and standard deviation of each unit over the sample */
  centre: number[];
  scale: number[];
}

/** The lags that compete: the states, and increments over every second one of `lags`. */
export function competingLags(lags: readonly number[]): number[] {
  return [0, ...lags.filter((_, k) => k % 2 === 0)];
}

/**
 * Draws groups so that every unit is in `ROUNDS` of them, but for those that are left over in a round; none of one unit.
 * @param rows [count, Z], a sample of the states or of their increments
 */
export function fitCompetition(
  lag: number,
  rows: Float64Array,
  count: number,
  Z: number,
  seed: number,
): Competition {
  const centre = new Array<number>(Z).fill(0);
  const scale = new Array<number>(Z).fill(0);
  for (let z = 0; z < Z; z++) {
    let largest = 0;
    for (let r = 0; r < count; r++) {
      centre[z] += rows[r * Z + z] / count;
      largest = Math.max(largest, Math.abs(rows[r * Z + z]));
    }
    let squares = 0;
    for (let r = 0; r < count; r++) squares += (rows[r * Z + z] - centre[z]) ** 2;
    const spread = count > 0 ? Math.sqrt(squares / count) : 0;
    scale[z] = spread > NEGLIGIBLE * largest ? spread : 0;
  }
  const size = Math.min(SIZE, Z);
  const random = randomStream(seed, 14, lag);
  const members: number[] = [];
  for (let round = 0; round < ROUNDS && size > 1; round++) {
    const order = random.shuffle(Int32Array.from({ length: Z }, (_, z) => z));
    members.push(...order.subarray(0, Z - (Z % size)));
  }
  return { lag, size, members, centre, scale };
}

/** How many numbers `competitionShares` gives: two for every place in a group. */
export function competitionWidth({ members }: Competition): number {
  return 2 * members.length;
}

/**
 * For each member of each group the root of the share of steps on which it stands highest of the group, then lowest;
 * of equals the first. Units are standardised; one that stands still is at 0. Roots, because many shares are near 0,
 * where a small difference says much. Zeros for a case without a step, or none more than the lag.
 * @param out [members, 2]
 */
export function competitionShares(
  { lag, size, members, centre, scale }: Competition,
  series: StateSeries,
  out: Float32Array | Float64Array,
): void {
  const { values, V, Z } = lag > 0 ? incrementsOf(series, lag) : series;
  out.fill(0, 0, 2 * members.length);
  if (V === 0) return;
  const factor = scale.map((spread) => (spread > 0 ? 1 / spread : 0));
  const step = new Float64Array(Z);
  const counts = new Int32Array(2 * members.length);
  for (let v = 0; v < V; v++) {
    for (let z = 0; z < Z; z++) step[z] = (values[v * Z + z] - centre[z]) * factor[z];
    for (let from = 0; from < members.length; from += size) {
      let highest = from;
      let lowest = from;
      let high = step[members[from]];
      let low = high;
      for (let k = from + 1; k < from + size; k++) {
        const value = step[members[k]];
        if (value > high) {
          high = value;
          highest = k;
        }
        if (value < low) {
          low = value;
          lowest = k;
        }
      }
      counts[2 * highest]++;
      counts[2 * lowest + 1]++;
    }
  }
  for (let k = 0; k < counts.length; k++) out[k] = Math.sqrt(counts[k] / V);
}

/**
 * Names of what `competitionShares` gives, such as `highest_forward_7_group3` or `lowest_backward_0_lag4_group12`.
 * @param units [Z]
 */
export function competitionColumns({ lag, size, members }: Competition, units: readonly string[]): string[] {
  const lagged = lag > 0 ? `lag${lag}_` : "";
  return members.flatMap((unit, k) =>
    ["highest", "lowest"].map((end) => `${end}_${units[unit]}_${lagged}group${Math.floor(k / size)}`),
  );
}
