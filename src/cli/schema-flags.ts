import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";

/** What a number must be, in the words of JSON Schema. */
interface NumberRange {
  type?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
}

/** What JSON Schema says of one option, as far as flags need it. */
interface Property extends NumberRange {
  description?: string;
  default?: unknown;
  enum?: string[];
}

/** Adds one flag per key of an options schema, so that flags, library and model files never disagree. */
export function addSchemaFlags(command: Command, schema: z.ZodType): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as {
    properties?: Record<string, Property>;
  };
  for (const [key, property] of Object.entries(properties)) command.addOption(flagFor(key, property));
  return command;
}

function flagFor(key: string, property: Property): Option {
  const { type, description = "", default: preset, enum: choices } = property;
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (type === "boolean") return new Option(flag, description);
  const value = type === "array" ? "names" : type === "string" ? (choices ? "name" : "column") : "number";
  const shown = preset === undefined ? description : `${description} (default: ${JSON.stringify(preset)})`;
  const option = new Option(`${flag} <${value}>`, shown);
  if (choices) return option.choices(choices);
  if (type === "array") return option.argParser((text) => text.split(",").map((name) => name.trim()));
  if (type === "number" || type === "integer") return option.argParser(numberIn(property));
  return option;
}

/** Reads a number of that range; anything else ends the command with a line that names the flag. */
export function numberIn(range: NumberRange): (text: string) => number {
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = range;
  // zod bounds whole numbers by what a double holds exactly, which is no news to the user.
  const told = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    told(minimum) && `at least ${minimum}`,
    told(exclusiveMinimum) && `above ${exclusiveMinimum}`,
    told(maximum) && `at most ${maximum}`,
    told(exclusiveMaximum) && `below ${exclusiveMaximum}`,
  ].filter(Boolean);
  const expected = `Expected a ${type === "integer" ? "whole " : ""}number${bounds.length > 0 ? ` ${bounds.join(" and ")}` : ""}.`;
  return (text) => {
    const value = Number(text);
    const fits =
      text.trim() !== "" &&
      Number.isFinite(value) &&
      (type !== "integer" || Number.isInteger(value)) &&
      !(value < (minimum ?? value) || value > (maximum ?? value)) &&
      !(exclusiveMinimum !== undefined && value <= exclusiveMinimum) &&
      !(exclusiveMaximum !== undefined && value >= exclusiveMaximum);
    if (!fits) throw new InvalidArgumentError(expected);
    return value;
  };
}

/** The options of a schema among all that were parsed; what was not given stays absent. */
export function pickOptions<S extends z.ZodObject>(
  options: Record<string, unknown>,
  schema: { shape: S["shape"] },
) {
  return Object.fromEntries(
    Object.keys(schema.shape)
      .filter((key) => options[key] !== undefined)
      .map((key) => [key, options[key]]),
  );
}
