import type { z } from "zod";
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
  if (issue.code === "custom") throw new OptionError(`${where}: ${issue.message}`);
  const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)?.[key], options);
  const [, expected = issue.message] = /expected (.*?)(?:, received .*)?$/.exec(issue.message) ?? [];
  const wanted = expected
    .replace(/^int\b/, "a whole number")
    .replace(/^number$/, "a number")
    .replace(/^number to be/, "a number")
    .replace(/^boolean$/, "true or false")
    .replace(/^array( to have)?/, "a list of")
    .replaceAll("|", ", ");
  const got = typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
  const near = issue.code === "invalid_value" && nearestName(String(value), issue.values.map(String));
  throw new OptionError(
    `${where}, \`${path.join(".")}\`: got ${got}, expected ${wanted}.${near ? ` Did you mean "${near}"?` : ""}`,
  );
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
