import type { Command } from "commander";
import { anomalyOptionsSchema } from "../anomaly/anomaly-options.js";
import { OptionError } from "../errors.js";
import type { Detector } from "../predict/detector.js";
import { fitDetectorFile } from "../predict/fit-detector-file.js";
import type { Input } from "../read/read.js";
import { type CommonOptions, chooseEngine, dataOptionsOf, fitOptionsOf, tellLeftOut } from "./flags.js";
import { addSchemaFlags, inFlags, pickOptions } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print, tellReading } from "./terminal.js";

const OWN = anomalyOptionsSchema.pick({
  ...{ detector: true, holdOutBy: true, folds: true, heldOut: true, falseAlarmRate: true },
});
const OPTIONS = OWN.extend(anomalyOptionsSchema.pick({ alertsPerDay: true }).shape);

/** Flags of a detector, which `--anomaly` asks for. */
export function addDetectorFlags(command: Command): Command {
  command.option("--anomaly", "learn what is usual, without labels, and write a detector of anomalies");
  return addSchemaFlags(command, OWN);
}

/** @throws {OptionError} for flags of a detector without `--anomaly`, or with `--classifier` */
export function wantsDetector(options: CommonOptions): boolean {
  if (options.anomaly && options.classifier !== undefined)
    throw new OptionError("--anomaly and --classifier: got both, expected one of the two. A detector needs no labels.");
  const [first] = Object.keys(pickOptions(options, OWN));
  if (!options.anomaly && first !== undefined)
    throw new OptionError(`\`${first}\`: got it without --anomaly, expected both. It is for a detector of anomalies.`);
  return options.anomaly === true;
}

/** Fits a detector and writes it. @param idle names of given flags that do nothing here */
export async function runFitDetector(
  input: Input,
  options: CommonOptions & { output: string },
  idle: readonly string[],
): Promise<void> {
  if (idle.length > 0)
    throw new OptionError(`\`${idle[0]}\`: got it and --anomaly, expected one of the two. It has no effect there.`);
  const terminal = openTerminal(options);
  const engine = await chooseEngine(options, terminal.say);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const { signal, release } = onInterrupt("Stopping ... Nothing is written.");
  const started = performance.now();
  try {
    const detector = await fitDetectorFile(engine, input, options.output, {
      ...pickOptions(options, OPTIONS),
      fit: fitOptionsOf(options),
      reading,
      force: options.force,
      signal,
      onRead: tellReading(terminal, "learning what is usual"),
      onProgress: (done) => terminal.progress(`learning what is usual  ${Math.round(100 * done)} %`),
    });
    terminal.done();
    const { about, state, level, leastPValue } = detector;
    for (const note of about.training.notes) terminal.warn(note);
    const seconds = (performance.now() - started) / 1000;
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
    const { parts, ...told } = state;
    print(
      options.json
        ? JSON.stringify({
            ...{ detector: options.output, seconds, peakMB, ...about, state: told, level, leastPValue },
            training: { ...about.training, notes: about.training.notes.map(inFlags) },
          })
        : describeDetector(options.output, detector, seconds),
    );
  } finally {
    terminal.done();
    release();
  }
}

function describeDetector(output: string, { about, state, level, leastPValue }: Detector, seconds: number): string {
  const { detector, parts, threshold } = state;
  const fits = parts.length === 1 ? "" : ` (${parts.length} fits, each held against the part that it did not see)`;
  const rule =
    threshold.rule === "alerts-per-day"
      ? `${threshold.alertsPerDay} alerts a day on normal cases`
      : `a false-alarm rate of ${threshold.level}`;
  return [
    `${output}: ${detector}, learned from ${about.training.cases} cases without labels${fits} in ${duration(seconds)}.`,
    `Channels: ${about.channels.map(({ name }) => name).join(", ")}.`,
    `For ${rule}, cases with a p-value up to ${Number(level.toPrecision(3))} are called anomalies; the least that there can be is ${Number(leastPValue.toPrecision(2))}.`,
    `Score new data: undertone predict ${output} DATA -o scores.parquet`,
  ].join("\n");
}
