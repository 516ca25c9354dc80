import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { loadEngine } from "../engine/load.js";
import { trainOptionsSchema } from "../model/options.js";
import type { FitOptions } from "../model/fit.js";
import { DATA_OPTIONS, type DataOptions } from "../read/options.js";

/** What JSON Schema says of one option, as far as flags need it. */
interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
}

/** Adds one flag per key of an options schema, so that flags, library and model files never disagree. */
export function addSchemaFlags(command: Command, schema: z.ZodType): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as { properties?: Record<string, Property> };
  for (const [key, property] of Object.entries(properties)) command.addOption(flagFor(key, property));
  return command;
}

function flagFor(key: string, { type, description = "", default: preset, enum: choices }: Property): Option {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (type === "boolean") return new Option(flag, description);
  const value = type === "array" ? "names" : type === "string" ? (choices ? "name" : "column") : "number";
  const shown = preset === undefined ? description : `${description} (default: ${JSON.stringify(preset)})`;
  const option = new Option(`${flag} <${value}>`, shown);
  if (choices) return option.choices(choices);
  if (type === "array") return option.argParser((text) => text.split(",").map((name) => name.trim()));
  if (type === "number" || type === "integer") return option.argParser(parseNumber);
  return option;
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** The options of a schema among all that were parsed; what was not given stays absent. */
export function pickOptions<S extends z.ZodObject>(options: Record<string, unknown>, schema: { shape: S["shape"] }) {
  return Object.fromEntries(
    Object.keys(schema.shape)
      .filter((key) => options[key] !== undefined)
      .map((key) => [key, options[key]]),
  );
}

/** Flags that say how DATA is read. */
export function addDataFlags(command: Command): Command {
  addSchemaFlags(command, DATA_OPTIONS);
  return command.addOption(new Option("--no-time-channels", "leave the derived time channels out"));
}

export function dataOptionsOf(options: Record<string, unknown>): DataOptions {
  return pickOptions(options, DATA_OPTIONS) as DataOptions;
}

/** Flags of model and training. */
export function addFitFlags(command: Command): Command {
  command
    .option("--recipe <name>", "layers: simple, denoising or masked", "masked")
    .addOption(new Option("--units <number>", "units of the latent (default: 64)").argParser(parseNumber))
    .addOption(new Option("--activation <name>", "of the LSTMs").choices(["tanh", "relu"]).default("tanh"))
    .addOption(new Option("--noise <number>", "denoising: deviation of the noise (default: 0.1)").argParser(parseNumber))
    .addOption(new Option("--dropout <number>", "denoising: rate (default: 0.2)").argParser(parseNumber))
    .addOption(
      new Option("--scale <name>", "scaling, fitted on the training part").choices(["standard", "min-max", "robust", "none"]).default("standard"),
    )
    .addOption(new Option("--scale-scope <name>", "one scale per channel, or every series its own").choices(["channel", "series"]).default("channel"))
    .addOption(
      new Option("--interpolation <name>", "missing values inside a series (default: as the recipe says)").choices(["linear", "previous", "none"]),
    )
    .addOption(new Option("--resample-step <seconds>", "put timed sequences on a grid of this step first").argParser(parseNumber))
    .addOption(new Option("--validation <share>", "held out for early stopping (default: 0.1 from 50 sequences on)").argParser(parseNumber));
  return addSchemaFlags(command, trainOptionsSchema);
}

export function fitOptionsOf(options: Record<string, unknown>): FitOptions {
  const { recipe, units, activation, noise, dropout, validation, scale, scaleScope, interpolation, resampleStep } = options;
  const prepare = {
    scale,
    scaleScope,
    ...(interpolation !== undefined && { interpolation }),
    ...(resampleStep !== undefined && { resample: { step: resampleStep, method: interpolation ?? "linear" } }),
  };
  const train = pickOptions(options, trainOptionsSchema as unknown as z.ZodObject);
  return { recipe, units, activation, noise, dropout, validation, prepare, train } as FitOptions;
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
    .option("--engine <name>", "auto, wasm, wasm-relaxed-simd, wasm-simd128 or reference (default: $UNDERTONE_ENGINE or auto)")
    .option("--json", "print one JSON object on standard output")
    .option("--quiet", "no progress and no notes");
}

/** Loads the engine asked for and says which it is. */
export async function chooseEngine(options: { engine?: string }, say: (text: string) => void) {
  const engine = await loadEngine(options.engine);
  say(`engine: ${engine.name} (${engine.precision})`);
  return engine;
}
