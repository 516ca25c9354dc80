import { rm } from "node:fs/promises";
import { Command } from "commander";
import { fitAutoencoder } from "../features/fit-autoencoder.js";
import { checkWritable } from "../files/write-file.js";
import { saveModel } from "../model/model-file.js";
import { readSource } from "../read/read.js";
import { loadCheckpoint, saveCheckpoint } from "../train/checkpoint.js";
import {
  addCommonFlags,
  addDataFlags,
  addFitFlags,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  fitOptionsOf,
  tellLeftOut,
} from "./flags.js";
import { numberIn } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print } from "./terminal.js";

const HELP = `
Examples:
  undertone fit ECG5000/ -o ecg.undertone
  undertone fit machines.csv --entity machine --time time --label failed -o machines.undertone
  undertone fit payments.csv --entity customer_id --time time --label fraud --window 20 --drop id -o cards.undertone

Training is saved beside the model every few seconds (OUT.checkpoint). After Ctrl-C, a crash or a power cut the
same command with --resume goes on where it was and ends in the same weights, bit for bit.
Only the training part of DATA is used; labels are looked at by the recipe label-aware alone.`;

/** `undertone fit DATA -o MODEL` */
export function fitCommand(): Command {
  const command = new Command("fit")
    .description("train an autoencoder on sequences and write the model")
    .argument("<data>", "a file, or a folder with NAME_TRAIN and NAME_TEST")
    .requiredOption("-o, --output <file>", "the model file to write")
    .option("--resume", "go on from OUT.checkpoint where there is one")
    .option("--checkpoint-every <seconds>", "how often training is saved", numberIn({ minimum: 0 }), 10);
  addCommonFlags(addFitFlags(addDataFlags(command))).addHelpText("after", HELP);
  return command.action(runFit);
}

async function runFit(path: string, options: CommonOptions & { output: string }): Promise<void> {
  const terminal = openTerminal(options);
  const checkpoint = `${options.output}.checkpoint`;
  await checkWritable(options.output);
  await checkWritable(checkpoint);
  const engine = await chooseEngine(options, terminal.say);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const source = await readSource(path, reading);
  for (const note of source.notes) terminal.warn(note);
  const fitting = fitOptionsOf(options);
  const { threads: _any, ...deciding } = fitting; // the same weights on any number of threads
  const identity = JSON.stringify([engine.name, deciding, reading, source.files.map((file) => file.sha256)]);
  const resume = options.resume ? await loadCheckpoint(checkpoint, identity) : undefined;
  if (options.resume)
    terminal.say(
      resume ? `resuming at update ${resume.update}` : "no checkpoint found, training from the start",
    );

  const { signal, release } = onInterrupt("Saving the state of training ... (Ctrl-C again to give it up)");
  const started = performance.now();
  try {
    const origin = { name: source.name, files: source.files, reading };
    const model = await fitAutoencoder(engine, source.train, {
      ...fitting,
      origin,
      resume,
      signal,
      checkpointSeconds: options.checkpointEvery as number,
      onCheckpoint: (state) => saveCheckpoint(checkpoint, state, identity),
      onProgress: ({ update, total, loss, explainedVariance, updatesPerSecond, secondsLeft }) =>
        terminal.progress(
          `update ${update}/${total}  loss ${loss.toFixed(4)}  explained variance ${(100 * explainedVariance).toFixed(1)} %  ` +
            `${updatesPerSecond.toFixed(1)} steps/s  ${duration(secondsLeft)} left`,
        ),
      onReadOuts: () => terminal.progress("fitting the read-outs"),
    });
    terminal.done();
    await saveModel(options.output, model);
    await rm(checkpoint, { force: true });
    const { training } = model.metadata;
    for (const warning of training.warnings) terminal.warn(warning);
    const last =
      training.history.find((entry) => entry.update === training.bestUpdate) ?? training.history.at(-1);
    const seconds = (performance.now() - started) / 1000;
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024); // resident, of the whole process
    if (options.json)
      print(
        JSON.stringify({ model: options.output, engine: engine.name, seconds, peakMB, ...model.metadata }),
      );
    else
      print(
        `${options.output}: ${model.metadata.recipe}, ${model.weights.length} weights, trained on ${training.sequences} sequences ` +
          `(${training.validationSequences} held out) in ${duration(seconds)}, ${peakMB} MB at its peak; explained variance ${(100 * (last?.explainedVariance ?? 0)).toFixed(1)} % ` +
          `at update ${training.bestUpdate}${training.stopped === "early" ? `, stopped early at ${training.updates}` : ""}.`,
      );
  } catch (error) {
    terminal.done();
    if (signal.aborted) terminal.say(`Saved ${checkpoint}. Run the same command with --resume to go on.`);
    throw error;
  } finally {
    release();
  }
}
