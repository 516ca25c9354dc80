import type { Engine } from "../engine/engine.js";
import { OptionError } from "../errors.js";
import { labelsBeside } from "../features/fit-file.js";
import { checkOutputs } from "../files/check-outputs.js";
import { filesRead, type Input, lastingReading, readSequences } from "../read/read.js";
import { expectSameKind, timeAfter } from "../read/source/history.js";
import { type DataOptions, rejectOptions } from "../read/source/options.js";
import type { ReadProgress } from "../read/source/watch.js";
import { fitPredictor } from "./fit-predictor.js";
import type { PredictorOptions } from "./options.js";
import type { Predictor } from "./predictor.js";
import { savePredictor } from "./predictor-file.js";

export interface FitPredictorFileOptions extends Omit<PredictorOptions, "until"> {
  /** how the data is read: label, entity, window ... */
  reading?: DataOptions;
  /** learn from cases up to this time alone: a date, or a number in the unit of the data's times */
  until?: string | number;
  /** replace an output that undertone did not write; default false */
  force?: boolean;
  /** Called while the data are read, with each chunk of rows of a table. */
  onRead?(progress: ReadProgress): void;
}

/**
 * Reads sequences, fits a predictor on the training part and writes its file, whole or not at all.
 * @param input a file, a folder with NAME_TRAIN and NAME_TEST, or files of rows
 * @throws {OptionError} for options that do not fit the data, or an output that would destroy a file
 * @throws as fitPredictor; an abort throws the signal's reason
 */
export async function fitPredictorFile(
  engine: Engine,
  input: Input,
  output: string,
  { reading = {}, until, force, onRead, ...options }: FitPredictorFileOptions = {},
): Promise<Predictor> {
  rejectOptions("fitPredictorFile", "training, which writes no rows", reading, ["keep"]);
  const saved = options.store?.name;
  await checkOutputs([{ path: output, kind: "model" }], { inputs: await filesRead(input, reading), force });
  if (saved === output)
    throw new OptionError(`${output}: got the same file for the predictor and for \`store\`, expected two.`);
  const signal = options.hooks?.signal;
  const source = await readSequences(input, reading, { signal, outputs: [output], onRead });
  const kept = await lastingReading(input, reading);
  signal?.throwIfAborted();
  const time = until === undefined ? undefined : timeAfter(until, reading, "until");
  if (time && source.events) expectSameKind(source.name, reading, time, source.events.calendar ?? false, "until");
  const origin = {
    ...{ name: source.name, files: source.files, reading: kept },
    labelsBeside: source.train.labels !== undefined && labelsBeside(reading, kept),
  };
  const predictor = await fitPredictor(engine, source, { ...options, ...(time && { until: time.seconds }) }, origin);
  await savePredictor(output, predictor);
  return predictor;
}
