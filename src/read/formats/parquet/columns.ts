import {
  type DecodedArray,
  type FileMetaData,
  type ParquetParsers,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { DataError } from "../../../errors.js";
import { expectDistinct } from "../../source/names.js";
import type { Column } from "../../source/table.js";
import { readPages, type StoredColumn } from "./pages.js";

/** A column of a Parquet file. */
export interface Field {
  name: string;
  kind: "cells" | "numbers" | "dates";
  /** Why its cells cannot be read; it is refused when it is used. */
  refused?: string;
  /** Parts of a second in one unit of a time of the day. */
  perSecond?: number;
  /** Whole numbers, which must be exact. */
  whole: boolean;
  required: boolean;
}

const NOT_UTF8 = {};
const strict = new TextDecoder("utf-8", { fatal: true });

/** What the library makes of stored values: times as seconds, texts only where the bytes are UTF-8. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (time: bigint) => Number(time) / 1e3,
  timestampFromMicroseconds: (time: bigint) => Number(time) / 1e6,
  timestampFromNanoseconds: (time: bigint) => Number(time / 1_000_000_000n) + Number(time % 1_000_000_000n) / 1e9,
  dateFromDays: (days: number) => days * 86_400,
  stringFromBytes(bytes: Uint8Array | undefined) {
    if (!bytes) return undefined;
    try {
      return strict.decode(bytes);
    } catch {
      return NOT_UTF8;
    }
  },
} as Partial<ParquetParsers>;

/**
 * The columns of a file, in their order.
 * @param named columns whose cells are names
 * @throws {DataError} for two columns of one name
 */
export function fieldsOf(
  path: string,
  metadata: FileMetaData,
  named: ReadonlySet<string | undefined> = new Set(),
): Field[] {
  const columns = parquetSchema(metadata).children;
  expectDistinct(
    path,
    columns.map(({ element }) => element.name),
  );
  return columns.map(({ element, children }) => {
    const { name } = element;
    const nested = children.length > 0 || element.repetition_type === "REPEATED";
    const field = { name, required: element.repetition_type === "REQUIRED", whole: false };
    if (nested) return { ...field, kind: "cells", refused: "lists or records in its cells" };
    withConvertedType(element);
    return { ...field, ...kindOf(element, () => exceedsExact(metadata, name, named.has(name))) };
  });
}

/** Some writers give the newer of the two notations alone, and the library reads values by the older. */
function withConvertedType(element: SchemaElement): void {
  const { logical_type: logical } = element;
  if (element.converted_type !== undefined || logical === undefined) return;
  if (logical.type === "DATE" || logical.type === "JSON" || logical.type === "BSON")
    element.converted_type = logical.type;
  if (logical.type === "DECIMAL") Object.assign(element, { converted_type: "DECIMAL", scale: logical.scale });
}

function kindOf(
  { type, converted_type: converted, logical_type: logical, scale = 0 }: SchemaElement,
  exceeds: () => boolean,
): Omit<Field, "name" | "required"> {
  const numbers = { kind: "numbers", whole: false } as const;
  if (converted === "DATE" || converted?.startsWith("TIMESTAMP") || logical?.type === "TIMESTAMP" || type === "INT96")
    return { kind: "dates", whole: false };
  if (converted === "TIME_MILLIS") return { ...numbers, perSecond: 1e3 };
  if (converted === "TIME_MICROS") return { ...numbers, perSecond: 1e6 };
  if (logical?.type === "TIME")
    return { ...numbers, perSecond: { MILLIS: 1e3, MICROS: 1e6, NANOS: 1e9 }[logical.unit] };
  if (converted === "DECIMAL") return { kind: "numbers", whole: scale === 0 };
  if (logical?.type === "UUID") return { kind: "cells", whole: false };
  const text = converted === "UTF8" || converted === "ENUM" || logical?.type === "STRING" || logical?.type === "ENUM";
  const plain = logical === undefined && converted === undefined;
  if (type === "BYTE_ARRAY" && (text || plain)) return { kind: "cells", whole: false };
  const half = logical?.type === "FLOAT16";
  if (!half && (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY" || type === undefined))
    return { kind: "cells", whole: false, refused: `cells of the type ${logical?.type ?? converted ?? type}` };
  const whole = type === "INT64" || type === "INT32";
  return whole && exceeds() ? { kind: "cells", whole: false } : { kind: "numbers", whole };
}

/**
 * Whether a column of whole numbers is known to have some beyond 2^53: numbers of an account, hashes. They are texts.
 * @param unless what it is where the file does not tell
 */
function exceedsExact({ row_groups }: FileMetaData, name: string, unless: boolean): boolean {
  return row_groups.some(({ columns }) => {
    const found = columns.find(({ meta_data: meta }) => meta?.path_in_schema.join(".") === name);
    const { min_value, max_value, min, max } = found?.meta_data?.statistics ?? {};
    const bounds = [min_value, max_value, min, max].filter((bound) => bound !== undefined);
    return bounds.length < 2 ? unless : bounds.some((bound) => typeof bound === "bigint" && !isExact(bound));
  });
}

const isExact = (value: bigint) => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;

/**
 * The cells of one column of one row group. They are made when they are asked for.
 * @param bytes of the column in the row group
 * @param group.start rows of the groups before
 * @throws {Error} if the file contradicts itself; the cells throw a {DataError} that names row and column
 */
export function columnOf(
  path: string,
  field: Field,
  bytes: ArrayBuffer,
  stored: StoredColumn,
  { start, count }: { start: number; count: number },
): () => Column {
  const data = readPages(bytes, stored, count);
  let nulls = 0;
  for (const values of data) if (Array.isArray(values)) for (const value of values) if (isNull(value)) nulls++;
  const expected = Number(stored.meta.statistics?.null_count ?? nulls);
  if (nulls !== expected) throw new Error(`${nulls} missing values where it counts ${expected}`);
  return () => cellsOf(path, field, data, start, count);
}

const isNull = (value: unknown) => value === null || value === undefined;

function cellsOf(path: string, field: Field, data: readonly DecodedArray[], start: number, count: number): Column {
  const { kind } = field;
  const texts: string[] = kind === "cells" ? new Array(count) : [];
  const numbers = new Float64Array(kind === "cells" ? 0 : count);
  let r = 0;
  for (const values of data)
    for (let k = 0; k < values.length; k++, r++) {
      const value: unknown = values[k];
      if (kind === "cells") texts[r] = isNull(value) ? "" : textOf(value, path, field, start + r + 1);
      else numbers[r] = isNull(value) ? Number.NaN : numberOf(value, path, field, start + r + 1);
    }
  return kind === "cells" ? { kind, values: texts } : { kind, values: numbers };
}

function textOf(value: unknown, path: string, { name }: Field, row: number): string {
  if (typeof value === "string") return value;
  if (value !== NOT_UTF8) return String(value);
  throw new DataError(
    `${path}, row ${row}, column "${name}": got bytes that are no UTF-8, expected text. Write the column as text (UTF-8), or leave it out (\`drop\`).`,
  );
}

function numberOf(value: unknown, path: string, { name, whole, perSecond = 1 }: Field, row: number): number {
  const number = Number(value); // true: 1, false: 0
  if (whole && (typeof value === "bigint" ? !isExact(value) : !Number.isSafeInteger(number)))
    throw new DataError(
      `${path}, row ${row}, column "${name}": got ${value}, expected whole numbers up to 2^53, which are exact. Store the column as text if it is a name, or as floats (double) if it is a measurement.`,
    );
  return perSecond === 1 ? number : number / perSecond;
}
