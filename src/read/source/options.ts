import { z } from "zod";
import { OptionError } from "../../errors.js";
import { parseOptions } from "../../options.js";
import { timeUnits } from "./cells/times.js";
import { tokenKinds } from "./cells/tokens.js";

const SEPARATORS: Readonly<Record<string, string>> = { tab: "\t", "\\t": "\t", space: " ", comma: ",", semicolon: ";" };

/** Options of the file itself; each format says which it reads (`reads`). */
export const FILE_OPTIONS = ["encoding", "separator", "skipRows", "columns", "quote"] as const;
export type FileOption = (typeof FILE_OPTIONS)[number];

/** The formats of files, by name. */
export const FORMAT_NAMES = [
  "ts",
  "arff",
  "tsv",
  "npy",
  "npz",
  "csv",
  "parquet",
  "jsonl",
  "arrow",
  "pen-digits",
] as const;

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name) !== undefined;
  } catch {
    return false;
  }
}

/** How to read a source; the command line makes its flags from this schema. */
export const DATA_OPTIONS = z.strictObject({
  label: z.string().optional().describe("column of the class (tables); if absent, sequences are unlabelled"),
  entity: z
    .string()
    .optional()
    .describe("column of the entity (customer, machine); then each row is one event of an entity (long table)"),
  time: z
    .string()
    .optional()
    .describe("column of the time of an event: ISO dates (UTC if they have no zone) or seconds"),
  id: z
    .string()
    .optional()
    .describe("column that names a case, so that its row can be joined back; unique, and no channel (tables)"),
  keep: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("columns that are carried along as they are, between the id and the features (tables)"),
  channels: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("columns that become channels (long tables); default: all without another role"),
  category: z
    .array(z.string())
    .optional()
    .describe("columns that are categories, also where their cells are numbers (long tables)"),
  numeric: z.array(z.string()).optional().describe("columns that are numbers; a text in them is refused (long tables)"),
  missing: z
    .array(z.string())
    .optional()
    .describe("texts that are missing values in every column of a table, besides the empty cell"),
  decimalComma: z.boolean().optional().describe("decimals of a table follow a comma: 1,5"),
  thousands: z
    .enum([",", ".", " ", "'"])
    .optional()
    .describe("what stands between the thousands of numbers in a table: 1,234 or 1 234"),
  timeUnit: z
    .enum(timeUnits)
    .optional()
    .describe("unit of times that are numbers; default: s, and refused if they look like another"),
  timeFormat: z
    .string()
    .optional()
    .describe("how times are written, such as %d.%m.%Y %H:%M; without a date they are elapsed"),
  newData: z
    .union([z.boolean(), z.array(z.enum(["label", "id"]))])
    .optional()
    .describe(
      "the data are new to a model: columns of training that it does not need may be absent: dropped ones, the label and the id (or only those of the two that are listed)",
    ),
  drop: z.array(z.string()).optional().describe("columns to leave out (tables)"),
  window: z
    .int()
    .min(1)
    .optional()
    .describe("make each event a case: the event and up to N - 1 events before it (long tables)"),
  timeChannels: z
    .boolean()
    .optional()
    .describe(
      "add the time since the last event and the hour of day as channels; default: only with a window and a time",
    ),
  amount: z
    .string()
    .optional()
    .describe("column that aggregates sum up (windows of events); default: amount, if present"),
  variable: z
    .string()
    .optional()
    .describe(
      "column of what was measured; then each row is one measurement and each variable a channel (narrow table)",
    ),
  value: z.string().optional().describe('column of the measurement (narrow tables); default: the one called "value"'),
  oneEntity: z
    .boolean()
    .optional()
    .describe("the rows of each file are the steps of one sequence; default: where there are several files"),
  wide: z.boolean().optional().describe("each row is one sequence, though the names of its columns do not look so"),
  labels: z.string().optional().describe("file with a label per entity, beside the data"),
  on: z.string().optional().describe("column of the entity in the file of labels; default: its first"),
  manifest: z
    .string()
    .optional()
    .describe('file with a row per data file: "file" and, if present, "label" and "part"; other columns are static'),
  labelFrom: z
    .string()
    .optional()
    .describe('where the label of a file stands: "folder", or a pattern of its name with one (group)'),
  static: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("columns with one value per entity (age, country), or such variables; kept beside the channels"),
  staticChannels: z.boolean().optional().describe("give static columns to the network, too, as constant channels"),
  secondEntity: z
    .string()
    .optional()
    .describe("column of the counterparty (terminal, merchant); used for aggregates, not as a channel"),
  text: z
    .string()
    .optional()
    .describe("column of a text, by name or number; then each row is one text and each token of it a step"),
  tokens: z
    .enum(tokenKinds)
    .optional()
    .describe(
      "what a step of a text is: a character, a byte of UTF-8, a word or sign, or what stands between spaces; default: chars; without a column of texts each file is one text",
    ),
  vocabulary: z
    .int()
    .min(2)
    .max(256)
    .optional()
    .describe("tokens that a model of texts tells apart, the rest being one of them; default: 256, the most frequent"),
  maxTokens: z
    .int()
    .min(1)
    .optional()
    .describe("tokens of a text that are read at most, from its begin; default: 10000"),
  quote: z
    .enum(["double", "none"])
    .optional()
    .describe('what a " at the begin of a cell is: it ends with another one, or a character; default: double'),
  separator: z
    .string()
    .transform((text) => SEPARATORS[text] ?? text)
    .refine((text) => text.length === 1 && text < "\x7f" && !/["\r\n\w.+-]/.test(text), {
      error: 'expected one character (or "tab", "space"), neither a letter nor a digit nor a quote',
    })
    .optional()
    .describe("what separates the cells of a row: , ; | tab space; default: found out from the first rows"),
  skipRows: z
    .int()
    .min(0)
    .optional()
    .describe("lines above the header, or above the first row; default: found out from the first rows"),
  columns: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("names of the columns of a table without a header, from the left; others are called c5, c6, ..."),
  encoding: z
    .string()
    .refine(isEncoding, { error: "expected the name of an encoding: utf-8, utf-16le, windows-1252, shift_jis, ..." })
    .optional()
    .describe("encoding of a text file, such as windows-1252; default: UTF-8, or what its byte order mark says"),
  sql: z
    .string()
    .optional()
    .describe(
      "query whose rows are the table: of files that it names (DuckDB), or of the database that is given as data",
    ),
  inputFormat: z
    .enum(FORMAT_NAMES)
    .optional()
    .describe("format of the data, where its name does not tell it, as for - (standard input); default: by the name"),
  maxSize: z
    .number()
    .positive()
    .optional()
    .describe("most bytes of a file, unpacked; default: any, a .gz up to 200 times its size or 32 MB"),
});

