import { type Command, Option } from "commander";
import type { z } from "zod";
import { engineNames, loadEngine } from "../engine/load.js";
import { OptionError } from "../errors.js";
import { usualScale } from "../model/prepare.js";
import { recipes } from "../network/spec/spec.js";
import { DATA_OPTIONS, type DataOptions } from "../read/source/options.js";
import { type Scaler, scaleMethods } from "../sequences/transform/scale.js";
import type { FitOptions } from "../train/fit.js";
import { trainOptionsSchema } from "../train/options.js";
import { addSchemaFlags, numberIn, pickOptions } from "./schema-flags.js";

/** Columns that only aggregates of events need, so that only what makes these has flags for them. */
const EVENT_OPTIONS = { amount: true, secondEntity: true } as const;

/** Flags that say how DATA is read. */
export function addDataFlags(command: Command): Command {
  addSchemaFlags(command, DATA_OPTIONS.omit(EVENT_OPTIONS));
  return command.addOption(new Option("--no-time-channels", "leave the derived time channels out"));
}

/** Flags for columns that aggregates of events are made of. */
export function addEventFlags(command: Command): Command {
  return addSchemaFlags(command, DATA_OPTIONS.pick(EVENT_OPTIONS));
}

/**
 * How DATA is read. With --resample-step the derived time channels are left out: on a grid the gap is always the
 * same, and what is interpolated between two gaps or two hours means nothing.
 * @throws {OptionError} if both were asked for
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

/** Says that --resample-step left out channels that a reader would expect. */
export function tellLeftOut(
  reading: DataOptions,
  options: Record<string, unknown>,
  warn: (text: string) => void,
) {
  if (
    options.resampleStep !== undefined &&
    reading.timeChannels === false &&
    options.timeChannels === undefined
  )
    warn(
      "The derived time channels (time_gap, hour) are left out: on a grid of --resample-step they mean nothing.",
    );
}

/** Flags of model and training. */
export function addFitFlags(command: Command): Command {
  command
    .option(
      "--recipe <name>",
      `layers and how they learn: ${recipes.map(({ name }) => name).join(", ")}`,
      "default",
    )
    .addOption(
      new Option(
        "--units <number>",
        "units of an LSTM (default: 64; composite, default, robust and label-aware: 32)",
      ).argParser(numberIn({ type: "integer", minimum: 1 })),
    )
    .addOption(new Option("--activation <name>", "of the LSTMs").choices(["tanh", "relu"]).default("tanh"))
    .addOption(
      new Option(
        "--noise <number>",
        "denoising and robust: deviation of the noise (default: 0.1, 0.5)",
      ).argParser(numberIn({ minimum: 0 })),
    )
    .addOption(
      new Option("--dropout <number>", "denoising: rate (default: 0.2)").argParser(
        numberIn({ minimum: 0, exclusiveMaximum: 1 }),
      ),
    )
    .addOption(
      new Option(
        "--scale <name>",
        "scaling, fitted on the training part (default: standard; windows of events: log-standard)",
      ).choices(scaleMethods),
    )
    .addOption(
      new Option("--scale-scope <name>", "one scale per channel, or every series its own")
        .choices(["channel", "series"])
        .default("channel"),
    )
    .addOption(
      new Option(
        "--interpolation <name>",
        "missing values inside a series (default: as the recipe says)",
      ).choices(["linear", "previous", "none"]),
    )
    .addOption(
      new Option("--resample-step <seconds>", "put timed sequences on a grid of this step first").argParser(
        numberIn({ exclusiveMinimum: 0 }),
      ),
    )
    .addOption(
      new Option(
        "--validation <share>",
        "held out for early stopping (default: 0.1 from 50 sequences on; default, robust and label-aware: 0)",
      ).argParser(numberIn({ minimum: 0, exclusiveMaximum: 1 })),
    );
  addThreadsFlag(command);
  return addSchemaFlags(command, trainOptionsSchema);
}

export function fitOptionsOf(options: Record<string, unknown>): FitOptions {
  const {
    recipe,
    units,
    activation,
    noise,
    dropout,
    validation,
    scale,
    scaleScope,
    interpolation,
    resampleStep,
    threads,
  } = options;
  const prepare = {
    scale: scale ?? usualScale(options.window !== undefined, scaleScope as Scaler["scope"]),
    scaleScope,
    ...(interpolation !== undefined && { interpolation }),
    ...(resampleStep !== undefined && {
      resample: { step: resampleStep, method: interpolation ?? "linear" },
    }),
  };
  const train = pickOptions(options, trainOptionsSchema as unknown as z.ZodObject);
  return { recipe, units, activation, noise, dropout, validation, threads, prepare, train } as FitOptions;
}

export function addThreadsFlag(command: Command): Command {
  return command.addOption(
    new Option(
      "--threads <number>",
      "threads that train and encode; results do not depend on it (default: one for each core)",
    ).argParser(numberIn({ type: "integer", minimum: 1, maximum: 64 })),
  );
}

/** What the common flags parse to. */
export interface CommonOptions extends Record<string, unknown> {
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

/** Loads the engine asked for and says which it is. */
export async function chooseEngine(options: { engine?: string }, say: (text: string) => void) {
  const engine = await loadEngine(options.engine);
  say(`engine: ${engine.name} (${engine.precision})`);
  return engine;
}
