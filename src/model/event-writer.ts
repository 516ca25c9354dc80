import { DataError } from "../errors.js";
import { oneHotColumns } from "../network/batch/one-hot-columns.js";
import { NO_DATA } from "../sequences/set/check.js";
import { scaleValue, scalingsOf } from "../sequences/transform/scale.js";
import { MOST_SCALED, tooLarge } from "../sequences/transform/scaled-values.js";
import type { Preparation } from "./prepare.js";

/**
 * Writes event b of `events`, [B, channels] as read, into a row of zeros, as `encode` would fill it: scaled, categories
 * one-hot, 0 where something is missing.
 * @returns whether any channel was there
 * @throws {DataError} that names event and channel
 */
export type WriteEvent = (
  events: ArrayLike<number>,
  b: number,
  row: Float32Array | Float64Array,
  offset: number,
) => boolean;

/** For a model that reads one step at a time: each channel scaled by itself, nothing resampled. */
export function eventWriter({ channels, scaler, interpolation }: Preparation): WriteEvent {
  const { groups } = oneHotColumns(channels);
  const scalings = scalingsOf(scaler);
  let numeric = 0;
  const columns = groups.map((group, c) => ({
    ...group,
    rest: channels[c].rest,
    scaling: group.kind === "numeric" ? scalings[numeric++] : undefined,
  }));
  const C = columns.length;

  return (events, b, row, offset) => {
    let seen = false;
    for (let c = 0; c < C; c++) {
      const { scaling, start, width, channel, rest } = columns[c];
      const given = events[b * C + c];
      const value = typeof given === "number" ? Math.fround(given) : Number.POSITIVE_INFINITY;
      const fits = scaling ? Number.isFinite(value) : Number.isInteger(given) && given >= 0;
      if (!fits && !Number.isNaN(value))
        throw new DataError(
          `step, event ${b}, channel "${channel}": got ${show(given)}, expected ${scaling ? "a number in the range of 32-bit floats" : "the index of a category, a whole number from 0 up"}. NaN is a missing value.`,
        );
      const code = given < width ? given : rest; // of a category
      if (Number.isNaN(value) || (scaling ? Math.abs(value) >= NO_DATA : code === undefined)) {
        if (interpolation !== "none")
          throw new DataError(
            `step, event ${b}: channel "${channel}" is missing (${given}), but this model was trained on interpolated series. Give a value, or train with the recipe "masked".`,
          );
        continue;
      }
      if (scaling) {
        const scaled = scaleValue(value, scaling);
        if (!(Math.abs(scaled) <= MOST_SCALED)) tooLarge(`step, event ${b}, channel "${channel}"`, value, scaled);
        row[offset + start] = scaled;
      } else row[offset + start + code!] = 1;
      seen = true;
    }
    return seen;
  };
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
