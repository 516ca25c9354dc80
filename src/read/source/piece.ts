import { DataError } from "../../errors.js";
import {
  createBitmap,
  type EventDetails,
  type KeptColumn,
  type SequenceSet,
  setBit,
} from "../../sequences/set/sequence-set.js";
import { defaultChannelNames } from "../../sequences/set/sequences-from.js";

/** What one file gave: sequences without labels, and the label of each as it is written. */
export interface Piece<Set = SequenceSet> {
  set: Set;
  /** [N]; undefined: this one has no label. Absent: the file has none at all. */
  labelTexts?: readonly (string | undefined)[];
  /** Where each case is one event with a time. */
  events?: EventDetails;
  /** [N] each, the columns to keep. */
  kept?: readonly KeptColumn[];
  notes: readonly string[];
}

/** A model has four weights per channel and unit, at the least. */
const MOST_CHANNELS = 65_536;

/** @throws {DataError} for more channels than a model could read */
export function expectChannels(where: string, count: number): void {
  if (count > MOST_CHANNELS)
    throw new DataError(
      `${where}: got ${count} channels, expected at most ${MOST_CHANNELS}. Each channel has weights of its own; are the steps of a sequence among them? Leave columns out, or store the steps as rows.`,
    );
}

/** Collects sequences one by one. */
export interface PieceBuilder {
  /**
   * @param columns one array per channel, all of one length; NaN = missing
   * @param times seconds, one per step, for all sequences or for none
   */
  add(columns: readonly ArrayLike<number>[], label?: string, times?: ArrayLike<number>): void;
  count(): number;
  finish(notes?: readonly string[]): Piece;
}

/**
 * A builder of numeric channels.
 * @param options.names of the channels; default: "value" for one, else "channel_1", "channel_2", ...
 * @param options.idPrefix makes the ids, with a number from `first` on
 */
export function createPieceBuilder({
  names,
  idPrefix,
  labelled,
  first = 1,
}: {
  names?: readonly string[];
  idPrefix: string;
  labelled: boolean;
  first?: number;
}): PieceBuilder {
  let F = 0; // that of the first sequence
  let values = new Float32Array(1024); // [steps, F] and room for more, NaN = missing: an array per row costs more than its numbers
  let end = 0;
  const ends: number[] = []; // behind the last step of each
  const times: ArrayLike<number>[] = [];
  const labels: (string | undefined)[] = [];
  return {
    add(columns, label, at) {
      F ||= columns.length;
      const L = columns[0].length;
      if (end + L * F > values.length) {
        const wider = new Float32Array(Math.max(2 * values.length, end + L * F));
        wider.set(values.subarray(0, end));
        values = wider;
      }
      for (let f = 0; f < F; f++) for (let t = 0; t < L; t++) values[end + t * F + f] = columns[f][t];
      end += L * F;
      ends.push(end / F);
      labels.push(label);
      if (at) times.push(at);
    },
    count: () => ends.length,
    finish(notes = []) {
      const offsets = new Int32Array(ends.length + 1);
      offsets.set(ends, 1);
      const set: SequenceSet = {
        channels: (names ?? defaultChannelNames(F)).map((name) => ({ name, kind: "numeric" as const })),
        ...takeMissing(values.slice(0, end)),
        offsets,
        ids: ends.map((_, n) => `${idPrefix}${first + n}`),
      };
      if (times.length > 0) {
        set.times = new Float64Array(offsets[ends.length]);
        times.forEach((at, n) => {
          set.times!.set(at, offsets[n]);
        });
      }
      return { set, ...(labelled ? { labelTexts: labels } : {}), notes };
    },
  };
}

/** Puts 0 where `values` holds NaN, in place, and marks it in a bitmap (absent when there is none). */
export function takeMissing(values: Float32Array): { values: Float32Array; observed?: Uint8Array } {
  let observed: Uint8Array | undefined;
  for (let k = 0; k < values.length; k++)
    if (Number.isNaN(values[k])) {
      observed ??= createBitmap(values.length, true);
      setBit(observed, k, false);
      values[k] = 0;
    }
  return observed ? { values, observed } : { values };
}

/** The columns without the steps at their end where every channel is NaN: the padding of a shorter series. */
export function trimPadding(columns: readonly Float64Array[]): Float64Array[] {
  let L = columns[0].length;
  while (L > 0 && columns.every((column) => Number.isNaN(column[L - 1]))) L--;
  return columns.map((column) => column.subarray(0, L));
}
