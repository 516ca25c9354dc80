import { Command, Option } from "commander";
import { type ClassifierName, classifierNames } from "../classify/classifiers.js";
import { OptionError } from "../errors.js";
import { compare } from "../evaluate/compare.js";
import type { CompareOptions } from "../evaluate/comparison/compare-options.js";
import type { Comparison } from "../evaluate/comparison/comparison.js";
import { resultFile } from "../evaluate/comparison/result-file.js";
import { planNames } from "../evaluate/plan/plan.js";
import { splitList } from "../evaluate/sets/expression.js";
import { featureSets } from "../evaluate/sets/feature-sets.js";
import { type ReadOut, readOuts } from "../features/read-outs/read-outs.js";
import { checkWritable } from "../files/write-file.js";
import { readSource } from "../read/read.js";
import { comparisonTable } from "./comparison-table.js";
import {
  addCommonFlags,
  addDataFlags,
  addEventFlags,
  addFitFlags,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  fitOptionsOf,
  tellLeftOut,
} from "./flags.js";
import { writeReport } from "./report-file.js";
import { numberIn } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print } from "./terminal.js";

const HELP = `
Examples:
  undertone compare ECG5000/
  undertone compare ECG5000/ --features raw,latent:wide,latent:compact,"average(latent, convolutions)" --save ecg.jsonl
  undertone compare payments.csv --entity customer_id --time time --label fraud --window 10 --drop id,scenario \\
    --second-entity terminal_id --resamples forward --label-delay 7

Feature sets: ${Object.keys(featureSets).join(", ")}. An encoder's read-out may stand behind a colon
(latent:compact). Sets are put together with + (blocks of equal weight), average(a, b) (their scores) and
select(a, b) (the one with the smaller leave-one-out error on the training part). Everything is fitted on the
training part of each resample; untrained is the control that shows whether learning helped.`;

/** `undertone compare DATA` */
export function compareCommand(): Command {
  const command = new Command("compare")
    .description("feed classifiers with baselines and latents, and say whether the latents help")
    .argument("<data>", "a labelled file, or a folder with NAME_TRAIN and NAME_TEST");
  addCompareFlags(addCommonFlags(addFitFlags(addEventFlags(addDataFlags(command))))).addHelpText(
    "after",
    HELP,
  );
  return command.action(async (path: string, options: CommonOptions) => {
    print(renderComparison(await runCompare(path, options), options));
  });
}

const whole = numberIn({ type: "integer", minimum: 1 });

export function addCompareFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--features <list>", "what to compare (default: as suits the data, see below)").argParser(
        splitList,
      ),
    )
    .addOption(
      new Option(
        "--classifiers <list>",
        `of ${classifierNames.join(", ")} (default: ridge,logistic; rare events: logistic,boosting)`,
      ).argParser(splitList),
    )
    .addOption(
      new Option("--read-out <name>", "of the encoders (default: wide; windows: pooled)").choices(readOuts),
    )
    .addOption(
      new Option(
        "--resamples <plan>",
        "default: the given split, else whole entities, else stratified folds",
      ).choices(planNames),
    )
    .option(
      "--folds <number>",
      "folds of a stratified or grouped plan, periods of a forward one",
      numberIn({ type: "integer", minimum: 1 }),
    )
    .option("--repeats <number>", "draw folds, or a test part of 30 %, so often", whole)
    .option(
      "--label-delay <days>",
      "forward: days until the label of an event is known (default: 7)",
      numberIn({ minimum: 0 }),
    )
    .option(
      "--network-seeds <number>",
      "networks in each resample, whose figures are averaged (default: 1)",
      whole,
    )
    .addOption(
      new Option(
        "--class-weight <name>",
        "default: balanced where positives are rare, but for logistic",
      ).choices(["none", "balanced"]),
    )
    .option(
      "--alerts-per-day <number>",
      "cases that can be looked at a day (default: 100 for rare events)",
      whole,
    )
    .option("--alerts <number>", "or in the whole test part", whole)
    .option(
      "--cost-miss <number>",
      "what a missed positive costs; with --cost-alert",
      numberIn({ minimum: 0 }),
    )
    .option("--cost-alert <number>", "what looking at an alert costs", numberIn({ minimum: 0 }))
    .option("--save <file>", "keep results there as they come, and go on from them when run again")
    .option("--report <file>", "write an HTML page with charts, too");
}

/** The options of a comparison among all that were parsed. */
function compareOptionsOf(options: CommonOptions): CompareOptions {
  const { costMiss, costAlert, labelDelay, save } = options;
  if ((costMiss === undefined) !== (costAlert === undefined))
    throw new OptionError(
      "Costs: give both --cost-miss and --cost-alert, or neither: only their ratio decides.",
    );
  return {
    fit: fitOptionsOf(options),
    readOut: options.readOut as ReadOut | undefined,
    features: options.features as string[] | undefined,
    classifiers: options.classifiers as ClassifierName[] | undefined,
    plan: options.resamples as CompareOptions["plan"],
    folds: options.folds as number | undefined,
    repeats: options.repeats as number | undefined,
    labelDelay: labelDelay === undefined ? undefined : 86_400 * (labelDelay as number),
    networkSeeds: options.networkSeeds as number | undefined,
    classWeight: options.classWeight as CompareOptions["classWeight"],
    alertsPerDay: options.alertsPerDay as number | undefined,
    alerts: options.alerts as number | undefined,
    costs: costMiss === undefined ? undefined : { miss: costMiss as number, alert: costAlert as number },
    store: save === undefined ? undefined : resultFile(save as string),
  };
}

/** Reads, compares, reports progress, writes the page; shared with the demo. */
export async function runCompare(path: string, options: CommonOptions): Promise<Comparison> {
  const terminal = openTerminal(options);
  const comparing = compareOptionsOf(options);
  const report = options.report as string | undefined;
  if (report !== undefined) await checkWritable(report);
  const engine = await chooseEngine(options, terminal.say);
  terminal.progress(`reading ${path}`);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const source = await readSource(path, reading);
  terminal.done();
  const kept = options.save === undefined ? "" : ` What is done is kept in ${options.save}.`;
  const { signal, release } = onInterrupt(`Stopping ...${kept}`);
  const started = performance.now();
  try {
    const comparison = await compare(engine, source, {
      ...comparing,
      align: reading.window === undefined ? "stretch" : "end",
      hooks: {
        signal,
        onProgress(step, done, left) {
          const seconds = (performance.now() - started) / 1000;
          const rest = left === undefined ? "" : `, about ${duration(left)} left`;
          terminal.progress(`${step}  ${Math.round(100 * done)} %  ${duration(seconds)}${rest}`);
        },
      },
    });
    terminal.done();
    for (const note of comparison.notes) terminal.warn(note);
    if (report !== undefined) {
      await writeReport(report, comparison);
      terminal.say(`The report: ${report} (open it in a browser)`);
    }
    return comparison;
  } finally {
    terminal.done();
    release();
  }
}

export function renderComparison(comparison: Comparison, options: { json?: boolean }): string {
  return options.json ? JSON.stringify(comparison) : comparisonTable(comparison);
}
