import { z } from "zod";
import { OptionError } from "../../errors.js";

/** How to read a source; the command line makes its flags from this schema. */
export const DATA_OPTIONS = z.strictObject({
  label: z.string().optional().describe("column with the class (CSV); without it sequences are unlabelled"),
  entity: z
    .string()
    .optional()
    .describe("column that says whose event a row is (customer, machine); makes a CSV a long table"),
  time: z
    .string()
    .optional()
    .describe("column with the time of an event: ISO dates (UTC unless they say otherwise) or seconds"),
  channels: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("columns a model may see (long CSV); default: all that have no other role"),
  drop: z.array(z.string()).optional().describe("columns to leave out (CSV)"),
  window: z
    .int()
    .min(1)
    .optional()
    .describe("make each event a case: the event and up to window - 1 before it (long CSV)"),
  timeChannels: z
    .boolean()
    .optional()
    .describe("add the time since the last event and the hour of day as channels; default: with a window"),
  amount: z
    .string()
    .optional()
    .describe('column that aggregates sum up (windows of events); default: "amount", where there is one'),
  secondEntity: z
    .string()
    .optional()
    .describe(
      "column with whom the entity meets (terminal, merchant), for aggregates; it is no channel then",
    ),
});

export type DataOptions = z.infer<typeof DATA_OPTIONS>;

/** Whether a long table gets channels made from its times. */
export function addsTimeChannels({ window, time, timeChannels }: DataOptions): boolean {
  return timeChannels ?? (window !== undefined && time !== undefined);
}

/** @throws {OptionError} that names the option that is wrong */
export function parseDataOptions(options: unknown): DataOptions {
  const parsed = DATA_OPTIONS.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue.path.length > 0 ? `reading option "${issue.path.join(".")}"` : "reading options";
  throw new OptionError(
    `${where}: ${issue.message}. There are: ${Object.keys(DATA_OPTIONS.shape).join(", ")}.`,
  );
}

/** @throws {OptionError} if an option is given that this kind of source has no use for */
export function rejectOptions(
  path: string,
  kind: string,
  options: DataOptions,
  names: (keyof DataOptions)[],
): void {
  for (const name of names)
    if (options[name] !== undefined)
      throw new OptionError(
        `${path}: the option "${name}" does not apply to ${kind}, expected it to be left out. It would have no effect${name === "entity" || kind.includes("table") ? "; it is for long tables, which name an entity column" : ""}.`,
      );
}
