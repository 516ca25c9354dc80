import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { decimalOf } from "../decimal.js";
import { splitList } from "../features/sets/expression.js";

/** The range of a number, as in JSON Schema. */
interface NumberRange {
  type?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
}

/** What flags need from the JSON Schema of one option. */
interface Property extends NumberRange {
  description?: string;
  default?: unknown;
  enum?: string[];
}

/** The flag of a library option, where it is not the option's name with one plain value. */
interface Form {
  flag?: string;
  value?: string;
  parse?(text: string): unknown;
}

const DAY = 86_400;
const FORMS: Readonly<Record<string, Form>> = {
  recipe: { value: "name" },
  validation: { value: "share" },
  step: { flag: "resample-step", value: "seconds" },
  plan: { flag: "resamples" },
  features: { value: "list", parse: splitList },
  classifiers: { value: "list", parse: splitList },
  testShare: { value: "share" },
  C: { flag: "C" },
  labelDelay: { value: "days", parse: (text) => DAY * numberIn({ minimum: 0 })(text) },
  miss: { flag: "cost-miss" },
  alert: { flag: "cost-alert" },
  store: { flag: "save" },
  calibration: { value: "name" },
  classifier: { value: "name" },
  missing: { value: "texts" },
  sql: { value: "query" },
  timeFormat: { value: "format" },
  timeUnit: { value: "unit" },
  thousands: { value: "sign" },
  positive: { value: "class" },
  normal: { value: "class" },
  falseAlarmRate: { value: "share" },
  labels: { value: "file" },
  manifest: { value: "file" },
  labelFrom: { value: "pattern" },
  maxSize: { value: "size", parse: bytesIn },
  maxBody: { value: "size", parse: bytesIn },
  bodyTimeout: { value: "seconds" },
  timeout: { value: "seconds" },
  grace: { value: "seconds" },
  batchWait: { value: "milliseconds" },
  host: { value: "address" },
  separator: { value: "character" },
  encoding: { value: "name" },
};

/** Adds one flag per key of an options schema, so that flags and library always agree. */
export function addSchemaFlags(command: Command, schema: z.ZodType): Command {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as {
    properties?: Record<string, Property>;
  };
  for (const [key, property] of Object.entries(properties)) command.addOption(optionFor(key, property));
  return command;
}

function optionFor(key: string, property: Property): Option {
  const { type, description = "", default: preset, enum: choices } = property;
  const form = FORMS[key] ?? {};
  const [, text, usual = preset] = /^(.*?)(?:; default:? (.*))?$/.exec(description)!;
  const shown = usual === undefined ? text : `${text} (default: ${usual})`;
  const flag = flagOf(key);
  if (type === "boolean") return new Option(flag, shown);
  const value = type === "array" ? "names" : type === "string" ? (choices ? "name" : "column") : "number";
  const option = new Option(`${flag} <${form.value ?? value}>`, shown);
  if (form.parse) return option.argParser(form.parse);
  if (choices) return option.choices(choices);
  if (type === "array") return option.argParser(splitNames);
  if (type === "number" || type === "integer") return option.argParser(numberIn(property));
  return option;
}

/** Names between commas; one with a comma in it is quoted: a,"b, c". A quote inside quotes is written twice. */
export function splitNames(text: string): string[] {
  const names = text.match(/(?:"(?:[^"]|"")*"|[^,"])+(?=,|$)|(?<=^|,)(?=,|$)/g);
  if (!names || names.join(",") !== text)
    throw new InvalidArgumentError("Expected names between commas; a quote has no end.");
  return names.map((name) => {
    const bare = name.trim();
    return /^".*"$/s.test(bare) ? bare.slice(1, -1).replace(/""/g, '"') : bare;
  });
}

/** The flag of an option of the library, by the last part of its name; `classifiers.0` is a value of --classifiers. */
function flagOf(name: string): string {
  const key = name.replace(/(\.\d+)+$/, "").replace(/^.*\./, "");
  return `--${FORMS[key]?.flag ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A message of the library, with each option in backticks as its flag: `plan: "forward"` as --resamples forward. */
export function inFlags(message: string): string {
  return message.replace(/`([\w.]+)(?:: ([^`]*))?`/g, (_, name: string, value?: string) => {
    if (name === "costs") return `${flagOf("miss")} and ${flagOf("alert")}`;
    return [flagOf(name), ...(value ? [inShell(value.replaceAll('", "', ",").replace(/["[\]]/g, ""))] : [])].join(" ");
  });
}

/** A value as it is typed: in quotes where a shell would take it apart. */
function inShell(value: string): string {
  return /[\s?*<>#&|;()'$\\]/.test(value) ? `"${value}"` : value;
}

/** Reads a number of that range; any other text ends the command with a line that names the flag. */
export function numberIn(range: NumberRange): (text: string) => number {
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = range;
  // zod bounds whole numbers by what a double holds exactly; users need not see that.
  const shown = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    shown(minimum) && `at least ${minimum}`,
    shown(exclusiveMinimum) && `above ${exclusiveMinimum}`,
    shown(maximum) && `at most ${maximum}`,
    shown(exclusiveMaximum) && `below ${exclusiveMaximum}`,
  ].filter(Boolean);
  const expected = `Expected a ${type === "integer" ? "whole " : ""}number${bounds.length > 0 ? ` ${bounds.join(" and ")}` : ""}.`;
  return (text) => {
    const value = decimalOf(text);
    const fits =
      Number.isFinite(value) &&
      (type !== "integer" || Number.isInteger(value)) &&
      !(value < (minimum ?? value) || value > (maximum ?? value)) &&
      !(exclusiveMinimum !== undefined && value <= exclusiveMinimum) &&
      !(exclusiveMaximum !== undefined && value >= exclusiveMaximum);
    if (!fits) throw new InvalidArgumentError(expected);
    return value;
  };
}

const BYTES: Readonly<Record<string, number>> = { "": 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Reads a size, such as 8GB or a number of bytes. */
function bytesIn(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?B?)$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) * BYTES[unit?.toUpperCase()];
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("Expected a size such as 500MB or 8GB.");
}

/** The options of a schema out of all parsed ones, by their library names; options that were not given stay absent. */
export function pickOptions(flags: Record<string, unknown>, schema: { shape: Record<string, z.ZodType> }) {
  const attribute = (key: string) => new Option(flagOf(key)).attributeName();
  return Object.fromEntries(
    Object.keys(schema.shape)
      .filter((key) => flags[attribute(key)] !== undefined)
      .map((key) => [key, flags[attribute(key)]]),
  );
}
