import { OptionError } from "../../errors.js";
import { expectOptions, expectWhole } from "../../options.js";
import { randomStream, STREAMS } from "../../random.js";
import { checkSequenceSet } from "../set/check.js";
import { expectRoom } from "../set/room.js";
import { countOf, isObserved, type SequenceSet, selectSequences } from "../set/sequence-set.js";
import { channelStatistics } from "./channel-statistics.js";

export interface NoisyCopiesOptions {
  /** of the noise, in standard deviations of each numeric channel of the set */
  stddev: number;
  /** of each sequence; default 4 */
  copies?: number;
  /** default 1 */
  seed?: number;
}

/**
 * Each sequence several times, with normal noise on every observed number, fresh for each copy: what read-outs and
 * classifiers should be fitted on where the sequences to be classified are noisier than these.
 *
 * Copy c of sequence n is sequence c * N + n. It is called `id#c` and keeps n's label, weight, times and statics. Its
 * entity is n's, or n's id where there are no entities: no split by entity parts copies of one sequence. Gaps,
 * categories and constant channels stay as they are. The noise of a copy depends on seed, n and c alone.
 *
 * The encoder itself needs no copies: the recipe `robust` draws new noise for every batch.
 * @throws {OptionError} if `stddev` is not a number of 0 or more, or `copies` not a whole number from 1 up, or too many for memory
 */
export function noisyCopies(set: SequenceSet, options: NoisyCopiesOptions): SequenceSet {
  expectOptions("noisyCopies", options, ["stddev", "copies", "seed"]);
  const { stddev, copies = 4, seed = 1 } = options;
  expectWhole("noisyCopies", "seed", seed);
  if (!(stddev >= 0 && Number.isFinite(stddev)))
    throw new OptionError(
      `noisyCopies: stddev is ${stddev}, expected a number of 0 or more. It counts in standard deviations of each channel; the recipe "robust" trains with 0.5.`,
    );
  if (!(Number.isInteger(copies) && copies > 0))
    throw new OptionError(
      `noisyCopies: copies is ${copies}, expected a whole number above 0. It is the number of copies per sequence.`,
    );
  checkSequenceSet(set, "noisyCopies");
  const N = countOf(set);
  const F = set.channels.length;
  expectRoom(`noisyCopies: copies ${copies}`, copies * Math.max(set.offsets[N], N), F, "Ask for fewer copies.");
  const spreads = set.channels.map(({ kind }, f) =>
    kind === "numeric" ? stddev * channelStatistics(set, f, 0, set.offsets[N]).std : 0,
  );
  const indices = Int32Array.from({ length: copies * N }, (_, k) => k % N);
  const repeated = selectSequences(set, indices); // owns its values
  const copyOf = (k: number) => Math.floor(k / N);
  indices.forEach((n, k) => {
    const random = randomStream(seed, STREAMS.noisyCopies, n, copyOf(k));
    for (let v = repeated.offsets[k] * F; v < repeated.offsets[k + 1] * F; v++) {
      const noise = random.normal(); // drawn for gaps too: what follows does not shift
      if (isObserved(repeated, v)) repeated.values[v] += spreads[v % F] * noise;
    }
  });
  return {
    ...repeated,
    ids: repeated.ids.map((id, k) => `${id}#${copyOf(k)}`),
    entities: repeated.entities ?? repeated.ids,
  };
}
