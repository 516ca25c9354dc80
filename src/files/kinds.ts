import { open, stat } from "node:fs/promises";

/** What undertone writes. The value says what a message calls it. */
export const outputKinds = {
  model: "a model of undertone",
  checkpoint: "a checkpoint of undertone",
  features: "features of undertone",
  scores: "scores of undertone predict",
  description: "the description of features of undertone",
  results: "results of undertone compare",
  report: "a report of undertone",
  demo: "data of undertone demo",
} as const;

export type OutputKind = keyof typeof outputKinds;

/** In the contents of a Parquet file: says that undertone wrote it, and what it is. */
export const PARQUET_KEY = "undertone";
/** There, too: a JSON list of the columns of the data that stand beside the features. */
export const KEPT_KEY = "undertone.kept";
/** Bytes that are looked at. */
const HEAD = 1 << 16;
/** Of no column. */
const NONE = /^\b$/;
const SAFETENSORS = String.raw`^[\s\S]{8}\{"__metadata__":\{[^{}]*"format":"`;
/** What the first bytes of a file of each kind look like. A test compares them with what the writers write. */
const BEGINNINGS: Record<OutputKind, (head: string, column: RegExp, kept: readonly string[]) => boolean> = {
  model: (head) => new RegExp(`${SAFETENSORS}undertone(-predictor)?"`).test(head),
  checkpoint: (head) => new RegExp(`${SAFETENSORS}undertone-checkpoint"`).test(head),
  features: (head, column, kept) => isFeatureTable(head, column, kept) || isMatrix(head),
  scores: (head) =>
    /^id,.*\bdecision(,score,p_value$|(,score)?(,("p_([^"]|"")*"|p_[^,\n]*)){2,})/.test(head.split("\n", 1)[0]),
  description: describesFeatures,
  results: (head) => head.startsWith('{"kind":"comparison","format":'),
  report: (head) => /^<!doctype html>[\s\S]{0,2000}<meta name="generator" content="undertone /.test(head),
  demo: (head) => head.startsWith("transaction_id,time,customer_id,category,amount,online,abroad,"),
};

/** Features as CSV: the columns of features and nothing else, with our numbers. @param kept undefined: any columns */
function isFeatureTable(head: string, column: RegExp, kept: readonly string[] | undefined): boolean {
  const [line] = head.split("\n", 1);
  const cells = Array.from(line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g), ([, cell]) =>
    cell.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'),
  );
  if (line.length === head.length && line.length >= HEAD) cells.pop(); // the last one may be cut
  const asBytes = kept?.map((name) => Buffer.from(name).toString("latin1"));
  const first = leadingColumns(cells, column, asBytes);
  if (first === undefined) return false;
  if (line.length === head.length) return head.length >= HEAD; // so many such names are no chance
  return hasFeatureNumbers(head.slice(line.length + 1), first, cells.length - first, head.length >= HEAD);
}

/**
 * `id`, perhaps `part` and `label`, perhaps the columns that are `kept` (undefined: any), then columns of features and
 * nothing else.
 * @returns how many are no features
 */
function leadingColumns(names: readonly string[], column: RegExp, kept?: readonly string[]): number | undefined {
  if (names[0] !== "id") return undefined;
  const labels = 1 + Number(names[1] === "part") + Number(names[1] === "label" || names[2] === "label");
  const first = kept
    ? labels + (kept.every((name, k) => names[labels + k] === name) ? kept.length : 0)
    : labels + names.slice(labels).findIndex((name) => column.test(name));
  return names.length > first && names.slice(first).every((name) => column.test(name)) ? first : undefined;
}

/**
 * Rows whose numbers are those of 32 bits, with all the digits that a number of 64 bits needs to be the same: so they are
 * written here. Other programs write 0.3, not 0.30000001192092896. Whole numbers alone could be anybody's.
 * @param leading cells before the numbers @param cut whether the last row may be
 */
function hasFeatureNumbers(rows: string, leading: number, width: number, cut: boolean): boolean {
  const labels = new RegExp(String.raw`(?:(?:"(?:[^"]|"")*"|[^",\n]*),){${leading}}`, "y");
  let exact = false;
  for (let at = 0; at < rows.length; ) {
    labels.lastIndex = at;
    if (!labels.test(rows)) return cut && exact;
    const end = rows.indexOf("\n", labels.lastIndex);
    const cells = rows.slice(labels.lastIndex, end < 0 ? rows.length : end).split(",");
    if (end < 0 && cut) cells.pop();
    else if (end < 0 || cells.length !== width) return false;
    for (const cell of cells) {
      const value = Number(cell);
      if (String(value) !== cell || Math.fround(value) !== value) return false;
      exact ||= cell.replace(/e.*|\D/g, "").length > 9;
    }
    at = end < 0 ? rows.length : end + 1;
  }
  return exact;
}

