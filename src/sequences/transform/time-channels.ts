import { DataError } from "../../errors.js";
import { expectOptions, expectSwitch } from "../../options.js";
import { withRoomFor } from "../set/add-channels.js";
import { checkSequenceSet } from "../set/check.js";
import { countOf, type SequenceSet } from "../set/sequence-set.js";

const DAY = 24 * 3600; // seconds

/** The channels that are made from times; the first from plain numbers too, the others from dates. */
export const TIME_CHANNELS = ["time_gap", "hour_sin", "hour_cos"] as const;

/**
 * Adds what the times say as channels, so that a model can see them: `time_gap` = log(1 + seconds since the
 * sequence's previous step), 0 for the first; with `calendar` (times are dates, seconds since 1970 UTC) also
 * `hour_sin` and `hour_cos` of the hour of the day in UTC. Do this before windowing, so that the first step of a
 * window keeps the gap to the event before it.
 * @throws {DataError} if the set has no times
 * @throws {OptionError} if a channel already has one of these names
 */
export function addTimeChannels(set: SequenceSet, options: { calendar: boolean }): SequenceSet {
  expectOptions("addTimeChannels", options, ["calendar"]);
  const { calendar } = options;
  expectSwitch("addTimeChannels", "calendar", calendar);
  checkSequenceSet(set, "addTimeChannels");
  const { times } = set;
  if (!times)
    throw new DataError(
      "addTimeChannels: the sequences have no times, expected one per step. Name the time column when reading.",
    );
  const names = calendar ? TIME_CHANNELS : TIME_CHANNELS.slice(0, 1);
  const before = set.channels.length;
  const { F, ...wider } = withRoomFor(set, names, { name: "addTimeChannels", kind: "time" });
  const { values } = wider;
  for (let n = 0; n < countOf(set); n++)
    for (let s = set.offsets[n]; s < set.offsets[n + 1]; s++) {
      values[s * F + before] = s === set.offsets[n] ? 0 : Math.log1p(times[s] - times[s - 1]);
      if (calendar) {
        const angle = (2 * Math.PI * (((times[s] % DAY) + DAY) % DAY)) / DAY;
        values[s * F + before + 1] = Math.sin(angle);
        values[s * F + before + 2] = Math.cos(angle);
      }
    }
  return { ...set, ...wider };
}
