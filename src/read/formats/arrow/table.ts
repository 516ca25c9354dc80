import {
  type Batch,
  CompressionType,
  type DataType,
  setCompressionCodec,
  TimeUnit,
  Type,
  tableFromIPC,
} from "@uwdata/flechette";
import { decompressZstd } from "hyparquet-compressors";
import { DataError } from "../../../errors.js";
import { expectDistinct } from "../../source/names.js";
import type { SourceFile } from "../../source/source-file.js";
import type { Column, Table, TableChunk } from "../../source/table.js";
import { unpackLz4Frame } from "./lz4-frame.js";
import { messagesOf } from "./messages.js";

const noWriter = () => {
  throw new Error("Arrow is read here, not written");
};
setCompressionCodec(CompressionType.LZ4_FRAME, { encode: noWriter, decode: unpackLz4Frame });
setCompressionCodec(CompressionType.ZSTD, {
  encode: noWriter,
  decode(bytes, size) {
    const unpacked = Uint8Array.from(decompressZstd(bytes)); // at the beginning of a buffer, for numbers of 64 bits
    if (unpacked.length !== size) throw new Error(`a buffer of ${unpacked.length} bytes, not ${size}`);
    return unpacked;
  },
});

/** Rows of one batch. */
const MOST_ROWS = 1 << 26;

/**
 * Opens an Arrow file or stream as a table of typed columns. Memory holds one record batch and the dictionaries.
 * @param named columns whose cells are names
 * @throws {DataError} if it is none, is damaged, or names a column twice
 */
export async function openArrow(file: SourceFile, named: ReadonlySet<string | undefined> = new Set()): Promise<Table> {
  const { path } = file;
  const messages = messagesOf(file);
  try {
    const { value: schema } = await messages.next();
    if (schema?.kind !== "schema") throw new Error("its first message is no schema");
    const names = tableFromIPC([schema.bytes]).names.map(String);
    const torn = names.find((name) => name.includes("\0"));
    if (torn !== undefined) throw new Error("a name with a zero byte");
    expectDistinct(path, names);
    return { path, names, chunks: batchesOf(path, names, named, schema.bytes, messages) };
  } catch (cause) {
    throw damaged(path, cause);
  }
}

/** One chunk of the table for each record batch. */
async function* batchesOf(
  path: string,
  names: readonly string[],
  named: ReadonlySet<string | undefined>,
  schema: Uint8Array,
  messages: ReturnType<typeof messagesOf>,
): AsyncGenerator<TableChunk> {
  const dictionaries = new Map<string, Uint8Array[]>();
  let first = 1;
  try {
    for await (const { kind, bytes, dictionary } of messages) {
      if (kind === "schema") throw new Error("a second schema");
      if (dictionary) {
        const { id, isDelta } = dictionary;
        dictionaries.set(id, [...(isDelta ? (dictionaries.get(id) ?? []) : []), bytes]);
        continue;
      }
      const options = { useBigInt: true, useDecimalInt: true };
      const table = tableFromIPC([schema, ...[...dictionaries.values()].flat(), bytes], options);
      const count = table.numRows;
      if (!(count >= 0 && count <= MOST_ROWS)) throw new Error(`a batch of ${count} rows`);
      const begin = first;
      first += count;
      const rows = Float64Array.from({ length: count }, (_, r) => begin + r);
      const column = (c: number) => {
        try {
          return columnOf(path, names[c], named.has(names[c]), table.getChildAt(c).data, count, begin);
        } catch (cause) {
          throw damaged(`${path}, column "${names[c]}"`, cause);
        }
      };
      if (count > 0) yield { rows, width: names.length, column };
    }
  } catch (cause) {
    throw damaged(path, cause);
  }
}

/** The cells of one column of one batch. */
function columnOf(
  path: string,
  name: string,
  named: boolean,
  batches: readonly Batch<unknown>[],
  count: number,
  first: number,
): Column {
  const [batch] = batches;
  if (batches.length !== 1 || batch.length !== count) throw new Error(`${batch?.length} values in ${count} rows`);
  const read = readerOf(batch, named, (expected, got, r) => {
    throw new DataError(
      `${path}, ${r === undefined ? "" : `row ${first + r}, `}column "${name}": got ${got}, expected ${expected}. Write the column in another type, or leave it out (\`drop\`).`,
    );
  });
  if (read.kind === "cells") {
    const values = Array.from({ length: count }, (_, r) => read.text(r));
    return { kind: "cells", values };
  }
  const values = new Float64Array(count);
  for (let r = 0; r < count; r++) values[r] = read.number(r);
  return { kind: read.kind, values };
}

