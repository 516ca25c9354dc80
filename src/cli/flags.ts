import { type Command, Option } from "commander";
import { z } from "zod";
import { engineNames, loadEngine } from "../engine/load.js";
import { OptionError } from "../errors.js";
import { prepareOptionsSchema } from "../model/prepare.js";
import { type Input, NO_DATABASE } from "../read/read.js";
import { DATA_OPTIONS, type DataOptions } from "../read/source/options.js";
import { type FitOptions, fitOptionsSchema, trainOptionsSchema } from "../train/options.js";
import { addSchemaFlags, pickOptions } from "./schema-flags.js";

/** Columns that only aggregates of events need; commands without aggregates have no flags for them. */
const EVENT_OPTIONS = { amount: true, secondEntity: true } as const;

/** Flags for how DATA is read. */
export function addDataFlags(command: Command): Command {
  addSchemaFlags(command, DATA_OPTIONS.omit({ ...EVENT_OPTIONS, newData: true, keep: true }));
  return command.addOption(new Option("--no-time-channels", "do not add the derived time channels"));
}

/** The flag of the columns that go into the output as they are. */
export function addKeepFlag(command: Command): Command {
  return addSchemaFlags(command, DATA_OPTIONS.pick({ keep: true }));
}

/**
 * DATA as the shell gave it: one path, or the files that a glob stood for. A query may name files itself.
 * @throws {OptionError} if there is neither
 */
export function inputOf(paths: readonly string[], { sql }: CommonOptions): Input {
  expectTogether(paths, process.argv);
  if (paths.length === 0 && sql !== undefined) return NO_DATABASE;
  if (paths.length === 0)
    throw new OptionError(
      "missing required argument 'data': expected a file, a folder, several files or a database, or else a query over files (--sql).",
    );
  return paths.length === 1 ? paths[0] : paths;
}

/** A shell makes several words of a pattern: behind a flag all but the first would be data. */
function expectTogether(paths: readonly string[], argv: readonly string[]): void {
  const stands = (at: number) => paths.every((path, k) => argv[at + k] === path);
  if (paths.length < 2 || argv.some((_, at) => stands(at))) return;
  throw new OptionError(
    `got data in several places of the command: ${paths.slice(0, 4).join(", ")}${paths.length > 4 ? ", ..." : ""}. A flag takes one value, and what stands behind it would be data. Name all data in one place; for a flag write a pattern in quotes ('day*.csv'), or a folder.`,
  );
}

/** Flags for columns that aggregates of events are made of. */
export function addEventFlags(command: Command): Command {
  return addSchemaFlags(command, DATA_OPTIONS.pick(EVENT_OPTIONS));
}

/**
 * How DATA is read. With --resample-step the derived time channels are left out: on a grid the gap is always the
 * same, and a value interpolated between two gaps or two hours means nothing.
 * @throws {OptionError} if both are given
 */
export function dataOptionsOf(options: Record<string, unknown>): DataOptions {
  const reading = pickOptions(options, DATA_OPTIONS) as DataOptions;
  if (options.resampleStep === undefined) return reading;
  if (reading.timeChannels)
    throw new OptionError(
      "--time-channels and --resample-step: the time since the last event would be interpolated like a measurement, and on a grid it is always the same. Leave one of them out.",
    );
  const derived = reading.window !== undefined && reading.time !== undefined;
  return derived ? { ...reading, timeChannels: false } : reading;
}

/** Notes that --resample-step left out channels that a user may expect. */
export function tellLeftOut(reading: DataOptions, options: Record<string, unknown>, warn: (text: string) => void) {
  if (options.resampleStep !== undefined && reading.timeChannels === false && options.timeChannels === undefined)
    warn("The derived time channels (time_gap, hour) are left out: on a grid of --resample-step they mean nothing.");
}

const LAYER_OPTIONS = fitOptionsSchema.pick({
  recipe: true,
  units: true,
  activation: true,
  noise: true,
  dropout: true,
  embedding: true,
  validation: true,
});
const PREPARE_OPTIONS = prepareOptionsSchema.pick({ scale: true, scaleScope: true, interpolation: true });
const GRID_OPTIONS = prepareOptionsSchema.shape.resample.unwrap().pick({ step: true });

/** Flags of model and training. */
export function addFitFlags(command: Command): Command {
  for (const schema of [LAYER_OPTIONS, PREPARE_OPTIONS, GRID_OPTIONS, trainOptionsSchema])
    addSchemaFlags(command, schema);
  return addThreadsFlag(command);
}

export function fitOptionsOf(options: Record<string, unknown>): FitOptions {
  const grid = pickOptions(options, GRID_OPTIONS);
  return {
    ...pickOptions(options, LAYER_OPTIONS),
    ...pickOptions(options, fitOptionsSchema.pick({ threads: true })),
    prepare: {
      ...pickOptions(options, PREPARE_OPTIONS),
      ...("step" in grid && { resample: grid as { step: number } }),
    },
    train: pickOptions(options, trainOptionsSchema),
  };
}

export function addThreadsFlag(command: Command): Command {
  return addSchemaFlags(
    command,
    z.object({ threads: z.int().min(1).max(64).describe(fitOptionsSchema.shape.threads.description!) }),
  );
}

/** The flag of commands that write files. */
export function addForceFlag(command: Command): Command {
  return command.option("--force", "replace an output file that undertone did not write (never a file that is read)");
}

/** What the common flags parse to. */
export interface CommonOptions extends Record<string, unknown> {
  force?: boolean;
  engine?: string;
  json?: boolean;
  quiet?: boolean;
}

/** Flags that every command has. */
export function addCommonFlags(command: Command): Command {
  return command
    .option("--engine <name>", `${engineNames.join(", ")} (default: $UNDERTONE_ENGINE or auto)`)
    .option("--json", "print one JSON object on standard output")
    .option("--quiet", "no progress and no notes");
}

/** Loads the engine of `--engine` and shows its name. */
export async function chooseEngine(options: { engine?: string }, say: (text: string) => void) {
  const engine = await loadEngine(options.engine);
  say(`engine: ${engine.name} (${engine.precision})`);
  for (const note of engine.notes ?? []) say(`note: ${note}`);
  return engine;
}