export type DataOptions = z.infer<typeof DATA_OPTIONS>;

/** Whether new data may lack the column that had this role in training. */
export function mayLack({ newData }: DataOptions, role: "label" | "id"): boolean {
  return newData === true || (Array.isArray(newData) && newData.includes(role));
}

/** Columns whose cells are names, so that whole numbers in them keep all their digits. */
export function namedColumns(options: DataOptions): ReadonlySet<string | undefined> {
  const { entity, id, label, secondEntity, variable, text, category = [] } = options;
  return new Set([entity, id, label, secondEntity, variable, text, ...category]);
}

/** What of the options holds for data to come, too: no bound or query of one run, and no file that tells of these data alone. */
export function lastingOptions(options: DataOptions): DataOptions {
  const { sql, maxSize, inputFormat, keep, labels, on, manifest, labelFrom, ...lasting } = options;
  if (labels !== undefined) delete lasting.label; // a column of that file
  return lasting;
}

/** Whether a long table gets channels made from its times. */
export function addsTimeChannels({ window, time, timeChannels }: DataOptions): boolean {
  return timeChannels ?? (window !== undefined && time !== undefined);
}

/** @throws {OptionError} that names the option that is wrong */
export function parseDataOptions(options: unknown): DataOptions {
  return parseOptions(DATA_OPTIONS, options, "Reading options");
}

/** @throws {OptionError} if an option is given that this kind of source has no use for */
export function rejectOptions(path: string, kind: string, options: DataOptions, names: (keyof DataOptions)[]): void {
  for (const name of names)
    if (options[name] !== undefined)
      throw new OptionError(
        `${path}: \`${name}\` does not apply to ${kind}, expected it to be left out. It would have no effect${name === "entity" || kind.includes("one sequence per row") ? "; it is for long tables, which name an entity column (`entity`) or are of one entity (`oneEntity`)" : ""}.`,
      );
}
