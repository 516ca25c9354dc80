import { type FitAnomalyOptions, fitAnomaly } from "../anomaly/fit-anomaly.js";
import type { Engine } from "../engine/engine.js";
import { labelsBeside } from "../features/fit-file.js";
import { checkOutputs } from "../files/check-outputs.js";
import { writeFileAtomically } from "../files/write-file.js";
import { filesRead, type Input, lastingReading, readSequences } from "../read/read.js";
import { type DataOptions, rejectOptions } from "../read/source/options.js";
import type { ReadProgress } from "../read/source/watch.js";
import { hashSequences } from "../sequences/set/hash.js";
import { countOf } from "../sequences/set/sequence-set.js";
import { VERSION } from "../version.js";
import { PREDICTOR_VERSION } from "./container.js";
import { type Detector, openDetector } from "./detector.js";
import { referenceOf } from "./reference.js";

export interface FitDetectorFileOptions extends FitAnomalyOptions {
  /** how the data is read: label, entity, window ... */
  reading?: DataOptions;
  /** replace an output that undertone did not write; default false */
  force?: boolean;
  /** Called while the data are read, with each chunk of rows of a table. */
  onRead?(progress: ReadProgress): void;
}

/**
 * Reads sequences, learns from the training part what is usual, without a look at labels, and writes the file of a
 * detector of anomalies, whole or not at all.
 * @throws {OptionError} for options that do not fit the data, or an output that would destroy a file
 * @throws as fitAnomaly; an abort throws the signal's reason
 */
export async function fitDetectorFile(
  engine: Engine,
  input: Input,
  output: string,
  { reading = {}, force, onRead, ...options }: FitDetectorFileOptions = {},
): Promise<Detector> {
  rejectOptions("fitDetectorFile", "training, which writes no rows", reading, ["keep"]);
  await checkOutputs([{ path: output, kind: "model" }], { inputs: await filesRead(input, reading), force });
  const { signal } = options;
  const source = await readSequences(input, reading, { signal, outputs: [output], onRead });
  const kept = await lastingReading(input, reading);
  signal?.throwIfAborted();
  const { train, name, files, notes: read } = source;
  const { models, state, notes } = await fitAnomaly(engine, train, options);
  const { onProgress, signal: _, fit, ...settings } = options;
  const { threads, ...fitting } = fit ?? {};
  const detector = openDetector(
    engine,
    {
      models,
      state,
      about: {
        ...{ task: "anomaly", formatVersion: PREDICTOR_VERSION, library: VERSION, name },
        channels: (models[0]?.metadata.preparation.channels ?? train.channels).map((channel) => ({ ...channel })),
        reference: referenceOf(train, undefined, 2),
        training: {
          ...{ engine: engine.name, cases: countOf(train), settings: { ...settings, fit: fitting } },
          notes: [...read, ...notes],
        },
        data: {
          files: [...files],
          sha256: await hashSequences(train),
          reading: kept,
          ...(train.labels && labelsBeside(reading, kept) && { labelsBeside: true }),
        },
      },
    },
    threads,
  );
  await writeFileAtomically(output, detector.toBytes());
  return detector;
}
