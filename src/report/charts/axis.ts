import { scaleLinear, scaleLog, scaleSqrt } from "d3-scale";
import { figures, fixed } from "./numbers.js";

/** A direction of a chart: where a value stands, from 0 to 1, and what is written along it. */
export interface Axis {
  label: string;
  domain: readonly [number, number];
  place(value: number): number;
  ticks: { value: number; text: string }[];
}

export interface AxisOptions {
  /** About how many ticks. */
  count?: number;
  format?: (value: number) => string;
  /** Ends at the values themselves, not at round numbers around them. */
  tight?: boolean;
  /** Powers; only for values above 0. */
  log?: boolean;
  /** Places are of the square root, with more room near 0; only for values from 0 up. */
  root?: boolean;
}

/** An axis over all finite values of a list; a single value gets room around it. */
export function axisOver(values: Iterable<number>, label: string, options: AxisOptions = {}): Axis {
  const { count = 5, format, tight = false, log = false, root = false } = options;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) {
    const room = Math.abs(low) || 1;
    [low, high] = log ? [low / 2, high * 2] : [low - room / 2, high + room / 2];
  }
  const scale = (log ? scaleLog() : root ? scaleSqrt() : scaleLinear()).domain([low, high]).range([0, 1]);
  if (!tight) scale.nice(count);
  const offered = scale.ticks(count);
  const ticks = log ? powersOrTicks(offered, scale.domain()) : root ? squares(scale.domain(), count) : offered;
  const digits = log || root ? null : digitsOf(ticks);
  return {
    label,
    domain: scale.domain() as [number, number],
    place: (value) => scale(value),
    ticks: ticks.map((value) => ({
      value,
      text: format ? format(value) : digits === null || digits > 3 ? figures(value) : fixed(value, digits),
    })),
  };
}

/** A log scale offers every digit of every power; the powers and their halves and fifths are enough. */
function powersOrTicks(ticks: number[], [low, high]: number[]): number[] {
  const lead = (value: number) => Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
  const decades = Math.log10(high / low);
  return ticks.filter((value) => (decades > 3 ? [1] : [1, 2, 5]).includes(lead(value)));
}

/** Ticks about equally far apart on an axis of roots: squares, rounded to one figure. */
function squares([low, high]: number[], count: number): number[] {
  const [from, to] = [Math.sqrt(low), Math.sqrt(high)];
  const ticks = Array.from({ length: count + 1 }, (_, k) => (from + ((to - from) * k) / count) ** 2);
  const round = (value: number) => Number(value.toPrecision(1));
  return [...new Set(ticks.map(round))].filter((value) => value >= low && value <= high);
}

/** Digits after the point that tell neighbouring ticks apart. */
function digitsOf(ticks: readonly number[]): number {
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : Math.abs(ticks[0] ?? 1) || 1;
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}
