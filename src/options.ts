import { z } from "zod";
import { nearestName, OptionError, unknownName } from "./errors.js";

/**
 * Checks options against their schema, fills in its defaults. Messages name an option in backticks, as the library
 * writes it; the command turns the name into its flag.
 * @throws {OptionError} that names the option, what it got and what it takes
 */
export function parseOptions<S extends z.ZodType>(schema: S, options: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const inside = path.length > 0 ? `${where}, \`${path.join(".")}\`` : where;
    return unknownName(inside, "option", issue.keys[0], optionNames(schema, path));
  }
  if (issue.code === "custom" && !issue.message.startsWith("expected"))
    throw new OptionError(`${where}: ${issue.message}`);
  const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)?.[key], options);
  const [, expected = issue.message] = /expected (.*?)(?:, received .*)?$/.exec(issue.message) ?? [];
  const wanted = expected
    .replace(/^int\b/, "a whole number")
    .replace(/^number$/, "a number")
    .replace(/^number to be/, "a number")
    .replace(/^boolean$/, "true or false")
    .replace(/^array( to have)?/, "a list of")
    .replaceAll("|", ", ");
  const got = show(value);
  const near = issue.code === "invalid_value" && nearestName(String(value), issue.values.map(String));
  throw new OptionError(
    `${where}, \`${path.join(".")}\`: got ${got}, expected ${wanted}.${near ? ` Did you mean "${near}"?` : ""}`,
  );
}

/** Faults of a list after which it is not looked at any more. */
const MANY = 100;

/**
 * A list whose faults are not all collected: zod's own array keeps one for every element, which takes minutes and
 * overflows the stack where a damaged file has a million of them. It ends at the first element with a fault; unknown
 * keys alone, which a caller may allow, do not end it.
 */
export function listOf<S extends z.ZodType>(element: S): z.ZodArray<S> {
  const list = z.array(z.unknown()).check(({ value, issues }) => {
    for (let k = 0; k < value.length; k++) {
      const { error } = element.safeParse(value[k]);
      if (!error) continue;
      for (const issue of error.issues) issues.push({ ...issue, path: [k, ...issue.path], input: value } as never);
      if (error.issues.some(({ code }) => code !== "unrecognized_keys")) return;
      if (issues.length > MANY)
        return void issues.push({ code: "custom", message: "too many faults", path: [k], input: value });
    }
  });
  return list as unknown as z.ZodArray<S>;
}

/**
 * Refuses options that a function does not know, for one whose options are too few for a schema.
 * @throws {OptionError} that suggests the nearest name
 */
export function expectOptions<T extends object>(where: string, options: T, names: readonly (keyof T & string)[]): void {
  if (typeof options !== "object" || options === null)
    throw new OptionError(`${where}: got ${options}, expected an object with options: ${names.join(", ")}.`);
  for (const name of Object.keys(options))
    if (!(names as readonly string[]).includes(name)) unknownName(where, "option", name, names);
}

/** @throws {OptionError} unless `value` is one of the names; absent it is not looked at */
export function expectOneOf(where: string, option: string, value: unknown, names: readonly unknown[]): void {
  if (value !== undefined && !names.includes(value))
    throw new OptionError(`${where}, \`${option}\`: got ${show(value)}, expected one of ${names.join(", ")}.`);
}

/** @throws {OptionError} unless `value` is a whole number, of at least `least`; absent it is not looked at */
export function expectWhole(where: string, option: string, value: unknown, least?: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= (least ?? Number.NEGATIVE_INFINITY)))
    return;
  const expected = least === undefined ? "a whole number" : `a whole number of at least ${least}`;
  throw new OptionError(`${where}, \`${option}\`: got ${show(value)}, expected ${expected}.`);
}

/** Numbers that JSON does not know as they are, all else as JSON. */
function show(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

/** @throws {OptionError} unless `value` is true or false; absent it is not looked at */
export function expectSwitch(where: string, option: string, value: unknown): void {
  expectOneOf(where, option, value, [true, false]);
}

/** @throws {OptionError} unless each value is a function; absent ones are not looked at */
export function expectFunctions(where: string, values: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(values))
    if (value !== undefined && typeof value !== "function")
      throw new OptionError(`${where}, \`${option}\`: got ${typeof value}, expected a function.`);
}

/** The names that an object of the schema may have; none where the place is no plain object. */
function optionNames(schema: z.ZodType, path: readonly string[]): string[] {
  let at = schema as { shape?: Record<string, z.ZodType>; unwrap?(): z.ZodType };
  for (const key of [...path, undefined]) {
    while (at?.unwrap) at = at.unwrap() as typeof at;
    if (key !== undefined) at = (at?.shape?.[key] ?? {}) as typeof at;
  }
  return Object.keys(at?.shape ?? {});
}