type Refuse = (expected: string, got: unknown, r?: number) => never;
type Reader = { kind: "cells"; text(r: number): string } | { kind: "numbers" | "dates"; number(r: number): number };

/** How the values of a batch are read; its type decides. */
function readerOf(batch: Batch<unknown>, named: boolean, refuse: Refuse): Reader {
  const type = batch.type as DataType & { unit?: number; scale?: number; bitWidth?: number };
  const { typeId, unit = 0, scale = 0 } = type;
  const nulls = batch.nullCount;
  const missing = (r: number) =>
    nulls !== 0 && batch.validity !== undefined && batch.validity.length > 0 && !batch.isValid(r);
  const raw = (r: number) => {
    const value: number | bigint | undefined = batch.values?.[r];
    if (value === undefined) throw new Error(`no value in row ${r + 1} of a batch`);
    return value;
  };
  const numbers = (kind: "numbers" | "dates", of: (r: number) => number): Reader => ({
    kind,
    number: (r) => (missing(r) ? Number.NaN : of(r)),
  });
  const whole = (value: unknown, r: number) =>
    Number.isSafeInteger(Number(value)) ? Number(value) : refuse("whole numbers up to 2^53, which are exact", value, r);
  switch (typeId) {
    case Type.Null:
      return { kind: "numbers", number: () => Number.NaN };
    case Type.Int:
      if (named && type.bitWidth === 64) return { kind: "cells", text: (r) => (missing(r) ? "" : String(raw(r))) };
      return numbers("numbers", (r) => whole(raw(r), r));
    case Type.Float:
      return numbers("numbers", (r) => Number(type.precision === 0 ? batch.at(r) : raw(r)));
    case Type.Bool:
      return numbers("numbers", (r) => Number(batch.at(r)));
    case Type.Decimal:
      return numbers("numbers", (r) => {
        const value = batch.at(r);
        return scale === 0 ? whole(value, r) : Number(value) / 10 ** scale;
      });
    case Type.Date:
      return numbers("dates", (r) => (unit === 0 ? Number(raw(r)) * 86_400 : Number(raw(r)) / 1e3));
    case Type.Timestamp:
      return numbers("dates", (r) => secondsOf(raw(r), unit));
    case Type.Time:
    case Type.Duration:
      return numbers("numbers", (r) => secondsOf(raw(r), unit));
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      expectOffsets(batch);
      return texts();
    case Type.Dictionary: {
      const inner = (type as unknown as { dictionary: DataType }).dictionary.typeId;
      if (inner === Type.Utf8 || inner === Type.LargeUtf8 || inner === Type.Utf8View) return texts();
      return refuse("categories that are texts", "categories of another type");
    }
    default:
      return refuse("one number, text, date or truth value per cell", "lists, records or bytes in its cells");
  }

  function texts(): Reader {
    return {
      kind: "cells",
      text(r) {
        if (missing(r)) return "";
        const value = batch.at(r);
        if (value === null) return "";
        if (typeof value !== "string") throw new Error(`no text in row ${r + 1} of a batch`);
        return value.includes("\uFFFD") ? refuse("text in UTF-8", "bytes that are no UTF-8", r) : value;
      },
    };
  }
}

function secondsOf(value: number | bigint, unit: number): number {
  if (unit === TimeUnit.SECOND) return Number(value);
  if (unit === TimeUnit.MILLISECOND) return Number(value) / 1e3;
  if (unit === TimeUnit.MICROSECOND) return Number(value) / 1e6;
  const nanoseconds = BigInt(value);
  return Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
}

function expectOffsets({ offsets, values, length }: Batch<unknown>): void {
  if (!offsets || length === 0) return; // views have none
  let last = 0;
  for (let r = 0; r <= length; r++) {
    const offset = Number(offsets[r]);
    if (!(offset >= last)) throw new Error("texts whose places do not rise");
    last = offset;
  }
  if (last > (values?.length ?? 0)) throw new Error("texts that end behind their buffer");
}

/** What the library throws, as an error that names the file. */
function damaged(where: string, cause: unknown): Error {
  if (cause instanceof DataError) return cause;
  const { message } = cause as Error;
  return new DataError(
    `${where}: not readable as Arrow (${message.slice(0, 200)}). The file may be damaged or cut off; write or copy it again.`,
    { cause },
  );
}
