import type { Command } from "commander";
import { OptionError } from "../errors.js";
import { compareAnomalyOptionsSchema } from "../evaluate/anomaly/anomaly-options.js";
import { compareAnomaly } from "../evaluate/anomaly/compare-anomaly.js";
import { type Input, readSequences, shownInput } from "../read/read.js";
import { anomalyTable } from "./anomaly-table.js";
import { type CommonOptions, chooseEngine, dataOptionsOf, fitOptionsOf, tellLeftOut } from "./flags.js";
import { addSchemaFlags, inFlags, pickOptions } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print, tellReading } from "./terminal.js";

const OWN = compareAnomalyOptionsSchema.pick({ detectors: true, normal: true, trainOn: true, falseAlarmRate: true });
/** Those of `compare` that mean the same here. */
export const SHARED_OPTIONS = {
  plan: true,
  folds: true,
  repeats: true,
  testShare: true,
  labelDelay: true,
  measure: true,
  minGain: true,
} as const;
const SHARED = compareAnomalyOptionsSchema.pick(SHARED_OPTIONS);

export function addAnomalyFlags(command: Command): Command {
  command.option(
    "--anomaly",
    "compare detectors of anomalies, which are fitted without labels, instead of classifiers",
  );
  return addSchemaFlags(command, OWN);
}

/** @throws {OptionError} for a flag of detectors without `--anomaly` */
export function expectNoAnomalyFlags(options: CommonOptions): void {
  const [given] = Object.keys(pickOptions(options, OWN));
  if (given !== undefined)
    throw new OptionError(`\`${given}\` is for the comparison of detectors; add --anomaly, or leave it out.`);
}

/** Reads, compares detectors, shows progress, prints the result. @param idle names of given flags that do nothing here */
export async function runCompareAnomaly(input: Input, options: CommonOptions, idle: readonly string[]): Promise<void> {
  if (idle.length > 0)
    throw new OptionError(
      `\`${idle[0]}\` is for the comparison of classifiers; with --anomaly it would have no effect. Leave it out.`,
    );
  const terminal = openTerminal(options);
  const reading = dataOptionsOf(options);
  const engine = await chooseEngine(options, terminal.say);
  const { signal, release } = onInterrupt("Stopping ...");
  try {
    terminal.progress(`reading ${typeof input === "string" ? shownInput(input) : `${input.length} files`}`);
    tellLeftOut(reading, options, terminal.warn);
    const source = await readSequences(input, reading, { signal, onRead: tellReading(terminal, "comparing") });
    signal.throwIfAborted();
    terminal.done();
    const started = performance.now();
    const comparison = await compareAnomaly(engine, source, {
      ...pickOptions(options, OWN),
      ...pickOptions(options, SHARED),
      fit: fitOptionsOf(options),
      hooks: {
        signal,
        onProgress(step, done, left) {
          const seconds = (performance.now() - started) / 1000;
          const rest = left === undefined || seconds < 2 ? "" : `, about ${duration(left)} left`;
          terminal.progress(`${step}  ${Math.round(100 * done)} %  ${duration(seconds)}${rest}`);
        },
      },
    });
    terminal.done();
    const said = { ...comparison, notes: comparison.notes.map(inFlags) };
    for (const note of said.notes) terminal.warn(note);
    print(options.json ? JSON.stringify(said) : anomalyTable(said));
  } finally {
    terminal.done();
    release();
  }
}