/** A matrix as this library writes it; so does numpy, so its description must lie beside it too. */
function isMatrix(head: string): boolean {
  const described = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(\d+, \d+\), \} *\n/;
  return head.startsWith("\x93NUMPY\x01\x00v\x00") && described.test(head.slice(10, 128));
}

const isParquet = (head: string) => head.startsWith("PAR1");

/** Features as Parquet: the mark of this library, and the columns of features and nothing else. */
async function holdsFeatures(path: string, column: RegExp, kept: readonly string[]): Promise<boolean> {
  const told = await parquetTold(path);
  return told?.kind === "features" && leadingColumns(told.names, column, told.kept ?? kept) !== undefined;
}

/** What undertone wrote into the contents of a Parquet file; undefined: it did not write it, or it is damaged. */
async function parquetTold(path: string) {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const slice = async (start: number, end = size) =>
      (await file.read(Buffer.from(new ArrayBuffer(end - start)), 0, end - start, start)).buffer.buffer;
    const metadata = await parquetMetadataAsync({ byteLength: size, slice }, { geoparquet: false });
    const told = (wanted: string) => metadata.key_value_metadata?.find(({ key }) => key === wanted)?.value;
    const kept = told(KEPT_KEY);
    return {
      kind: told(PARQUET_KEY),
      names: parquetSchema(metadata).children.map(({ element }) => element.name),
      ...(kept !== undefined && { kept: JSON.parse(kept) as string[] }),
    };
  } catch {
    return undefined; // not known to be ours
  } finally {
    await file.close();
  }
}

function describesFeatures(head: string, column: RegExp): boolean {
  const [known, first] = /^\{"columns":\[(?:\],"ids":|"(\w+)")/.exec(head) ?? [];
  return known !== undefined && (first === undefined || column.test(first));
}

/**
 * Whether a file is empty or one that undertone wrote: then another of that kind may replace it.
 * @param column what names of features look like; without it no file is features
 * @param kept columns that would be kept beside the features
 */
export async function isOfKind(
  path: string,
  kind: OutputKind,
  column = NONE,
  kept: readonly string[] = [],
): Promise<boolean> {
  const head = await headOf(path);
  if (head === "") return true;
  if (isParquet(head)) {
    if (kind === "features") return holdsFeatures(path, column, kept);
    return kind === "scores" && (await parquetTold(path))?.kind === "scores";
  }
  if (!BEGINNINGS[kind](head, column, kept)) return false;
  if (kind !== "features" || !isMatrix(head)) return true;
  const description = `${path}.json`;
  const isFile = (await stat(description).catch(() => undefined))?.isFile(); // to open a pipe waits for its writer
  const beside = isFile ? await headOf(description).catch(() => "") : "";
  return BEGINNINGS.description(beside, column, kept);
}

/** What a file seems to be, for a message. */
export async function seemsToBe(path: string, column = NONE): Promise<string> {
  const head = await headOf(path);
  if (isParquet(head)) {
    if (await holdsFeatures(path, column, [])) return outputKinds.features;
    return (await parquetTold(path))?.kind === "scores" ? outputKinds.scores : "a Parquet file";
  }
  for (const [kind, name] of Object.entries(outputKinds))
    if (BEGINNINGS[kind as OutputKind](head, column, []) && !isMatrix(head)) return name;
  if (isMatrix(head) || head.startsWith("\x93NUMPY")) return "a NumPy array";
  if (isFeatureTable(head, column, undefined)) return `${outputKinds.features} with other columns beside them`;
  if (head.startsWith("\x1f\x8b")) return "a gzip file";
  if (head.startsWith("PK\x03\x04")) return "a zip file";
  if (/^.{8}\{"/s.test(head)) return "a safetensors file";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text
  if (/[\0-\x08\x0e-\x1f]/.test(head)) return "no text";
  const [first] = Buffer.from(head, "latin1").toString().split(/\r?\n/, 1);
  const line = first.replace(/\p{C}/gu, "?"); // nothing that a terminal would obey
  return `text that begins with "${line.length > 40 ? `${line.slice(0, 40)}...` : line}"`;
}

/** The first bytes, one character each. */
async function headOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
