import type { Command } from "commander";
import { OptionError } from "../errors.js";
import { compareOptionsSchema } from "../evaluate/comparison/compare-options.js";
import { resultFile } from "../evaluate/comparison/result-file.js";
import { measureTable } from "../evaluate/metrics/measures.js";
import type { About } from "../predict/about.js";
import { fitPredictorFile } from "../predict/fit-predictor-file.js";
import { predictorOptionsSchema } from "../predict/options.js";
import type { Input } from "../read/read.js";
import { addEventFlags, type CommonOptions, chooseEngine, dataOptionsOf, fitOptionsOf, tellLeftOut } from "./flags.js";
import { addSchemaFlags, inFlags, pickOptions } from "./schema-flags.js";
import { duration, onInterrupt, openTerminal, print, tellComparison, tellReading } from "./terminal.js";

const OPTIONS = predictorOptionsSchema.pick({
  ...{ classifier: true, features: true, classifiers: true, readOut: true, measure: true, positive: true },
  ...{ classWeight: true, C: true, labelDelay: true, alertsPerDay: true, calibration: true },
});
const COSTS = compareOptionsSchema.shape.costs.unwrap();
const EVENTS = ["amount", "secondEntity"] as const;
/** Of the encoder alone. */
const TRAINING = ["resume", "checkpointEvery", "blockSteps", "sort"] as const;

/** Flags of a predictor, which `--classifier` asks for. */
export function addPredictorFlags(command: Command): Command {
  addSchemaFlags(addSchemaFlags(addEventFlags(command), OPTIONS), COSTS);
  return command
    .option(
      "--until <time>",
      "with --classifier: learn from cases up to this time: a date, or a number in the unit of the data's times",
    )
    .option("--save <file>", "with --classifier: save each result in this file; the next run continues from it");
}

/** Whether a classifier is asked for. @throws {OptionError} for its flags without it, or those of the encoder alone with it */
export function wantsPredictor(options: CommonOptions): boolean {
  const given = { ...pickOptions(options, OPTIONS), ...pickOptions(options, COSTS) };
  const own = ["until", "save", ...EVENTS].filter((name) => options[name] !== undefined);
  if (options.classifier !== undefined) {
    const other = TRAINING.find((name) => options[name] !== undefined);
    if (other)
      throw new OptionError(
        `\`${other}\`: got it and \`classifier\`, expected one of the two. It is for the training of an encoder alone; results of a predictor are kept with \`store\`.`,
      );
    return true;
  }
  const [first] = [...Object.keys(given), ...own];
  if (first !== undefined)
    throw new OptionError(
      `\`${first === "save" ? "store" : first}\`: got it without \`classifier\`, expected both. An encoder alone has no use for it; add \`classifier: "auto"\`.`,
    );
  return false;
}

/** Flags of a predictor or of the training of an encoder that were given and that a detector has no use for. */
export function idleWithAnomaly(options: CommonOptions): string[] {
  const { alertsPerDay, ...given } = pickOptions(options, OPTIONS);
  const others = ["until", "save", ...EVENTS, ...TRAINING].filter((name) => options[name] !== undefined);
  const idle = [...Object.keys(given), ...Object.keys(pickOptions(options, COSTS)), ...others];
  return idle.map((name) => (name === "save" ? "store" : name));
}

/** Fits a predictor and writes it. */
export async function runFitPredictor(input: Input, options: CommonOptions & { output: string }): Promise<void> {
  const terminal = openTerminal(options);
  const costs = pickOptions(options, COSTS);
  if (Object.keys(costs).length === 1)
    throw new OptionError("--cost-miss and --cost-alert: give both or neither, only their ratio decides.");
  const engine = await chooseEngine(options, terminal.say);
  const reading = dataOptionsOf(options);
  tellLeftOut(reading, options, terminal.warn);
  const { save, output, until } = options as CommonOptions & { save?: string; output: string; until?: string };
  const kept = save === undefined ? "Nothing is written." : `Finished results are in ${save}.`;
  const { signal, release } = onInterrupt(`Stopping ... ${kept}`);
  const started = performance.now();
  try {
    const { about } = await fitPredictorFile(engine, input, output, {
      ...pickOptions(options, OPTIONS),
      ...(Object.keys(costs).length > 0 && { costs: costs as { miss: number; alert: number } }),
      fit: fitOptionsOf(options),
      reading,
      until,
      force: options.force,
      ...(save !== undefined && { store: resultFile(save) }),
      onRead: tellReading(terminal, "choosing"),
      hooks: { signal, ...tellComparison(terminal) },
    });
    terminal.done();
    for (const note of about.training.notes) terminal.warn(note);
    const seconds = (performance.now() - started) / 1000;
    const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
    const told = { ...about, training: { ...about.training, notes: about.training.notes.map(inFlags) } };
    print(
      options.json
        ? JSON.stringify({ predictor: output, seconds, peakMB, ...told })
        : describePredictor(output, about, { seconds, peakMB }),
    );
  } finally {
    terminal.done();
    release();
  }
}

/** Candidates that are shown. */
const SHOWN = 6;

function describePredictor(
  output: string,
  about: About,
  { seconds, peakMB }: { seconds: number; peakMB: number },
): string {
  const { choice, training, threshold, classNames, calibration } = about;
  const { name, scale, digits, falls } = measureTable[choice.measure as keyof typeof measureTable];
  const show = (value: number | undefined) =>
    value === undefined ? "-" : (scale * (falls ? -value : value)).toFixed(digits);
  const ranked = choice.tried
    .map((each, k) => ({ ...each, chosen: k === choice.at }))
    .sort((a, b) => Number(b.chosen) - Number(a.chosen) || (b.validated ?? -Infinity) - (a.validated ?? -Infinity));
  const rows = ranked
    .slice(0, SHOWN)
    .map(({ features, classifier, validated }) => `  ${show(validated).padStart(8)}  ${features}, ${classifier}`);
  const [{ validated }] = ranked;
  const more = ranked.length > SHOWN ? [`  and ${ranked.length - SHOWN} more, all in --json`] : [];
  return [
    `${output}: ${about.features} with ${about.classifiers.join(" and ")}, fitted on ${training.cases} cases (${classNames.map((each, c) => `${training.classes[c]} ${each}`).join(", ")}) in ${duration(seconds)}, ${peakMB} MB at its peak.`,
    ...(validated === undefined
      ? []
      : [`Tried ${ranked.length}, by ${name} on ${training.heldOut} held-out training cases:`, ...rows, ...more]),
    sayDecision(classNames, threshold),
    ...(calibration === undefined
      ? ["Probabilities are the scores as they are."]
      : [`Probabilities are calibrated (${(calibration as { kind: string }).kind}) on the same held-out cases.`]),
    `Score new data: undertone predict ${output} DATA -o scores.parquet`,
  ].join("\n");
}

function sayDecision(classNames: readonly string[], threshold: About["threshold"]): string {
  if (!threshold) return "Decided is the class of the largest score.";
  const { value, rule, chosenOn, alertsPerDay } = threshold;
  const by = { F1: "the best F1", cost: "the least cost", alerts: `${alertsPerDay} alerts a day` }[rule];
  const from = value === null ? "no score is called" : `scores from ${value.toPrecision(3)} on are called`;
  const { cases, alerts, positives } = chosenOn;
  return `Decided by a threshold for ${by}: ${from} ${classNames[1]}. Of ${cases} held-out cases it calls ${alerts}; ${positives} are ${classNames[1]}.`;
}
