import { Command, Option } from "commander";
import { type CompareOptions, type Comparison, compare } from "../evaluate/compare.js";
import { type ReadOut, readOuts } from "../features/read-outs.js";
import { readSource } from "../read/read.js";
import { comparisonTable } from "./comparison-table.js";
import {
  addCommonFlags,
  addDataFlags,
  addFitFlags,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  fitOptionsOf,
} from "./flags.js";
import { numberIn } from "./schema-flags.js";
import { onInterrupt, openTerminal, print } from "./terminal.js";

const HELP = `
Examples:
  undertone compare ECG5000/
  undertone compare payments.csv --entity customer_id --time time --label fraud --window 20 --drop id,scenario

Feature sets: raw (the series), statistics (mean, deviation, slope, ... per channel), untrained (the encoder with
random weights: the control that shows whether learning helped) and latent (the trained encoder). All of them feed
ridge and logistic regression over the same resamples; everything is fitted on the training part of each.`;

/** `undertone compare DATA` */
export function compareCommand(): Command {
  const command = new Command("compare")
    .description("feed classifiers with raw values, statistics and latents, and say whether the latents help")
    .argument("<data>", "a labelled file, or a folder with NAME_TRAIN and NAME_TEST");
  addCompareFlags(addCommonFlags(addFitFlags(addDataFlags(command)))).addHelpText("after", HELP);
  return command.action(async (path: string, options: CommonOptions) => {
    print(renderComparison(await runCompare(path, options), options));
  });
}

export function addCompareFlags(command: Command): Command {
  return command
    .addOption(new Option("--read-out <name>", "of the encoders").choices(readOuts).default("pooled"))
    .addOption(
      new Option(
        "--resamples <plan>",
        "default: the given split, else whole entities, else stratified folds",
      ).choices(["given", "stratified", "grouped"]),
    )
    .option(
      "--folds <number>",
      "folds of a stratified or grouped plan",
      numberIn({ type: "integer", minimum: 2 }),
    )
    .addOption(
      new Option("--class-weight <name>", "default: balanced where positives are rare").choices([
        "none",
        "balanced",
      ]),
    );
}

/** Reads, compares, reports progress; shared with the demo. */
export async function runCompare(path: string, options: CommonOptions): Promise<Comparison> {
  const terminal = openTerminal(options);
  const engine = await chooseEngine(options, terminal.say);
  terminal.progress(`reading ${path}`);
  const reading = dataOptionsOf(options);
  const source = await readSource(path, reading);
  terminal.done();
  const { signal, release } = onInterrupt("Stopping ...");
  const started = performance.now();
  try {
    const comparison = await compare(engine, source, {
      fit: fitOptionsOf(options),
      readOut: options.readOut as ReadOut,
      plan: options.resamples as CompareOptions["plan"],
      folds: options.folds as number | undefined,
      classWeight: options.classWeight as CompareOptions["classWeight"],
      align: reading.window === undefined ? "stretch" : "end",
      hooks: {
        signal,
        onProgress(step, done) {
          const seconds = (performance.now() - started) / 1000;
          terminal.progress(`${step}  ${Math.round(100 * done)} %  ${Math.round(seconds)} s`);
        },
      },
    });
    terminal.done();
    for (const note of comparison.notes) terminal.warn(note);
    return comparison;
  } finally {
    terminal.done();
    release();
  }
}

export function renderComparison(comparison: Comparison, options: { json?: boolean }): string {
  return options.json ? JSON.stringify(comparison) : comparisonTable(comparison);
}
