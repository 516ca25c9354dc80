import { Command } from "commander";
import { OptionError, UndertoneError } from "../errors.js";
import { compare } from "../evaluate/compare.js";
import { type CompareOptions, compareOptionsSchema } from "../evaluate/comparison/compare-options.js";
import type { Comparison } from "../evaluate/comparison/comparison.js";
import { resultFile } from "../evaluate/comparison/result-file.js";
import { featureSets } from "../features/sets/feature-sets.js";
import { checkOutputs, type PlannedOutput } from "../files/check-outputs.js";
import { writeFileAtomically } from "../files/write-file.js";
import { filesRead, type Input, readSequences, shownInput } from "../read/read.js";
import { renderReport } from "../report/report.js";
import { addAnomalyFlags, expectNoAnomalyFlags, runCompareAnomaly, SHARED_OPTIONS } from "./compare-anomaly.js";
import { comparisonTable } from "./comparison-table.js";
import {
  addCommonFlags,
  addDataFlags,
  addEventFlags,
  addFitFlags,
  addForceFlag,
  type CommonOptions,
  chooseEngine,
  dataOptionsOf,
  fitOptionsOf,
  inputOf,
  tellLeftOut,
} from "./flags.js";
import { addSchemaFlags, inFlags, pickOptions } from "./schema-flags.js";
import { onInterrupt, openTerminal, print, tellComparison, tellReading } from "./terminal.js";

const HELP = `
Examples:
  undertone compare ECG5000/
  undertone compare ECG5000/ --features raw,latent:wide,latent:compact,"average(latent, convolutions)" --save ecg.jsonl
  undertone compare payments.csv --entity customer_id --time time --label fraud --window 10 --drop id,scenario \\
    --second-entity terminal_id --resamples forward --label-delay 7
  undertone compare ECG5000/ --anomaly --normal 1

Feature sets: ${Object.keys(featureSets).join(", ")}. Write an encoder's read-out after a colon
(latent:compact). Combine sets with + (blocks of equal weight), average(a, b) (mean of their scores) or
select(a, b) (the one with the smaller leave-one-out error on the training part). Everything is fitted on the
training part of each resample. untrained is the control that shows whether learning helped.`;

/** `undertone compare DATA` */
export function compareCommand(): Command {
  const command = new Command("compare")
    .description("compare classifiers on baselines and on latents, and show whether the latents help")
    .argument(
      "[data...]",
      "a labelled file, a folder with NAME_TRAIN and NAME_TEST, files of one sequence each (a folder, a glob, a list), or a database (--sql)",
    );
  addCompareFlags(addCommonFlags(addFitFlags(addEventFlags(addDataFlags(command))))).addHelpText("after", HELP);
  return addAnomalyFlags(command).action((paths: string[], options: CommonOptions) => {
    const input = inputOf(paths, options);
    if (options.anomaly) return runCompareAnomaly(input, options, idleWithAnomaly(options));
    expectNoAnomalyFlags(options);
    return runCompare(input, options);
  });
}

/** Flags that were given and are for classifiers. */
function idleWithAnomaly(options: CommonOptions): string[] {
  return [
    ...Object.keys(pickOptions(options, OF_CLASSIFIERS)),
    ...Object.keys(pickOptions(options, COSTS)),
    ...["all", "save", "report", "force"].filter((name) => options[name] !== undefined),
  ];
}

const OPTIONS = compareOptionsSchema.pick({
  features: true,
  classifiers: true,
  readOut: true,
  plan: true,
  folds: true,
  repeats: true,
  testShare: true,
  labelDelay: true,
  measure: true,
  minGain: true,
  positive: true,
  networkSeeds: true,
  classWeight: true,
  C: true,
  alertsPerDay: true,
  alerts: true,
});
const OF_CLASSIFIERS = OPTIONS.omit(SHARED_OPTIONS);
const ALL = "show the rows of all classifiers, not only of the one that was chosen for each feature set";
const COSTS = compareOptionsSchema.shape.costs.unwrap();

export function addCompareFlags(command: Command, all = ALL): Command {
  addSchemaFlags(addSchemaFlags(addForceFlag(command), OPTIONS), COSTS);
  return command
    .option("--all", all)
    .option("--save <file>", "save each result in this file; the next run continues from it")
    .option("--report <file>", "also write an HTML page with charts");
}

/** The options of a comparison, out of all parsed options. */
function compareOptionsOf(options: CommonOptions): CompareOptions {
  const costs = pickOptions(options, COSTS);
  if (Object.keys(costs).length === 1)
    throw new OptionError("--cost-miss and --cost-alert: give both or neither, only their ratio decides.");
  return {
    ...pickOptions(options, OPTIONS),
    fit: fitOptionsOf(options),
    ...(Object.keys(costs).length > 0 && { costs: costs as CompareOptions["costs"] }),
    ...(options.save !== undefined && { store: resultFile(options.save as string) }),
  };
}

/** The files that a comparison writes. */
export function plannedOutputs({ save, report }: CommonOptions): PlannedOutput[] {
  const planned: PlannedOutput[] = [];
  if (save !== undefined) planned.push({ path: save as string, kind: "results", appended: true });
  if (report !== undefined) planned.push({ path: report as string, kind: "report" });
  return planned;
}

/** Reads, compares, shows progress, prints the result, then writes the page; shared with the demo. */
export async function runCompare(input: Input, options: CommonOptions): Promise<void> {
  const terminal = openTerminal(options);
  const comparing = compareOptionsOf(options);
  const report = options.report as string | undefined;
  const outputs = plannedOutputs(options);
  await checkOutputs(outputs, {
    inputs: await filesRead(input, dataOptionsOf(options)),
    force: options.force,
  });
  const engine = await chooseEngine(options, terminal.say);
  terminal.progress(`reading ${typeof input === "string" ? shownInput(input) : `${input.length} files`}`);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const kept = options.save === undefined ? "" : ` Finished results are in ${options.save}.`;
  const { signal, release } = onInterrupt(`Stopping ...${kept}`);
  try {
    const onRead = tellReading(terminal, "comparing");
    const source = await readSequences(input, reading, { signal, outputs: outputs.map(({ path }) => path), onRead });
    signal.throwIfAborted();
    terminal.done();
    const compared = await compare(engine, source, {
      ...comparing,
      hooks: { signal, ...tellComparison(terminal) },
    });
    terminal.done();
    const comparison = inCommandWords(compared);
    for (const note of comparison.notes) terminal.warn(note);
    print(renderComparison(comparison, options));
    if (report !== undefined) {
      const command = ["undertone", ...process.argv.slice(2).map(shownInput)];
      await writeFileAtomically(report, renderReport(comparison, { command })).catch((cause: Error) => {
        throw new UndertoneError(`${cause.message} The results above are complete.`, { cause });
      });
      terminal.say(`Report: ${report} (open it in a browser)`);
    }
  } finally {
    terminal.done();
    release();
  }
}

/** The comparison with flags in its notes and warnings, for whoever reads table, page or JSON of the command. */
export function inCommandWords(comparison: Comparison): Comparison {
  const { data, notes, rows } = comparison;
  return {
    ...comparison,
    data: { ...data, warnings: data.warnings.map(inFlags) },
    notes: notes.map(inFlags),
    rows: rows.map((row) => ({ ...row, notes: row.notes.map(inFlags) })),
  };
}

export function renderComparison(comparison: Comparison, options: { json?: boolean; all?: boolean }): string {
  const { json, all } = options;
  return json ? JSON.stringify(comparison) : comparisonTable(comparison, { all, width: process.stdout.columns });
}
