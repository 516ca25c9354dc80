import { existsSync, statSync } from "node:fs";
import { Command } from "commander";
import { fitFile } from "../features/fit-file.js";
import type { Model } from "../model/model.js";
import { addDetectorFlags, runFitDetector, wantsDetector } from "./fit-detector.js";
import { addPredictorFlags, idleWithAnomaly, runFitPredictor, wantsPredictor } from "./fit-predictor.js";
import {
  addCommonFlags,
  addDataFlags,
  addFitFlags,
  addForceFlag,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  fitOptionsOf,
  inputOf,
  tellLeftOut,
} from "./flags.js";
import { inFlags, numberIn } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print, tellReading, tellShare } from "./terminal.js";

const HELP = `
Examples:
  undertone fit ECG5000/ -o ecg.undertone
  undertone fit machines.csv --entity machine --time time --label failed -o machines.undertone
  undertone fit payments.csv --entity customer_id --time time --label fraud --window 20 --drop id -o cards.undertone

Training is saved beside the model every few seconds (OUT.checkpoint). After Ctrl-C, a crash or a power cut, the
same command with --resume continues from there and ends in the same weights, bit for bit.
Only the training part of DATA is used. Labels are ignored, except by the recipe label-aware.

With --classifier the file is a predictor: features, classifier, threshold and all that makes them, for undertone predict.
auto tries what undertone compare compares (--features, --classifiers), chooses on held-out training cases by --measure,
says what it tried, and fits the winner on all training cases:
  undertone fit ECG5000/ --classifier auto -o ecg.undertone
  undertone fit payments.csv --entity customer_id --time time --label fraud --window 10 --second-entity terminal_id \\
    --features aggregates+surprise --classifier boosting --until 2024-03-01 -o cards.undertone

With --anomaly the file is a detector of anomalies, for data without labels: a case is held against training cases that
the network did not see, and its p-value is the share of these that are as strange.
  undertone fit machines.csv --entity run --time time --anomaly --false-alarm-rate 0.01 -o machines.undertone`;

/** `undertone fit DATA -o MODEL` */
export function fitCommand(): Command {
  const command = new Command("fit")
    .description("train an autoencoder on sequences and write the model; with --classifier or --anomaly a predictor")
    .argument(
      "[data...]",
      "a file, a folder with NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list), or a database (--sql)",
    )
    .requiredOption("-o, --output <file>", "the file to write: a model, or with --classifier or --anomaly a predictor")
    .option("--resume", "continue from OUT.checkpoint, if present")
    .option(
      "--checkpoint-every <seconds>",
      "time between two saves of training (default: 10)",
      numberIn({ minimum: 0 }),
    );
  command.option(
    "--block-steps <number>",
    "have at most so many steps of a table in memory, in blocks of whole entities; default: all of it",
    numberIn({ type: "integer", minimum: 1 }),
  );
  command.option("--sort", "with --block-steps: sort a long table by entity first, in a file; for scattered entities");
  addDetectorFlags(addPredictorFlags(addForceFlag(addCommonFlags(addFitFlags(addDataFlags(command))))));
  command.addHelpText("after", HELP);
  return command.action((paths: string[], options: CommonOptions & { output: string }) => {
    if (wantsDetector(options)) return runFitDetector(inputOf(paths, options), options, idleWithAnomaly(options));
    return wantsPredictor(options) ? runFitPredictor(inputOf(paths, options), options) : runFit(paths, options);
  });
}

async function runFit(paths: string[], options: CommonOptions & { output: string }): Promise<void> {
  const terminal = openTerminal(options);
  const { output, resume, force, json } = options;
  const engine = await chooseEngine(options, terminal.say);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const { signal, release } = onInterrupt("Saving the state of training ... (Ctrl-C again to stop without saving)");
  const started = performance.now();
  const begun = Date.now();
  let tellReadOuts = tellShare(terminal);
  try {
    const model = await fitFile(engine, inputOf(paths, options), output, {
      ...fitOptionsOf(options),
      reading,
      resume: resume as boolean | undefined,
      force,
      blockSteps: options.blockSteps as number | undefined,
      sort: options.sort as boolean | undefined,
      signal,
      checkpointSeconds: options.checkpointEvery as number | undefined,
      onNote: terminal.warn,
      onRead: (sequences) => terminal.progress(`${sequences} sequences read`),
      onResume: (update) =>
        terminal.say(
          update === undefined ? "no checkpoint found, training from the start" : `resuming at update ${update}`,
        ),
      onProgress: ({ update, total, loss, explainedVariance, updatesPerSecond, secondsLeft }) =>
        terminal.progress(
          `update ${update}/${total}  loss ${loss.toFixed(4)}  explained variance ${(100 * explainedVariance).toFixed(1)} %  ` +
            `${updatesPerSecond.toFixed(1)} steps/s  ${duration(secondsLeft)} left`,
        ),
      onReadOuts: () => {
        tellReadOuts = tellShare(terminal);
        terminal.progress("fitting the read-outs");
      },
      onReadOutProgress: (share) => tellReadOuts("fitting the read-outs", share),
      onReading: tellReading(terminal, "preparing the training"),
    });
    terminal.done();
    for (const warning of model.metadata.training.warnings) terminal.warn(warning);
    const seconds = (performance.now() - started) / 1000;
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024); // resident, of the whole process
    const run = { model: output, engine: engine.name, seconds, peakMB };
    const { training, ...rest } = model.metadata;
    const told = { ...run, ...rest, training: { ...training, warnings: training.warnings.map(inFlags) } };
    print(json ? JSON.stringify(told) : summaryOf(model, run));
  } catch (error) {
    terminal.done();
    const checkpoint = `${output}.checkpoint`;
    if (signal.aborted && existsSync(checkpoint) && statSync(checkpoint).mtimeMs >= begun)
      terminal.say(`Saved ${checkpoint}. Run the same command with --resume to continue.`);
    throw error;
  } finally {
    release();
  }
}

function summaryOf(
  { weights, metadata: { recipe, training } }: Model,
  { model, seconds, peakMB }: { model: string; seconds: number; peakMB: number },
): string {
  const { history, bestUpdate, updates, stopped, sequences, validationSequences } = training;
  const kept = history.find((entry) => entry.update === bestUpdate) ?? history.at(-1);
  return (
    `${model}: ${recipe}, ${weights.length} weights, trained on ${sequences} sequences ` +
    `(${validationSequences} held out) in ${duration(seconds)}, ${peakMB} MB at its peak; ` +
    `explained variance ${(100 * (kept?.explainedVariance ?? 0)).toFixed(1)} % at update ${bestUpdate}` +
    `${stopped === "early" ? `, stopped early at ${updates}` : ""}.`
  );
}
